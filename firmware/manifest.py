"""Freeze the node into MicroPython: `make BOARD=ESP32_GENERIC FROZEN_MANIFEST=.../manifest.py`.

What is frozen is what `make firmware` makes. A frozen node loads no bytecode; boards/micropython is
a board that starts faster still (docs/start.md).
"""

include("$(PORT_DIR)/boards/manifest.py")  # type: ignore[name-defined]  # noqa: F821
include("library.py")  # type: ignore[name-defined]  # noqa: F821
