"""Recorded links through time: how bad they were, and what the node would have heard.

The pjaswin data set has what each stretch of some 7 s lost of 10 Mbit/s, the MAC's repeats
included, at powers that its authors changed. Brought to 20 dBm by the simulator's slope of 0.5
nepers a dB, that loss stands here for the link's: a frame of the node is lost as theirs were. The
Rutgers recordings (ORBIT, 802.11 frames each 0.1 s for 30 s beside a noise source) tell which of
300 frames arrived; a second of ten frames is a stretch.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import mac
from host_sim.lab.txpower.links import AP_DBM, FOLDER
from host_sim.trace.recording import Floats
from host_sim.world.wifi import HALF_LOST_DBM, NEPERS_PER_DB, RECORDING_BYTES

HALF_DBM = HALF_LOST_DBM + mac.RATES["1M"].sensitivity_db
LEAST_LOSS = 5e-5  # that a stretch of some 8,500 packets can show
NOISES = ("dbm-10", "dbm-20", "dbm0")
RUTGERS = "rssi/rutgers-orbit"
FRAMES, FRAMES_A_S = 301, 10
WORST = 0.9  # a link that loses more is none


@dataclass(frozen=True)
class Channel:
    """A link, repeated without end: seconds, RSSI heard, and the RSSI that 20 dBm arrive at."""

    name: str
    at_s: Floats
    heard_dbm: Floats
    up_dbm: Floats

    def row(self, second: float) -> int:
        """The stretch that holds at a time."""
        within = second % float(self.at_s[-1])
        return int(np.searchsorted(self.at_s, within, side="right")) - 1

    def weaker(self, db: float) -> "Channel":
        """The same behind one more wall."""
        name = f"{self.name}, {db:+g} dB"
        return replace(self, name=name, heard_dbm=self.heard_dbm - db, up_dbm=self.up_dbm - db)


def pjaswin(data: Path, name: str) -> Channel:
    """One of its two links."""
    path = data / FOLDER / f"{name}.csv"
    rows = list(csv.DictReader(inputs.text(path, RECORDING_BYTES).splitlines()))
    try:
        at_s = np.array([datetime.fromisoformat(row["timestamp"][:26]).timestamp() for row in rows])
        values = np.array([[float(row[key]) for key in _COLUMNS] for row in rows])
    except (KeyError, TypeError, ValueError):
        raise BadInput("no time, loss, RSSI and power in a row", where=path) from None
    percent, node_dbm, heard, ap_dbm = values.T
    up_dbm = _dbm(percent / 100) + AP_DBM - node_dbm
    return Channel(name, at_s - at_s[0], np.rint(heard - ap_dbm + AP_DBM), up_dbm)


def rutgers(data: Path) -> Iterator[Channel]:
    """Those of its links that lost frames and were links; RSSI is that of their mean loss."""
    for noise in NOISES:
        for path in sorted((data / RUTGERS / noise).glob("*.txt")):
            if path.stat().st_size == 0:  # nothing arrived
                continue
            seen = {int(line.split()[0]) for line in inputs.text(path).splitlines() if line.strip()}
            arrived = np.array([i in seen for i in range(FRAMES - 1)]).reshape(-1, FRAMES_A_S)
            lost = 1 - arrived.mean(axis=1)
            if not 0 < lost.mean() < WORST:
                continue
            smooth = (lost * FRAMES_A_S + lost.mean()) / (FRAMES_A_S + 1)
            told = np.full(len(lost), np.rint(_dbm(np.array([lost.mean()]))[0]))
            link = f"{noise} {path.stem.rpartition('sdec')[2]}"
            yield Channel(link, np.arange(len(lost), dtype=float), told, _dbm(smooth))


def _dbm(loss: Floats) -> Floats:
    """The RSSI at which so much is lost."""
    some = np.clip(loss, LEAST_LOSS, 1 - LEAST_LOSS)
    dbm: Floats = HALF_DBM - np.log(some / (1 - some)) / NEPERS_PER_DB
    return dbm


_COLUMNS = (
    "packet_drop_percentage",
    "sender_txpower",
    "sender_receiver_RSSI",
    "receiver_txpower",
)
