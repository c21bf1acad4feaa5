"""What the ULP reads while the CPU sleeps deeply: it remembers, and wakes for what is to be told.

A start costs as much as hundreds of readings by the ULP. So it reads a task's channels again and
again, and wakes the node once a value has lain a delta off what was told for as long as its news
may wait. A wake, whatever caused it, offers the report what the ULP remembers as if the CPU had
read it: what changed is told as of when it did.
"""

from torpor import node, record
from torpor.policy import const, report, schedule
from torpor.policy.ticks import add, diff
from torpor.port import FAULT, RECALLED, Port
from torpor.record import REPORT, SCHEDULE, TASK

# Quarters of the time that news may wait: that of a fixed period waits no longer in the mean, as it
# goes along with what others tell (docs/policies.md).
_WAITS = const(3)
_MOST_LOOKS = const(65534)
_MOST = const(0x1FFFFFFF)  # of a delta: a mark stays within 31 bits


def catch_up(r: list[int], port: Port, now: int) -> None:
    """Offer what the ULP read in the sleep before, each reading as of its own time."""
    channels = _channels(r)
    channel = 0
    while channels:
        if channels & 1:
            _catch_up(r, port, channel, now)
        channels >>= 1
        channel += 1


def _catch_up(r: list[int], port: Port, channel: int, now: int) -> None:
    """The same of a channel: what is no news goes along where it moved by half of a delta."""
    row = REPORT + report.HEAD + channel * report.ROW
    half = r[row + report.DELTA] >> 1
    before = r[row + report.NEWEST]
    count = port.monitored(channel)
    for age in range(min(count, RECALLED) - 1, -1, -1):
        value = port.recalled(channel, age)
        if value != FAULT:
            rides = 0
            if value - before > half or before - value > half:
                rides = 1
                before = value
            at = add(r[record.ASLEEP_AT], (count - age) * r[record.ULP_MS])
            within_ms = report.offer(r, REPORT, channel, value, at, rides)
            if within_ms != report.QUIET:
                # What the oldest one tells may have been so before.
                since = at if age < RECALLED - 1 else r[record.ASLEEP_AT]
                left_ms = within_ms - diff(now, since)
                node.ask(r, left_ms if left_ms > 0 else 0, now)


def arm(r: list[int], port: Port, now: int) -> None:
    """Have the ULP read in the sleep to come, should it be a deep one."""
    r[record.ASLEEP_AT] = now
    channels = _channels(r)
    channel = 0
    while channels:
        row = REPORT + report.HEAD + channel * report.ROW
        if channels & 1 and r[row + report.KNOWN]:
            last = r[row + report.LAST]
            delta = r[row + report.DELTA]
            if delta > _MOST:
                delta = _MOST
            waits_ms = schedule.stretched_ms(r, SCHEDULE, r[row + report.WITHIN_MS] // 4 * _WAITS)
            looks = waits_ms // r[record.ULP_MS]
            if looks < 1:
                looks = 1
            elif looks > _MOST_LOOKS:
                looks = _MOST_LOOKS
            port.monitor(channel, last - delta, last + delta, looks)
        channels >>= 1
        channel += 1


def _channels(r: list[int]) -> int:
    """Those that the ULP reads, as a bit mask: of its tasks that are not left out."""
    channels = 0
    for task in range(r[SCHEDULE + schedule.SENSING]):
        if r[record.BY_ULP] >> task & 1 and schedule.is_served(r, SCHEDULE, task):
            channels |= r[TASK + task * record.TASK_ROW + record.CHANNELS]
    return channels
