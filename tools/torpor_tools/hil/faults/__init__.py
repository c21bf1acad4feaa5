"""The faults that a board can be given over its serial port, with its own firmware on it."""
