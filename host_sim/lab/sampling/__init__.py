"""Signal-aware sampling in the lab: what it is compared with, the optimum, the study."""
