"""When to wake for a sound: the study of policy.cascade."""
