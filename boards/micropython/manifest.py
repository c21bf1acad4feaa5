"""What is frozen: the port's own modules but for _boot.py, which is ours, and the firmware."""

PORT = ("apa106.py", "espnow.py", "flashbdev.py", "inisetup.py", "machine.py")

freeze("$(PORT_DIR)/modules", PORT)  # type: ignore[name-defined]  # noqa: F821
module("_boot.py", base_path="modules")  # type: ignore[name-defined]  # noqa: F821
include("../../firmware/library.py")  # type: ignore[name-defined]  # noqa: F821
