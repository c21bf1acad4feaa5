"""The way by ESP-NOW of the simulated port, as torpor.link.gateway goes it.

The gateway stands where a Wi-Fi node's access point would: it is away when that is, and heard as
loudly. On a channel that is not its own, and while it is away, a question is sent until the MAC
gives it up.
"""

from host_sim.engine import replay
from host_sim.engine.frames import (
    BYTES,
    LIMIT_US,
    PHASE,
    STATE,
    Numbers,
    air_us,
    ask,
    frame,
    margin,
    meet,
    numbers,
)
from host_sim.engine.parts import (
    ESPNOW_US,
    FLASH_WRITES,
    GATEWAY_CHANNEL,
    JOINS_CACHED,
    READINGS,
    SENDS_ACKED,
)
from host_sim.engine.state import State
from host_sim.hardware.mac import (
    CHANNELS,
    ESPNOW_BYTES,
    GAP_US,
    GREET_LIMIT_US,
    READING_BYTES,
    RELAY_READINGS,
    TRIES,
)
from host_sim.hardware.states import GREETING, LISTEN, RELAYED, SCAN, TX
from torpor.port import UNHEARD

GREETING_PART, RELAY_PART = numbers(GREETING), numbers(RELAYED)
IN_VAIN = TRIES + 1  # attempts that a frame needs which nobody hears
LOST_US = TRIES * GAP_US  # a question that was lost takes longer than this


def find(port: State, tx_qdbm: int, level: int, cached: int) -> int:
    """Start the radio and greet the gateway: 0, or what join() answers.

    The channel that it was found on last comes first; the others do where none is known, and in a
    join in full.
    """
    replay.phase(port, SCAN, ESPNOW_US, 0)
    meet(port)
    at = margin(port, tx_qdbm)
    known = port.addressed
    port.count[JOINS_CACHED] += cached
    if known:
        if greet(port, level, at, GREET_LIMIT_US):
            return 0
        if cached:
            return UNHEARD
    elsewhere(port, level, 1, port.radio[GATEWAY_CHANNEL])
    if not known and greet(port, level, at, 0):
        port.addressed = True
        port.count[FLASH_WRITES] += 1
        return 0
    elsewhere(port, level, port.radio[GATEWAY_CHANNEL] + 1, CHANNELS + 1)
    return UNHEARD


def elsewhere(port: State, level: int, first: int, behind: int) -> None:
    """Greet on channels from the first on that the gateway is not on."""
    for _ in range(first, behind):
        unheard(port, level)


def unheard(port: State, level: int) -> None:
    """A greeting that nobody hears."""
    frame(port, LISTEN, level, GREETING_PART[BYTES], IN_VAIN, 0)


def greet(port: State, level: int, at: int, within_us: int) -> bool:
    """Ask the gateway on its channel until it answers, or so long has gone by."""
    until_us = port.now_us + within_us
    if port.ap_up:
        return tell(port, GREETING_PART, level, GREETING_PART[BYTES], at, until_us)
    while True:
        unheard(port, level)
        if port.now_us >= until_us:
            return False


def tell(port: State, part: Numbers, level: int, size: int, at: int, until_us: int) -> bool:
    """One question and its answer; whether that came in time."""
    paid = 0 if port.shared else 1
    us = air_us(port, size, 1)
    replay.phase(port, part[STATE], part[PHASE], us)
    if paid:
        port.spend(TX + level, us)
    return ask(port, part, level, size, at, until_us, paid)


def send(port: State, count: int, level: int, at: int) -> int:
    """Port.send(): the attempts that the readings took, or 0; 2 is any number above one."""
    tries = 1
    for first in range(0, count, RELAY_READINGS):
        size = ESPNOW_BYTES + min(count - first, RELAY_READINGS) * READING_BYTES
        ready_us = port.now_us + port.timing[RELAY_PART[PHASE]]
        if not tell(port, RELAY_PART, level, size, at, port.now_us + RELAY_PART[LIMIT_US]):
            port.joined = False
            return 0
        if port.now_us > ready_us + LOST_US:
            tries = 2
    port.count[SENDS_ACKED] += 1
    port.count[READINGS] += count
    return tries
