"""Frames of the simulated node: sent until the MAC gives up, asked again until they are answered.

A frame takes as many attempts as its margin over sensitivity lets it (host_sim.world.wifi); what
the MAC gave up, or a disturbed channel swallowed, the protocol above asks again after its own
time-out (host_sim.hardware.mac), which is booked to the decision `retry`.
"""

from host_sim.engine.ether import FREE, SPOILT
from host_sim.engine.parts import (
    AP_QDBM,
    CHANNEL_HOUR,
    GATEWAY_CHANNEL,
    LOST_65536,
    MARGINS,
    PER_FIRST_QDB,
    SENSITIVITY_QDBM,
    TIMING,
    WAKES,
)
from host_sim.engine.state import State
from host_sim.hardware.mac import AWAKE_US, GAP_US, TRIES
from host_sim.hardware.states import CONNECT, MODEM_SLEEP, NAMES, STATES, TX, Part
from host_sim.units import HOUR_US, MINUTE_US
from torpor.policy.txpower import LEVEL_QDBM
from torpor.port import DECISIONS, RETRY

# A part of a join, or a message: its state, its cell in `timing`, and the numbers of states.Part.
STATE, PHASE, FRAMES, ASKS, WAIT_US, ANSWER_US, GROWTH, LIMIT_US, BYTES = range(9)
Numbers = tuple[int, int, int, int, int, int, int, int, int]


# A shared channel.
CONTENTION_SLOTS, SLOT_US = 16, 9
PATIENCE_US = 1_000_000  # I: of ESP-IDF's authentication time-out, 1 s
IMPATIENT = -1


def numbers(part: Part) -> Numbers:
    """A part as the engine takes it."""
    return (NAMES.index(part.state), TIMING.index(part.phase), *part[2:])


