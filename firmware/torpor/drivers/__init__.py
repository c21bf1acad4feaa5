"""Drivers: one file each, opened from the configuration; a reading is an int or an OSError.

What a node file may say of each is in host_sim/spec/drivers.py.
"""

known: dict = {}  # opened() of each driver's file that is linked in (link.py of torpor_tools)


class Driver:
    """What the port asks of a driver."""

    def read(self) -> int:
        """One reading in the channel's scaled unit; OSError when there is none."""
        raise OSError("nothing to read")

    def score(self, stage: int) -> int:
        """Score of a detector stage; OSError when there is none."""
        return self.read()

    def remember(self, levels: list[int]) -> None:
        """Score these from now on, which the ULP kept, and no fresh sample; none: fresh ones."""


def open_driver(spec: dict) -> Driver:
    """The driver that a channel's entry in config.json names, with its pins.

    sht3x.humidity is of sht3x.py, whose opened() makes it of the entry. A file is imported only
    where it is used; an ImportError or AttributeError says that a name is no driver's.
    What has arguments of its "own" is a class of the node's author, beside main.py.
    """
    file = spec["driver"].split(".")[0]
    if "own" in spec:
        own: Driver = getattr(__import__(file), spec["driver"].split(".")[1])(**spec["own"])
        return own
    if file not in known:
        known[file] = __import__("torpor.drivers." + file, None, None, ("opened",)).opened
    driver: Driver = known[file](spec)
    return driver
