"""What every wake has in common: begin, serve the tasks that are due, and rest."""

from torpor import delivery, record
from torpor.delivery import MINUTE_MS
from torpor.policy import (
    backoff,
    cascade,
    const,
    energy,
    report,
    sampling,
    schedule,
    sleep,
    spread,
    surge,
    txpower,
)
from torpor.policy.ticks import diff
from torpor.port import (
    COALESCED,
    COLD,
    FAULT,
    NODE,
    SAFE,
    SCHEDULED,
    SLEEP,
    Port,
)
from torpor.record import (
    BACKOFF,
    CASCADE,
    ENERGY,
    REPORT,
    REST,
    SAMPLING,
    SCHEDULE,
    SPREAD,
    SURGE,
    TASK,
    TX,
)

SOUND_MIN = const(120)
DAY_MIN = const(1440)
OVER = const(-1)  # of record.STARTED
CALM_MS = const(500)


def begin(r: list[int], cause: int, now: int) -> int:
    """Count the wake and the time since the last one; that time in ms.

    CRASHES goes up here and back to zero in rest(). What start.py retained before the wake holds
    it raised already, so a wake that never ends has counted too.
    """
    r[record.WAKES] += 1
    r[record.CRASHES] += 1
    if cause == COLD:
        schedule.start(r, SCHEDULE, now, spread.wait_ms(r, SPREAD, 0))
        r[record.CLOCK] = now
        return 0
    return elapse(r, now)


def elapse(r: list[int], now: int) -> int:
    """Count the time since the clock was last looked at; that time in ms."""
    elapsed_ms = diff(now, r[record.CLOCK])
    if elapsed_ms < 0:  # the clock was set back, or began anew: what is due by it is not known
        elapsed_ms = 0
        schedule.start(r, SCHEDULE, now, 0)
    r[record.CLOCK] = now
    rest_ms = r[record.REST_MS] + elapsed_ms
    if r[record.UPTIME_MIN] % DAY_MIN + rest_ms // MINUTE_MS >= DAY_MIN:
        report.keep_age(r, REPORT, now)  # also of what is not delivered for want of energy
    r[record.UPTIME_MIN] += rest_ms // MINUTE_MS
    r[record.REST_MS] = rest_ms % MINUTE_MS
    return elapsed_ms


def allowance_uc(r: list[int]) -> int:
    """What this wake's tasks may spend, µC: the bucket, filled up to now, less the start."""
    minutes = r[record.UPTIME_MIN] - r[record.MINUTE_PAID]
    r[record.MINUTE_PAID] = r[record.UPTIME_MIN]
    energy.allowance_uc(r, ENERGY, minutes)
    energy.spend(r, ENERGY, r[ENERGY + energy.START_UC])
    return energy.left_uc(r, ENERGY)


def serve(r: list[int], port: Port, why: int, now: int) -> None:
    """Serve every task whose time it is; `why` is the decision behind a delivery already due."""
    mask = schedule.pick(r, SCHEDULE, now, allowance_uc(r))
    if mask:
        warm_up(r, port, mask)
        task = 0
        while mask:
            if mask & 1:
                early = schedule.is_early(r, SCHEDULE, task, now)
                port.account(task, COALESCED if early else SCHEDULED)
                wait_ms = sense(r, port, task, now)
                finish(r, task, now)
                schedule.may_wait(r, SCHEDULE, task, now, wait_ms)
            mask >>= 1
            task += 1
    mask = schedule.join_now(r, SCHEDULE, now, energy.left_uc(r, ENERGY))
    if mask:
        wait_min = 0
        if r[SURGE + surge.RESETS]:
            wait_min = sound(r, port, now)
        if wait_min:
            delivery.put_off(r, mask, wait_min, now)
        else:
            delivery.deliver(r, port, mask, why, now)


def sound(r: list[int], port: Port, now: int) -> int:
    """Look whether a cell that broke down has risen; the minutes until a join or the next look."""
    battery = r[record.BATTERY_CHANNEL]
    if battery >= 0:
        value = port.measure(battery)
        if value != FAULT:
            take(r, battery, value, now, 0)
    wait_min = surge.left_min(r, SURGE, r[record.UPTIME_MIN])
    debt_min = backoff.debt_min(r, BACKOFF, r[record.UPTIME_MIN])
    wait_min = wait_min if wait_min > debt_min else debt_min
    return wait_min if wait_min < SOUND_MIN else SOUND_MIN


