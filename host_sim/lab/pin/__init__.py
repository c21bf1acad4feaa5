"""What to tell of a pin that chatters: the study of the hold of policy.cascade."""
