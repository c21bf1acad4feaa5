"""Links to judge on: what the node hears of its access point, and what arrives there of 20 dBm."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.trace.recording import Floats
from host_sim.world.wifi import RECORDING_BYTES

FOLDER = "rssi/pjaswin-wifi"
NAMES = ("s0_s2", "s1_s4")
AP_DBM = 20


@dataclass(frozen=True)
class Link:
    """A wake each: RSSI as the node is told it, and that of its own 20 dBm at the other end."""

    name: str
    heard_dbm: Floats
    up_dbm: Floats

    @classmethod
    def modelled(
        cls, mean_dbm: float, sd_db: float, better_db: float, wakes: int, seed: int
    ) -> "Link":
        """Shadowing around a mean, anew for each wake; the way up is so much better than told."""
        normal = np.random.default_rng([seed, 21]).standard_normal(wakes)
        heard = np.rint(mean_dbm + sd_db * normal).clip(-100, -20)
        return cls(f"{mean_dbm:g} dBm", heard, heard + better_db)

    def moved(self, ap_db: Floats) -> "Link":
        """The same with another power of the access point: it is heard so much stronger."""
        return Link(self.name, (self.heard_dbm + ap_db).clip(-100, -20), self.up_dbm)

    def weaker(self, db: float) -> "Link":
        """The same behind one more wall."""
        return Link(f"{self.name}, {db:g} dB more", self.heard_dbm - db, self.up_dbm - db)


def recorded(data: Path) -> Iterator[Link]:
    """The links of the pjaswin data set, both ends brought to 20 dBm, rows in random order.

    A row is some 7 s, and messages are an hour apart: in their own order RSSI would be nearly the
    last one's. What the sender hears is the node's, what the receiver hears the access point's.
    """
    for name in NAMES:
        path = data / FOLDER / f"{name}.csv"
        rows = list(csv.DictReader(inputs.text(path, RECORDING_BYTES).splitlines()))
        try:
            values = np.array([[float(row[key]) for key in _COLUMNS] for row in rows])
        except (KeyError, TypeError, ValueError):
            raise BadInput("no RSSI and power in a row", where=path) from None
        heard, ap_dbm, up, node_dbm = np.random.default_rng(1).permutation(values).T
        yield Link(name, np.rint(heard - ap_dbm + AP_DBM), up - node_dbm + AP_DBM)


_COLUMNS = (
    "sender_receiver_RSSI",
    "receiver_txpower",
    "receiver_sender_RSSI",
    "sender_txpower",
)
