"""The ULP that reads channels through a deep sleep, as its program does (torpor.ulp.monitor)."""

from host_sim.engine.parts import HIGH, LOOKS, LOW, MARK_ROW, MONITOR_ROW, READ
from host_sim.engine.state import State
from host_sim.hardware.states import DEEP_SLEEP, SENSE, STATES
from torpor.port import DECISIONS, SCHEDULED


def wakes_us(port: State, end_us: int, deep: bool) -> int:
    """When the ULP ends a sleep that would last until end_us; that if it does not, or cannot.

    What it reads until then is booked, to each task its own.
    """
    port.read_from_us = port.now_us
    for channel in range(len(port.source)):
        at = channel * MARK_ROW
        looks = port.marks[at + LOOKS] if deep else 0
        port.marks[at + LOOKS] = 0
        port.marks[at + READ] = looks
        if looks:
            end_us = _crossing_us(port, channel, looks, end_us)
    if not deep:
        return end_us
    port.looked = (end_us - port.read_from_us) // port.monitor_us
    asleep_at = port.account_at
    asleep_na = port.current_na[DEEP_SLEEP]
    for row in range(0, len(port.monitor_tasks), MONITOR_ROW):
        task, us, na = port.monitor_tasks[row : row + MONITOR_ROW]
        port.account_at = (task * DECISIONS + SCHEDULED) * STATES
        port.times[port.account_at + SENSE] += port.looked - 1  # each reading is one
        port.spend_at(SENSE, port.looked * us, asleep_na + na)
    port.account_at = asleep_at
    return end_us


def _crossing_us(port: State, channel: int, looks: int, end_us: int) -> int:
    """When a channel has lain at or beyond its marks so many looks more than between; or end_us."""
    low, high = port.marks[channel * MARK_ROW + LOW], port.marks[channel * MARK_ROW + HIGH]
    beyond = 0
    us = port.read_from_us + port.monitor_us
    while us < end_us:
        value = at(port, channel, us)
        if value <= low or value >= high:
            beyond += 1
            if beyond == looks:
                return us
        elif beyond:
            beyond -= 1
        us += port.monitor_us
    return end_us


def at(port: State, channel: int, us: int) -> int:
    """What a channel that reads a series has at an instant."""
    return port.series[port.first[channel] + us // port.step_us[channel] % port.cells[channel]]
