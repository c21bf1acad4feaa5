"""How deep to sleep: the study of policy.sleep."""
