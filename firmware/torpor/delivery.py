"""What a delivery is: one join, the whole queue, and when to try again after one that failed."""

from torpor import record
from torpor.policy import (
    backoff,
    const,
    energy,
    patience,
    report,
    schedule,
    sleep,
    spread,
    surge,
    txpower,
)
from torpor.policy.ticks import diff
from torpor.port import DELTA, HEARTBEAT, NO_AP, RETRY, UNHEARD, Port
from torpor.record import BACKOFF, ENERGY, PATIENCE, REPORT, REST, SCHEDULE, SPREAD, SURGE, TX

MINUTE_MS = const(60000)
REACHED_FAILURES = const(3)  # that a node which is to be reached counts: five minutes at most


def deliver(r: list[int], port: Port, mask: int, why: int, now: int) -> None:
    """Join once for these radio tasks and send the queue. When it fails, all of them back off.

    How long is in part chance: other nodes of the same access point failed at the same time. Who
    fails or is late moves the grid of its readings, too, lest all meet again at the next.
    """
    if why == 0:
        why = DELTA if r[REPORT + report.NEWS] else HEARTBEAT
    report.keep_age(r, REPORT, now)
    began = port.ticks_ms()
    delivered = join(r, port, r[record.REPORT_TASK], why)
    if delivered:
        report.heartbeat(r, REPORT)
        delivered = send(r, port)
    if r[REST + sleep.ASSOCIATED] == 0:
        port.leave()
    took_ms = diff(port.ticks_ms(), began)
    energy.spend_air(r, ENERGY, took_ms)
    for task in range(r[SCHEDULE + schedule.TASKS]):
        if mask >> task & 1:
            schedule.done(r, SCHEDULE, task, now)
    if delivered:
        r[record.JOINS_FAILED] = 0
        surge.delivered(r, SURGE)
        backoff.delivered(r, BACKOFF, took_ms, r[record.UPTIME_MIN])
        if r[BACKOFF + backoff.OWED_UC]:
            minutes = backoff.debt_min(r, BACKOFF, r[record.UPTIME_MIN])
            if minutes:
                put_off(r, mask, minutes, now)
    else:
        surge.failed(r, SURGE)
        backoff.failed(r, BACKOFF, took_ms, 1, r[record.UPTIME_MIN])
        put_off(r, mask, unreached_min(r), now)
    if r[BACKOFF + backoff.OWED_UC]:
        schedule.move(r, SCHEDULE, spread.part_ms(r, SPREAD, MINUTE_MS))


def join(r: list[int], port: Port, task: int, why: int) -> bool:
    """Associate at the level of least expected charge, after a join that failed in full.

    What is remembered may be wrong whatever the answer: another access point may be there by now,
    and another host at the address. Once a lease it is not used.
    """
    port.account(task, why)
    level = affordable(r, txpower.choose(r, TX))
    cached = r[record.CACHED]
    if r[record.UPTIME_MIN] - r[record.RENEWED_MIN] >= r[record.LEASE_MIN]:
        cached = 0
    within_ms = patience.FULL_MS
    if cached:
        within_ms = patience.within_ms(r, PATIENCE, r[record.JOINS_FAILED])
    spare_ms = backoff.spare_ms(r, BACKOFF)
    if within_ms > spare_ms:
        within_ms = spare_ms
    began = port.ticks_ms()
    answer = port.join(txpower.LEVEL_QDBM[level], cached, within_ms)
    took_ms = diff(port.ticks_ms(), began)
    in_vain = took_ms >= within_ms
    learn(r, level, cached, answer, in_vain, took_ms)
    if answer == NO_AP and in_vain and within_ms < patience.LINK_MS:
        return False
    if answer >= 0:
        r[record.CACHED] = 0
        return False
    if cached == 0:
        r[record.RENEWED_MIN] = r[record.UPTIME_MIN]
    r[record.CACHED] = r[record.CACHE]
    return True


def affordable(r: list[int], level: int) -> int:
    """This level, or what the cell was seen to be too weak for less."""
    highest = surge.highest(r, SURGE, r[TX + txpower.LOWEST], r[TX + txpower.HIGHEST])
    return level if level < highest else highest


def learn(r: list[int], level: int, cached: int, answer: int, in_vain: bool, took_ms: int) -> None:
    """What a join at this level taught: of the access point, and of questions that were lost."""
    questions = r[TX + txpower.QUESTIONS]
    if answer < 0:
        txpower.heard(r, TX, answer)
        if cached:
            late = patience.took(r, PATIENCE, took_ms)
            if questions:
                txpower.asked(r, TX, level, questions, late)
    elif answer == UNHEARD or (answer == NO_AP and in_vain):  # it is there, and did not hear us
        txpower.asked(r, TX, level, questions, True)


def send(r: list[int], port: Port) -> bool:
    """Send the whole queue, once more at the highest level if the first send is lost.

    Only if that goes through was it the power: a broker may be silent, too.
    """
    count = r[REPORT + report.QUEUED]
    if count == 0:
        return True
    first = level = affordable(r, r[TX + txpower.LEVEL])
    for sends in range(2):
        attempts = port.send(r, REPORT + report.QUEUE, count, txpower.LEVEL_QDBM[level])
        if attempts:
            txpower.asked(r, TX, first, 1, sends + attempts > 1)
            r[record.SENT] += 1
            report.forget(r, REPORT, count)
            return True
        r[record.LOST] += 1
        port.account(r[record.REPORT_TASK], RETRY)
        level = affordable(r, r[TX + txpower.HIGHEST])
    return False


def unreached_min(r: list[int]) -> int:
    """One more delivery failed: the minutes until the next is tried."""
    fails = r[record.JOINS_FAILED] + 1
    r[record.JOINS_FAILED] = fails
    if r[REST + sleep.ASSOCIATED] and fails > REACHED_FAILURES:
        fails = REACHED_FAILURES
    return backoff.wait_min(r, BACKOFF, fails, r[record.UPTIME_MIN])


def put_off(r: list[int], mask: int, minutes: int, now: int) -> None:
    """Have the radio tasks of a mask wait so long, and a part more that is chance."""
    for task in range(r[SCHEDULE + schedule.TASKS]):
        if mask >> task & 1:
            wait_ms = minutes * MINUTE_MS + spread.wait_ms(r, SPREAD, MINUTE_MS)
            schedule.defer(r, SCHEDULE, task, now, wait_ms)


def radio_tasks(r: list[int]) -> int:
    """The tasks that need a join, as a bit mask."""
    return (1 << r[SCHEDULE + schedule.TASKS]) - (1 << r[SCHEDULE + schedule.SENSING])
