"""The power states that the ledger books, and the phases of a wake whose length a board gives.

An index here is an index into a board's current table. The radio's phases are states of their
own so that a breakdown says where in a join the charge went; the eleven transmit levels come last.
"""

from typing import NamedTuple

from torpor.policy.txpower import LEVEL_QDBM

DEEP_SLEEP, LIGHT_SLEEP, MODEM_SLEEP, IDLE, BOOT, CPU, SENSE = range(7)
SCAN, ASSOCIATE, ADDRESS, CONNECT, LISTEN = range(7, 12)
TX = 12  # TX + level, level 0 … 10

TX_LEVELS_DBM = tuple(qdbm / 4 for qdbm in LEVEL_QDBM)  # those that the firmware chooses from

NAMES = (
    "deep_sleep",
    "light_sleep",
    "modem_sleep",
    "idle",
    "boot",
    "cpu",
    "sense",
    "scan",
    "associate",
    "address",
    "connect",
    "listen",
    *(f"tx_{dbm:g}" for dbm in TX_LEVELS_DBM),
)
STATES = len(NAMES)

# What takes a time of its own, by its name in a board file.
PHASES = (
    "boot",
    "wake_cpu",
    "light_exit",
    "scan",
    "associate",
    "address",
    "address_cached",
    "connect",
    "message",
    "measure",
    "no_ap",
)


class Part(NamedTuple):
    """A part of a join: the state it listens in, its phase, and its frames.

    Frames are a number, or the key of a board's [radio] that has it. They lie within the phase.
    """

    state: str
    phase: str
    frames: int | str


# A join by stock MicroPython, in its order. A cached one keeps the address, for which one ARP
# announcement remains; it scans all the same, for connect() drops the channel that it is given
# (MicroPython's pull request 11819).
JOIN = (
    Part("scan", "scan", 0),
    Part("associate", "associate", "frames_associate"),
    Part("address", "address", "frames_address"),
    Part("connect", "connect", "frames_connect"),
)
CACHED_JOIN = (*JOIN[:2], Part("address", "address_cached", 1), *JOIN[3:])
