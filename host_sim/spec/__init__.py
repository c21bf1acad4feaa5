"""What a scenario or node file says, checked, and the configuration that a device reads."""
