"""MicroPython's hardware modules, moved by hand: for CPython (rig.py) and the unix interpreter.

In the interpreter this folder comes first on MICROPYPATH, so that `import machine` finds the fake.
"""
