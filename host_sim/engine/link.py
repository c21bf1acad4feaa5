"""The Wi-Fi link of the simulated port: joins in phases, each with its frames, and messages."""

from host_sim.engine import gateway, replay, store
from host_sim.engine.frames import (
    ASKS,
    FRAMES,
    LIMIT_US,
    PHASE,
    STATE,
    WAIT_US,
    Numbers,
    air_us,
    ask,
    frame,
    margin,
    meet,
    numbers,
    rssi_dbm,
)
from host_sim.engine.parts import (
    FLASH_WRITES,
    GATEWAY_CHANNEL,
    JOINS,
    JOINS_CACHED,
    JOINS_FAILED,
    LINK_US,
    MESSAGE_US,
    NO_AP_US,
    READINGS,
    SENDS,
    SENDS_ACKED,
)
from host_sim.engine.state import State
from host_sim.hardware.mac import FRAME_BYTES, READING_BYTES, READINGS_A_FRAME
from host_sim.hardware.states import (
    CACHED_JOIN,
    CONNECT,
    CPU,
    JOIN,
    LISTEN,
    MESSAGE,
    SCAN,
    TX,
)
from torpor.policy.report import CELLS
from torpor.policy.txpower import ATTEMPTS, LEVELS
from torpor.port import NO_AP, NO_BROKER

PARTS, CACHED_PARTS = tuple(map(numbers, JOIN)), tuple(map(numbers, CACHED_JOIN))
MESSAGE_PART = numbers(MESSAGE)


def join(port: State, tx_qdbm: int, cached: int, within_ms: int) -> int:
    """Port.join(): scan, associate, take an address, reach the broker; or find the gateway."""
    port.happen()
    if port.joined:
        return rssi_dbm(port)
    port.count[JOINS] += 1
    if not port.linked:
        port.linked = True
        replay.phase(port, CPU, LINK_US, 0)
    level = port.levels[tx_qdbm]
    if brown_out(port, level):
        port.count[JOINS_FAILED] += 1
        return NO_AP
    if port.radio[GATEWAY_CHANNEL]:
        answer = gateway.find(port, tx_qdbm, level, cached)
    else:
        answer = phases(port, tx_qdbm, level, cached, within_ms * 1000)
        if answer != NO_AP and not port.addressed:  # wifi.remember(): it is never another
            port.addressed = True
            port.count[FLASH_WRITES] += 1
    if answer:
        port.count[JOINS_FAILED] += 1
        return answer
    port.joined = True
    return rssi_dbm(port)


def phases(port: State, tx_qdbm: int, level: int, cached: int, within_us: int) -> int:
    """The phases of a join in their order; 0, or the answer for the one that failed."""
    if not port.ap_up:
        port.spend(SCAN, min(within_us, port.timing[NO_AP_US]))
        return NO_AP
    if cached:
        port.count[JOINS_CACHED] += 1
    meet(port)
    at = margin(port, tx_qdbm)  # as the scan finds it
    frame_us = air_us(port, FRAME_BYTES, 1)
    until_us = 0
    for part in CACHED_PARTS if cached else PARTS:
        if part[LIMIT_US]:
            until_us = port.now_us + (part[LIMIT_US] if part[STATE] == CONNECT else within_us)
        if not phase(port, part, level, at, until_us, frame_us):
            return NO_BROKER if part[STATE] == CONNECT else NO_AP
    return 0


def phase(port: State, part: Numbers, level: int, at: int, until_us: int, frame_us: int) -> bool:
    """One phase: its frames on the air, the rest of its time in its state; whether it succeeded."""
    us = part[FRAMES] * frame_us
    if port.shared and us:
        return shared_phase(port, part, level, at, until_us, us)
    if us:
        port.spend(TX + level, us)
    replay.phase(port, part[STATE], part[PHASE], us)
    answered = 0
    while answered < part[ASKS] and ask(port, part, level, FRAME_BYTES, at, until_us, 1):
        answered += 1
    return answered == part[ASKS]


def shared_phase(port: State, part: Numbers, level: int, at: int, until_us: int, us: int) -> bool:
    """The same on a channel that others use: its frames are spread over it, one by one."""
    silent_us = max(0, port.timing[part[PHASE]] - us)
    gap_us = silent_us // (part[FRAMES] + 1)
    for i in range(part[FRAMES]):
        port.spend(part[STATE], gap_us)
        if i >= part[ASKS]:
            frame(port, part[STATE], level, FRAME_BYTES, 1, 0)
        elif not ask(port, part, level, FRAME_BYTES, at, until_us, 0):
            return False
    port.spend(part[STATE], silent_us - part[FRAMES] * gap_us)
    return True


def brown_out(port: State, level: int) -> bool:
    """Whether a burst at this level would be the end: the cell too empty for it, in this air."""
    dead = port.dead[port.air[port.hour()] * LEVELS + level]
    if store.permille(port) <= dead:
        port.alive = False
    return not port.alive


def send(port: State, count: int, tx_qdbm: int) -> int:
    """Port.send(): the attempts that a message of so many readings took, or 0."""
    port.happen()
    meet(port)
    level = port.levels[tx_qdbm]
    at = margin(port, tx_qdbm)
    if port.stays and brown_out(port, level):  # no join has looked
        port.joined = False
        return 0
    port.count[SENDS] += 1
    if port.radio[GATEWAY_CHANNEL]:
        return gateway.send(port, count, level, at)
    start_us = port.now_us
    until_us = start_us + MESSAGE_PART[LIMIT_US]
    replay.phase(port, LISTEN, MESSAGE_US, air_us(port, FRAME_BYTES, 1))
    paid = 0 if port.shared else 1
    for first in range(0, count, READINGS_A_FRAME):
        readings = min(count - first, READINGS_A_FRAME)
        size = FRAME_BYTES + (readings - 1) * READING_BYTES
        if paid:
            port.spend(TX + level, air_us(port, size, 1))
        if not ask(port, MESSAGE_PART, level, size, at, until_us, paid):
            port.joined = False
            return 0
    port.count[SENDS_ACKED] += 1
    port.count[READINGS] += count
    return min(ATTEMPTS, 1 + (port.now_us - start_us) // MESSAGE_PART[WAIT_US])


def report(port: State, r: list[int], first: int, count: int) -> None:
    """Tell the broker of readings that arrived: what is linked to them hears of it."""
    for cell in range(first, first + count * CELLS, CELLS):
        port.ether.report(port.index, r[cell], r[cell + 1], port.now_us)
