"""Sleep-aware scheduling in the lab: other ways to share wakes, the optimum, the study."""
