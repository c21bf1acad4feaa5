"""Drivers: one file each, opened from the configuration; a reading is an int or an OSError."""


class Driver:
    """What the port asks of a driver."""

    def read(self) -> int:
        """One reading in the channel's scaled unit; OSError when there is none."""
        raise OSError("nothing to read")

    def score(self, stage: int) -> int:
        """Score of a detector stage; OSError when there is none."""
        return self.read()


def open_driver(spec: dict) -> Driver:
    """The driver that a channel's entry in config.json names, with its pins.

    Raises ValueError for a name that is not known. Each is imported only where it is used.
    """
    name = spec["driver"]
    if name == "analog":
        from torpor.drivers.analog import Analog

        return Analog(spec["pin"], spec.get("ratio_x16", 16))
    if name == "contact":
        from torpor.drivers.contact import Contact

        return Contact(spec["pin"])
    if name in ("sht3x.temperature", "sht3x.humidity"):
        from torpor.drivers.sht3x import Sht3x

        return Sht3x(spec["sda"], spec["scl"], name == "sht3x.humidity")
    if name == "bl0937":
        from torpor.drivers.bl0937 import Bl0937

        return Bl0937(spec["pin"], spec["mj_per_pulse"])
    if name == "microphone":
        from torpor.drivers.microphone import Microphone

        return Microphone(spec["pin"])
    raise ValueError("no driver " + name)