def finish(r: list[int], task: int, now: int) -> None:
    """The task was served: pay for it and set its next window."""
    energy.spend(r, ENERGY, schedule.cost_uc(r, SCHEDULE, task))
    schedule.done(r, SCHEDULE, task, now)


def warm_up(r: list[int], port: Port, mask: int) -> None:
    """Wait once, for the slowest sensor of the tasks at hand; its task pays."""
    longest_ms = 0
    slowest = 0
    task = 0
    while mask:
        if mask & 1:
            ms = r[TASK + task * record.TASK_ROW + record.WARMUP_MS]
            if ms > longest_ms:
                longest_ms = ms
                slowest = task
        mask >>= 1
        task += 1
    if longest_ms:
        port.account(slowest, SCHEDULED)
        port.wait(longest_ms, sleep.choose(r, REST, longest_ms))


def sense(r: list[int], port: Port, task: int, now: int) -> int:
    """Read the task's channels; the ms for which it may wait then, if longer than its period.

    A fault costs that reading; news asks for a delivery.
    """
    channels = r[TASK + task * record.TASK_ROW + record.CHANNELS]
    wait_ms = longest_ms = r[TASK + task * record.TASK_ROW + record.LONGEST_MS]
    if r[record.BY_ULP] >> task & 1:
        wait_ms = schedule.MAX_SLEEP_MS
        longest_ms = 0
    channel = 0
    while channels:
        if channels & 1:
            value = port.measure(channel)
            if value == FAULT:
                r[record.FAULTS] += 1
                wait_ms = 0
            else:
                late_ms = 0
                if longest_ms:
                    late_ms = follow(r, task, channel, value, now)
                    pace_ms = sampling.pace_ms(r, SAMPLING, channel)
                    if pace_ms < wait_ms:
                        wait_ms = pace_ms
                take(r, channel, value, now, late_ms)
        channels >>= 1
        channel += 1
    return wait_ms


def follow(r: list[int], task: int, channel: int, value: int, now: int) -> int:
    """Learn from a reading how its channel moves; by how many ms it is later than its period."""
    row = REPORT + report.HEAD + channel * report.ROW
    if r[row + report.KNOWN] == 0 or r[row + report.DELTA] == 0:
        return 0
    elapsed_ms = diff(now, r[row + report.NEWEST_AT])
    moved = value - r[row + report.NEWEST]
    sampling.learn(r, SAMPLING, channel, moved, r[row + report.DELTA], elapsed_ms)
    late_ms = elapsed_ms - schedule.period_ms(r, SCHEDULE, task)
    return late_ms if late_ms > 0 else 0


