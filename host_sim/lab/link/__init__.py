"""How to join: the study of policy.patience, and of what a join can be spared."""
