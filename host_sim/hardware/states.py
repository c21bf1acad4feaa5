"""The power states that the ledger books, and the phases of a wake whose length a board gives.

An index here is an index into a board's current table. The radio's phases are states of their
own so that a breakdown says where in a join the charge went; the eleven transmit levels come last.
"""

from typing import NamedTuple

from host_sim.hardware import mac
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

# What takes a time of its own; the start's follow from its stages, a board file has the others.
PHASES = (
    "boot",
    "wake_cpu",
    "link",
    "light_exit",
    "scan",
    "associate",
    "address",
    "address_cached",
    "connect",
    "message",
    "measure",
    "no_ap",
    "espnow",
    "greet",
    "relay",
)
START = PHASES[:3]


class Part(NamedTuple):
    """A part of a join: the state it listens in, its phase, and its frames, within the phase.

    `asks` of them need an answer. One that the MAC gave up is repeated after `wait_us`, an answer
    that was lost after `answer_us`, both growing by a factor, until `limit_us` from the start of
    this part are over. A frame has so many bytes, one of a message more.
    """

    state: str
    phase: str
    frames: int
    asks: int = 0
    wait_us: int = 0
    answer_us: int = 0
    growth: int = 1
    limit_us: int = 0
    bytes: int = mac.FRAME_BYTES


class Way(NamedTuple):
    """How messages come to the broker: a join in full, a remembered one, and the message.

    What is lost on the way is waited for so long, as a rule.
    """

    full: tuple[Part, ...]
    cached: tuple[Part, ...]
    message: Part
    lost_us: int


# A join by stock MicroPython, in its order. The scan ends at the channel on which the access point
# is found, for connect() leaves the driver at WIFI_FAST_SCAN; a channel that it is given it drops
# (MicroPython's pull request 11819). A cached join keeps the address, of which one ARP announcement
# remains. Frames: IEEE 802.11 open-system authentication with WPA2, RFC 2131, RFC 9293, MQTT 3.1.1.
JOIN = (
    # probes
    Part("scan", "scan", 2, limit_us=mac.JOIN_LIMIT_US),
    # authentication, association, two of the handshake
    Part("associate", "associate", 4, 4, mac.AUTH_US, mac.AUTH_US),
    # DHCP discover and request; ARP probe and announcement
    Part("address", "address", 4, 2, mac.DHCP_US, mac.DHCP_US, 2),
    # ARP, SYN, CONNECT; ACK, and at the end DISCONNECT, FIN, ACK
    Part("connect", "connect", 7, 3, mac.TCP_US, mac.OPENING_US, limit_us=mac.CONNECT_LIMIT_US),
)
CACHED_JOIN = (*JOIN[:2], Part("address", "address_cached", 1), *JOIN[3:])
MESSAGE = Part("listen", "message", 1, 1, mac.TCP_US, mac.ANSWER_US, 2, mac.SEND_LIMIT_US)

# By ESP-NOW there is nothing to join: the radio starts, and a gateway answers a greeting.
GREETING = Part(
    "listen",
    "greet",
    *(1, 1, mac.AT_ONCE_US, mac.GREETED_US),
    limit_us=mac.GREET_LIMIT_US,
    bytes=mac.ESPNOW_BYTES,
)
GREETED = (Part("scan", "espnow", 0), GREETING)
RELAYED = Part(
    "listen",
    "relay",
    *(1, 1, mac.AT_ONCE_US, mac.SENT_US),
    limit_us=mac.RELAY_LIMIT_US,
    bytes=mac.ESPNOW_BYTES + mac.READING_BYTES,
)
WAYS = {
    "wifi": Way(JOIN, CACHED_JOIN, MESSAGE, mac.AUTH_US),
    "espnow": Way(GREETED, GREETED, RELAYED, mac.GREET_LIMIT_US),
}
ALL_PARTS = tuple(
    dict.fromkeys(p for way in WAYS.values() for p in (*way.full, *way.cached, way.message))
)