def rssi_dbm(port: State) -> int:
    """What the node hears of the access point now."""
    return port.rssi[port.now_us // MINUTE_US % len(port.rssi)]


def row(port: State) -> int:
    """The row of `channel` that holds now."""
    return port.now_us // HOUR_US % (len(port.channel) // CHANNEL_HOUR)


def margin(port: State, tx_qdbm: int) -> int:
    """Where the chances of a frame at this power stand in `lost_65536`.

    The path loss is taken to be the same both ways.
    """
    up_qdbm = rssi_dbm(port) * 4 + tx_qdbm - port.radio[AP_QDBM]
    cell = up_qdbm - port.radio[SENSITIVITY_QDBM] - PER_FIRST_QDB
    if cell < 0 or not port.ap_up:
        cell = 0
    return (row(port) * MARGINS + min(cell, MARGINS - 1)) * TRIES


def meet(port: State) -> None:
    """Find the channel as it is: busy by the hour, disturbed or not for all of a wake."""
    at = row(port) * CHANNEL_HOUR
    port.wait_us = port.channel[at]
    if port.disturbed_wake != port.count[WAKES]:
        port.disturbed_wake = port.count[WAKES]
        port.disturbed = port.channel[at + 1] > 0 and port.random() < port.channel[at + 1]


def air_us(port: State, size: int, tries: int) -> int:
    """So many attempts at a frame of so many bytes, on the air."""
    return port.air_time[2 * tries] + size * port.air_time[2 * tries + 1] // 1000


def attempts(port: State, at: int) -> int:
    """How many attempts a frame needs; more than TRIES where the MAC gives up."""
    return needed(port, at, port.random())


def needed(port: State, at: int, drawn: int) -> int:
    """The same of a chance that was drawn."""
    tries = 1
    while tries <= TRIES and drawn < port.lost_65536[at + tries - 1]:
        tries += 1
    return tries


def frame(port: State, state: int, level: int, size: int, tries: int, paid: int) -> bool:
    """A frame that needs so many attempts, of which some are paid for; whether it arrived."""
    if port.shared:
        return shared_frame(port, state, level, size, tries)
    sent = min(tries, TRIES)
    if sent > paid:
        port.spend(TX + level, air_us(port, size, sent) - air_us(port, size, paid))
    idle_us = (sent - 1) * GAP_US + sent * port.wait_us
    if idle_us:
        port.spend(state, idle_us)
    return tries <= TRIES


def shared_frame(port: State, state: int, level: int, size: int, tries: int) -> bool:
    """The same on a channel that others use: what they spoil is an attempt more."""
    for sent in range(1, TRIES + 1):
        us = air_us(port, size, sent) - air_us(port, size, sent - 1)
        found = contend(port, state, level, us)
        if found == IMPATIENT:
            return False
        if found == FREE:
            tries -= 1
        if tries == 0:
            return True
        port.spend(state, GAP_US)
    return False


def contend(port: State, state: int, level: int, us: int) -> int:
    """One attempt when the channel is free; whether it was FREE, SPOILT, or never came: IMPATIENT.

    Who hears others waits until they are done and for a random time behind it (the contention
    window of IEEE 802.11: 16 slots of 9 µs), and gives up after PATIENCE_US.
    """
    ether = port.ether
    qdbm = LEVEL_QDBM[level]
    at_us = port.now_us
    found = ether.busy(port.index, ether.nodes, at_us, us, qdbm)
    ether.waits += found > SPOILT
    while found > SPOILT:
        at_us = found + port.random() % CONTENTION_SLOTS * SLOT_US
        if at_us > port.now_us + PATIENCE_US:
            port.spend(state, PATIENCE_US)
            return IMPATIENT
        found = ether.busy(port.index, ether.nodes, at_us, us, qdbm)
    if at_us > port.now_us:
        port.spend(state, at_us - port.now_us)
    ether.hits += found == SPOILT
    ether.add(port.index, at_us, us, qdbm)
    port.spend(TX + level, us)
    return found


def ask(
    port: State, part: Numbers, level: int, size: int, at: int, until_us: int, paid: int
) -> bool:
    """Ask until there is an answer; whether it came before this instant.

    The first attempts may be paid for. A question that the MAC gave up is asked again after
    the time-out of the protocol that asks; an answer that a disturbed channel swallowed comes after
    that of the one who answers. Both are booked to the decision `retry`.
    """
    drawn = port.random()
    if paid and drawn >= port.lost_65536[at] and not (port.disturbed or port.wait_us):
        return True  # as most are
    tries = needed(port, at, drawn)
    account_at = port.account_at
    wait_us, answer_us = part[WAIT_US], part[ANSWER_US]
    while True:
        asked = frame(port, part[STATE], level, size, tries, paid)
        if port.wait_us:
            port.spend(part[STATE], port.wait_us)  # the answer has to wait as well
        if asked and not (port.disturbed and port.random() < port.radio[LOST_65536]):
            break
        us = answer_us if asked else wait_us
        in_time = port.now_us + us < until_us
        port.account_at = (account_at // STATES // DECISIONS * DECISIONS + RETRY) * STATES
        time_out(port, part[STATE], us if in_time else until_us - port.now_us)
        if not in_time:
            port.account_at = account_at
            return False
        wait_us *= part[GROWTH]
        answer_us *= part[GROWTH]
        tries = attempts(port, at)
        paid = 0
    port.account_at = account_at
    return True


def time_out(port: State, state: int, us: int) -> None:
    """Wait for an answer in vain.

    A node that has its address soon sleeps between beacons, unless the channel is disturbed: then
    it misses them and listens (fdekeers/lorawan-smart-lln, wifi/interferences_b). A gateway sends
    none.
    """
    beacons = state >= CONNECT and port.radio[GATEWAY_CHANNEL] == 0
    if beacons and us > AWAKE_US and not port.disturbed:
        port.spend(state, AWAKE_US)
        port.spend(MODEM_SLEEP, us - AWAKE_US)
    elif us > 0:
        port.spend(state, us)
