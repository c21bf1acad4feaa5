"""The Wi-Fi link of the simulated port: joins in phases, frames that get lost, retries.

A phase has a duration and a number of frames that must get through. What the MAC gives up after its
own repeats is sent again after a time-out.
"""

from collections.abc import Iterable

from host_sim.engine import replay
from host_sim.engine.ether import FREE, SPOILT
from host_sim.engine.parts import (
    AP_QDBM,
    FRAME_US,
    FRAMES_ADDRESS,
    FRAMES_ASSOCIATE,
    FRAMES_CONNECT,
    JOINS,
    JOINS_CACHED,
    JOINS_FAILED,
    MESSAGE_US,
    NO_AP_US,
    NO_FRAMES,
    ONE_FRAME,
    PER_FIRST_QDB,
    READINGS,
    RETRY_US,
    SENDS,
    SENDS_ACKED,
    SENSITIVITY_QDBM,
    TIMING,
)
from host_sim.engine.state import State
from host_sim.hardware.states import CACHED_JOIN, JOIN, LISTEN, NAMES, SCAN, TX, Part
from torpor.policy.report import CELLS
from torpor.policy.txpower import ATTEMPTS, LEVEL_QDBM, LEVELS
from torpor.port import NO_AP

PHASE_TRIES = 3  # of a frame within a phase, each after a time-out, before the join fails
READINGS_A_FRAME = 20  # readings of about 60 bytes of JSON that fit one 1,400-byte segment
MINUTE_US = 60_000_000

# A shared channel.
CONTENTION_SLOTS, SLOT_US = 16, 9
PATIENCE_US = 1_000_000  # I: of ESP-IDF's authentication time-out, 1 s

_FRAMES = {
    0: NO_FRAMES,
    1: ONE_FRAME,
    "frames_associate": FRAMES_ASSOCIATE,
    "frames_address": FRAMES_ADDRESS,
    "frames_connect": FRAMES_CONNECT,
}


def _numbers(join: Iterable[Part]) -> tuple[tuple[int, int, int], ...]:
    """A join's parts as state, cell in `timing` and cell in `radio`."""
    return tuple(
        (NAMES.index(part.state), TIMING.index(part.phase), _FRAMES[part.frames]) for part in join
    )


PARTS, CACHED_PARTS = _numbers(JOIN), _numbers(CACHED_JOIN)


