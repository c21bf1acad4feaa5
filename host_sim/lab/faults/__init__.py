"""What a node makes of everything that can fail: faults, a chip that has them, and their judge."""
