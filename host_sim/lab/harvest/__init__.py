"""Living on light: the study of policy.harvest."""
