"""MicroPython's hardware modules, moved by hand: for the tests and for the virtual board.

In the unix interpreter this folder comes first on MICROPYPATH, so that `import machine` finds the
fake. In CPython tests/firmware/rig.py binds the firmware to them.
"""
