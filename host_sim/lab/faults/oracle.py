"""What must hold after a fault, and what it came to.

The node sleeps within a stated time; it serves again within a stated time of the fault's end; what
it costs is bounded; and no reading is lost that was retained, unless memory or queue was.
"""

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from host_sim.lab.faults.case import LOOP, Case
from host_sim.lab.faults.chip import HOUR_MS, RTC_BYTES, Chip
from host_sim.lab.faults.day import Day
from host_sim.lab.faults.kinds import BEFORE_A_WAKE, CLOCK, LINKS, MEMORY, NO_PARTS, POWER_CUT
from host_sim.lab.faults.port import Reading
from host_sim.units import SECOND_US
from torpor import record
from torpor.policy.ticks import MASK
from torpor.port import COLD

SLEEP_S = 120  # a fault to sleep, or its end
SERVE_S = HOUR_MS // 1000 + 300  # a single fault to the next wake in earnest that sleeps
RATIO = 1.2  # a day of a lasting fault against one without
MOST_WAKES = 200_000
TRIES = 300  # wakes after which a node will not serve


class Outcome(NamedTuple):
    """Time to sleep and to serve, the day's charge against one without, and what does not hold.

    bit    whether the node did otherwise than without it; all do that are simulated
    limit  what does not hold and no node can have hold, as the documents state
    """

    sleep_s: float
    serve_s: float
    ratio: float
    faults: list[str]
    bit: bool = True
    limit: str = ""


def judge(case: Case, chip: Chip, day: Day) -> Outcome | None:
    """Have the fault in a chip before its wake; None where it does not come in that."""
    if case.kind in LINKS or LOOP in case.kind:
        return _lasting(case, chip, day)
    return _once(case, chip, day)


def _once(case: Case, chip: Chip, day: Day) -> Outcome | None:
    port = chip.port
    began_us, began, output = port.now_us, port.used, port.output
    kept = set() if case.kind in (POWER_CUT, MEMORY) else set(chip.queue())
    if case.kind in BEFORE_A_WAKE:
        port.failed_us, port.restored = began_us, None
        _damage(chip, case)
    else:
        port.kind, port.at = case.kind, case.at
    chip.wake()
    if port.at:
        return None
    end_us = port.failed_us
    if case.kind not in BEFORE_A_WAKE:
        output = port.output
    slept_us = served_us = 0
    for _ in range(TRIES):
        if port.asleep_us >= end_us:
            slept_us = slept_us or port.asleep_us
            if _in_earnest(chip):
                served_us = port.asleep_us
                break
        chip.wake()
    used = (port.asleep_used if served_us else port.used) - began
    us = (served_us or port.now_us) - began_us
    ratio = 1 + used / day.charge - us / day.us
    faults = _lost(chip, kept, day, end_us, told_by=2 if case.kind == CLOCK else 3)
    if chip.is_switch and case.kind != MEMORY:
        chip.wake()
        if port.restored != output:
            faults.append(f"the output is {port.restored}, and was {output}")
    return _outcome(
        (slept_us - end_us) / SECOND_US, (served_us - end_us) / SECOND_US, ratio, SERVE_S, faults
    )


def _damage(chip: Chip, case: Case) -> None:
    """RTC memory that holds something else, or a clock that was set."""
    dice, port = Random(case.at), chip.port
    if case.kind != MEMORY:
        port.first_tick = (port.first_tick + dice.randrange(MASK)) & MASK
        return
    data = bytearray(port.memory)
    how = dice.randrange(3)
    if how == 0:
        data = bytearray(dice.randbytes(RTC_BYTES))
    elif how == 1 and data:
        del data[dice.randrange(len(data)) :]
    for _ in range(dice.randrange(1, 9)):
        if data:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    port.memory = bytes(data)
    chip.cause = dice.choice((COLD, chip.cause))


def _in_earnest(chip: Chip) -> bool:
    """Whether the last wake did all that was due, and is now asleep."""
    r = chip.knows()
    return r is not None and r[record.CRASHES] == 0


def _lost(chip: Chip, kept: set[Reading], day: Day, end_us: int, told_by: int) -> list[str]:
    """Readings that were retained, and neither arrived nor wait, when all should have arrived.

    They are told by channel, value and tick; by a clock that was set they are of no time, and what
    seems older than ticks can tell is kept as old as that.
    """

    def known(some: Iterable[Reading]) -> set[tuple[int, ...]]:
        return {one[:told_by] for one in some}

    until_us = end_us + (day.report.period_s + day.report.late_s) * SECOND_US + 2 * HOUR_MS * 1000
    while not known(kept) <= known(chip.port.told) and chip.port.now_us < until_us:
        chip.wake()
    missing = known(kept) - known(chip.port.told) - known(chip.queue())
    return [f"{len(missing)} readings are lost"] if missing else []


def _lasting(case: Case, chip: Chip, day: Day) -> Outcome | None:
    port = chip.port
    began_us, began, never_us = port.now_us, port.used, port.failed_us
    kind, loop, call = case.kind.partition(LOOP)
    if loop:
        port.kind, port.loop = kind, call
    elif kind not in port.links:
        return None
    else:
        port.link, port.joined = LINKS[kind], False
        port.ap_up = LINKS[kind].parts != NO_PARTS
    sleep_us, day_us = 0, began_us + day.us
    for _ in range(MOST_WAKES):
        woke_us, woke = port.now_us, port.used
        chip.wake()
        if port.asleep_us >= woke_us:
            sleep_us = max(sleep_us, port.asleep_us - woke_us)
        if port.now_us >= day_us:
            break
    if loop and port.failed_us == never_us:
        return None
    ratio = (_used_at(chip, day_us, woke_us, woke) - began) / day.charge
    port.loop, port.link, port.ap_up, port.told = "", None, True, []
    end_us, most_s = port.now_us, 86_400 + day.report.period_s + day.report.late_s
    while not port.told and port.now_us < end_us + most_s * SECOND_US:
        chip.wake()
    served_us = port.asleep_us if port.told else end_us - 1
    faults = [] if ratio <= RATIO else [f"a day costs {ratio:.2f} of one without"]
    return _outcome(sleep_us / SECOND_US, (served_us - end_us) / SECOND_US, ratio, most_s, faults)


def _used_at(chip: Chip, at_us: int, woke_us: int, woke: int) -> float:
    """The charge at an instant of the last wake, or of the sleep behind it."""
    port = chip.port
    to_us, to = port.now_us, port.used
    if woke_us <= port.asleep_us <= at_us:
        woke_us, woke = port.asleep_us, port.asleep_used
    elif woke_us <= port.asleep_us:
        to_us, to = port.asleep_us, port.asleep_used
    return woke + (to - woke) * (at_us - woke_us) / (to_us - woke_us)


def _outcome(
    sleep_s: float, serve_s: float, ratio: float, serve_most_s: float, faults: list[str]
) -> Outcome:
    if sleep_s < 0 or serve_s < 0:
        faults = [*faults, "it does not serve again"]
    if sleep_s > SLEEP_S:
        faults = [*faults, f"awake for {sleep_s:,.0f} s"]
    if serve_s > serve_most_s:
        faults = [*faults, f"serves again after {serve_s:,.0f} s"]
    return Outcome(sleep_s, serve_s, ratio, faults)
