"""Hardware in the loop: a node at a serial port, its power and its supply, for tests."""
