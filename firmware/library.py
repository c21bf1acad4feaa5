"""The firmware in a manifest of MicroPython's: its sources as `make firmware` has made them."""

FROZEN = "../build/frozen"

package("torpor", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("awake.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("link.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("monitor.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("rescue.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("seldom.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
module("main.py", base_path=FROZEN)  # type: ignore[name-defined]  # noqa: F821