def take(r: list[int], channel: int, value: int, now: int, late_ms: int) -> None:
    """Offer a reading that is so late to the report; the battery's also sets the mode."""
    within_ms = report.offer(r, REPORT, channel, value, now, late_ms)
    if within_ms != report.QUIET:
        ask(r, within_ms, now)
    if channel == r[record.BATTERY_CHANNEL]:
        mode = energy.update(r, ENERGY, value, r[record.UPTIME_MIN] // 60)
        schedule.save(r, SCHEDULE, mode, r[ENERGY + energy.MORE_X16])
        if r[SURGE + surge.LEVELS_OFF] or r[SURGE + surge.RESETS]:
            permille = r[ENERGY + energy.SOC_PERMILLE]
            surge.measured(r, SURGE, permille, r[ENERGY + energy.BAND_PERMILLE])


def plans(r: list[int]) -> bool:
    """Whether this wake read a store that light fills, the first to do so in its hour."""
    return (
        r[ENERGY + energy.CAPACITY_MC] > 0
        and r[ENERGY + energy.RESTED_PERMILLE] >= 0
        and r[ENERGY + energy.PLANNED_H] != r[record.UPTIME_MIN] // 60
    )


def tell(r: list[int], channel: int, value: int, now: int) -> None:
    """Queue an event, whatever its value, and ask for its delivery."""
    report.queue(r, REPORT, channel, value, now)
    ask(r, report.within_ms(r, REPORT, channel), now)


def ask(r: list[int], within_ms: int, now: int) -> None:
    """Ask for a delivery within this time; while joins fail or wait, that decides instead."""
    if r[record.JOINS_FAILED]:
        return
    if r[SURGE + surge.RESETS] or r[BACKOFF + backoff.OWED_UC]:
        ask_unless_held(r, within_ms, now)
    else:
        schedule.request(r, SCHEDULE, r[record.REPORT_TASK], now, within_ms)


def ask_unless_held(r: list[int], within_ms: int, now: int) -> None:
    """The same where a weak cell, or the price of what failed, may have joins wait."""
    uptime_min = r[record.UPTIME_MIN]
    if surge.left_min(r, SURGE, uptime_min) == 0 and backoff.debt_min(r, BACKOFF, uptime_min) == 0:
        schedule.request(r, SCHEDULE, r[record.REPORT_TASK], now, within_ms)


def rest(r: list[int], port: Port) -> int:
    """Arm the detector and choose the sleep; its length in ms.

    A budget may have it last longer than the tasks do.
    """
    ms = schedule.next_ms(r, SCHEDULE, port.ticks_ms())
    if r[ENERGY + energy.BUDGET_UC_MIN]:
        least_ms = energy.wait_ms(r, ENERGY, schedule.all_uc(r, SCHEDULE))
        if ms < least_ms:
            ms = least_ms
    if r[CASCADE + cascade.STAGES]:
        start_ms = r[SCHEDULE + schedule.START_MS]
        ms = cascade.lasts_ms(r, CASCADE, ms, port.ticks_ms(), start_ms)
        ratio_x16 = r[CASCADE + cascade.HEAD + cascade.RATIO_X16]
        port.watch(r[CASCADE + cascade.INTERVAL_MS], cascade.margin(r, CASCADE), ratio_x16)
    r[record.SLEEP_KIND] = sleep.choose(r, REST, ms)
    r[record.CRASHES] = 0
    port.account(NODE, SLEEP)
    return ms


def surged(r: list[int], now: int) -> None:
    """The power failed while the radio was on. On the mains that says nothing of a cell."""
    if r[REST + sleep.ASSOCIATED] == 0:
        fell(r, now, 1)
        levels_off = r[TX + txpower.HIGHEST] - r[TX + txpower.LEVEL]
        permille = r[ENERGY + energy.SOC_PERMILLE]
        surge.happened(r, SURGE, levels_off, permille, r[record.UPTIME_MIN])


def crashed(r: list[int], now: int, on_air: int) -> int:
    """The wake before did not end in sleep; the minutes to lie low for before the next.

    The first in a row is followed by a wake at once. After one on the air only joins wait.
    """
    debt_min = fell(r, now, on_air)
    if on_air and r[REST + sleep.ASSOCIATED] == 0:
        delivery.put_off(r, delivery.radio_tasks(r), delivery.unreached_min(r), now)
        return 0
    if debt_min == 0 and r[record.CRASHES] < 2:
        return 0
    schedule.start(r, SCHEDULE, now, 0)  # all is due then, however long that is
    return backoff.wait_min(r, BACKOFF, r[record.CRASHES] - 1, r[record.UPTIME_MIN])


def fell(r: list[int], now: int, on_air: int) -> int:
    """Have the wake that did not end in sleep paid for; the debt before it, in minutes."""
    elapse(r, now)
    ms = 0 if r[record.STARTED] == OVER else diff(now, r[record.STARTED])
    debt_min = backoff.debt_min(r, BACKOFF, r[record.UPTIME_MIN])
    backoff.failed(r, BACKOFF, ms, on_air, r[record.UPTIME_MIN])
    return debt_min


def lie_low(r: list[int], port: Port, minutes: int) -> int:
    """Safe mode: sleep for so long without sensor and radio; ms.

    On the mains that is awake, for the button; but what woke it may never be obeyed and wake it
    again.
    """
    port.account(NODE, SAFE)
    r[record.SLEEP_KIND] = sleep.DEEP
    if r[REST + sleep.ASSOCIATED]:
        r[record.SLEEP_KIND] = sleep.MODEM
        port.leave()
        port.watch(0, 0, 0)
        port.wait(CALM_MS)
    return minutes * MINUTE_MS
