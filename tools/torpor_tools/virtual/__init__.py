"""The virtual board: the real MicroPython on fake hardware, behind a serial port."""
