"""The firmware in the unix MicroPython: on fake hardware, with a real broker."""
