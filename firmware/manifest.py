"""Freeze the node into MicroPython: `make BOARD=ESP32_GENERIC FROZEN_MANIFEST=.../manifest.py`.

A frozen node starts without mounting and compiling its files, which on an ESP32 costs more charge
than anything else in a wake without radio.
"""

include("$(PORT_DIR)/boards/manifest.py")  # type: ignore[name-defined]  # noqa: F821
package("torpor")  # type: ignore[name-defined]  # noqa: F821
module("main.py")  # type: ignore[name-defined]  # noqa: F821