def rssi_dbm(port: State) -> int:
    """What the node hears of the access point now."""
    return port.rssi[port.now_us // MINUTE_US % len(port.rssi)]


def loss_65536(port: State, tx_qdbm: int) -> int:
    """Chance that one uplink frame at this power is lost now, parts per 65,536.

    The path loss is taken to be the same both ways.
    """
    up_qdbm = rssi_dbm(port) * 4 + tx_qdbm - port.radio[AP_QDBM]
    cell = up_qdbm - port.radio[SENSITIVITY_QDBM] - PER_FIRST_QDB
    if cell < 0 or not port.ap_up:
        return 65536
    last = len(port.per_65536) - 1
    return port.per_65536[cell if cell < last else last]


def phase(port: State, state: int, which: int, frames: int, level: int, loss: int) -> bool:
    """One phase: its frames on the air, the rest of its time in `state`; whether it succeeded.

    The MAC's own repeats of a frame are within its time and its loss.
    """
    if port.shared and frames:
        return shared_phase(port, state, which, frames, level, loss)
    air_us = frames * port.timing[FRAME_US]
    if air_us:
        port.spend(TX + level, air_us)
    replay.phase(port, state, which, air_us)
    for _ in range(frames):
        tries = 1
        while port.random() < loss:
            port.spend(state, port.timing[RETRY_US])
            if tries == PHASE_TRIES:
                return False
            port.spend(TX + level, port.timing[FRAME_US])
            tries += 1
    return True


def shared_phase(port: State, state: int, which: int, frames: int, level: int, loss: int) -> bool:
    """The same on a channel that others use: its frames are spread over it, one by one."""
    frame_us = port.timing[FRAME_US]
    silent_us = port.timing[which] - frames * frame_us
    gap_us = silent_us // (frames + 1)
    for _ in range(frames):
        port.spend(state, gap_us)
        tries = 1
        while not frame(port, state, level, loss):
            port.spend(state, port.timing[RETRY_US])
            if tries == PHASE_TRIES:
                return False
            tries += 1
    port.spend(state, silent_us - frames * gap_us)
    return True


def frame(port: State, state: int, level: int, loss: int) -> bool:
    """One frame to the access point, when the channel is free; whether it arrived.

    Who hears others waits until they are done and for a random time behind it (the contention
    window of IEEE 802.11: 16 slots of 9 µs), and gives up after PATIENCE_US.
    """
    ether = port.ether
    air_us = port.timing[FRAME_US]
    qdbm = LEVEL_QDBM[level]
    at_us = port.now_us
    found = ether.busy(port.index, ether.nodes, at_us, air_us, qdbm)
    ether.waits += found > SPOILT
    while found > SPOILT:
        at_us = found + port.random() % CONTENTION_SLOTS * SLOT_US
        if at_us > port.now_us + PATIENCE_US:
            port.spend(state, PATIENCE_US)
            return False
        found = ether.busy(port.index, ether.nodes, at_us, air_us, qdbm)
    if at_us > port.now_us:
        port.spend(state, at_us - port.now_us)
    ether.hits += found == SPOILT
    ether.add(port.index, at_us, air_us, qdbm)
    port.spend(TX + level, air_us)
    return port.random() >= loss and found == FREE


def join(port: State, tx_qdbm: int, cached: int) -> int:
    """Port.join(): scan, associate, take an address, reach the broker."""
    port.happen()
    if port.joined:
        return rssi_dbm(port)
    port.count[JOINS] += 1
    level = port.levels[tx_qdbm]
    if brown_out(port, level):
        return NO_AP
    if phases(port, tx_qdbm, level, cached):
        port.joined = True
        return rssi_dbm(port)
    port.count[JOINS_FAILED] += 1
    return NO_AP


def phases(port: State, tx_qdbm: int, level: int, cached: int) -> bool:
    """The phases of a join in their order; whether all succeeded."""
    if not port.ap_up:
        port.spend(SCAN, port.timing[NO_AP_US])
        return False
    if cached:
        port.count[JOINS_CACHED] += 1
    loss = -1
    for state, which, cell in CACHED_PARTS if cached else PARTS:
        frames = port.radio[cell]
        if frames and loss < 0:
            loss = loss_65536(port, tx_qdbm)  # the channel is as the first frame finds it
        if not phase(port, state, which, frames, level, loss):
            return False
    return True


def brown_out(port: State, level: int) -> bool:
    """Whether a burst at this level would be the end: the cell too empty for it, in this air."""
    dead = port.dead[port.air[port.hour()] * LEVELS + level]
    if port.soc_permille() <= dead:
        port.alive = False
    return not port.alive


def send(port: State, count: int, tx_qdbm: int) -> int:
    """Port.send(): the attempts that a message of so many readings took, or 0."""
    port.happen()
    level = port.levels[tx_qdbm]
    loss = loss_65536(port, tx_qdbm)
    frames = 1 + (count - 1) // READINGS_A_FRAME
    port.count[SENDS] += 1
    for attempt in range(1, ATTEMPTS + 1):
        replay.phase(port, LISTEN, MESSAGE_US, 0)
        if through(port, frames, level, loss):
            port.count[SENDS_ACKED] += 1
            port.count[READINGS] += count
            return attempt
        port.spend(LISTEN, port.timing[RETRY_US])
    port.joined = False
    return 0


def through(port: State, frames: int, level: int, loss: int) -> bool:
    """A message on the air; whether all of its frames arrived."""
    arrived = True
    if port.shared:
        for _ in range(frames):
            arrived = frame(port, LISTEN, level, loss) and arrived
    else:
        port.spend(TX + level, frames * port.timing[FRAME_US])
        for _ in range(frames):
            arrived = arrived and port.random() >= loss
    return arrived


def report(port: State, r: list[int], first: int, count: int) -> None:
    """Tell the broker of readings that arrived: what is linked to them hears of it."""
    for cell in range(first, first + count * CELLS, CELLS):
        port.ether.report(port.index, r[cell], r[cell + 1], port.now_us)
