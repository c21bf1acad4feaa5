"""One policy's decisions, many times over: `-m tests.bench.decisions POLICY COUNT`.

Runs in MicroPython; the fuel of two runs of different length gives the instructions of one
decision. The heap is locked: an allocation is an error, and no frame is sought a place there, whose
cost would be that of the heap's holes.
"""

import sys
from array import array

from tests.policy.rig import locked
from torpor.policy import cascade, energy, report, schedule, sleep, txpower
from torpor.policy.ticks import add


def blank(size):
    return array("i", bytes(4 * size))


def decide_cascade(count):
    r = blank(cascade.SIZE)
    r[cascade.STAGES] = 3
    r[cascade.FALSE_PER_DAY] = 100
    r[cascade.HEAD + cascade.MARGIN] = 400
    r[cascade.HEAD + cascade.RATIO_X16] = 32
    cascade.start(r, 0)
    with locked:
        for i in range(count):
            cascade.elapse(r, 0, 250)
            cascade.judge(r, 0, 1, i & 511)
            cascade.margin(r, 0)


def decide_txpower(count):
    r = blank(txpower.SIZE)
    r[txpower.HIGHEST] = 10
    r[txpower.SENSITIVITY_DBM] = -94
    r[txpower.RETRY_UC] = 500000
    for level in range(11):
        r[txpower.BURST_UC + level] = 3000 + 400 * level
    txpower.start(r, 0)
    with locked:
        for i in range(count):
            level = txpower.choose(r, 0)
            txpower.heard(r, 0, -70 + (i & 3))
            txpower.asked(r, 0, level, txpower.JOIN_QUESTIONS, i & 63 == 63)


def decide_schedule(count):
    r = blank(schedule.SIZE)
    r[schedule.TASKS] = 6
    r[schedule.SENSING] = 5
    for task in range(6):
        row = schedule.HEAD + task * schedule.ROW
        r[row + schedule.PERIOD_MS] = 300000 + 60000 * task
        r[row + schedule.EARLY_MS] = 60000
        r[row + schedule.LATE_MS] = 60000
        r[row + schedule.PRIORITY] = task
    now = 0x3FF00000
    schedule.start(r, 0, now, 0)
    with locked:
        for _ in range(count):
            mask = schedule.pick(r, 0, now, energy.UNLIMITED_UC)
            mask |= schedule.join_now(r, 0, now, energy.UNLIMITED_UC)
            for task in range(6):
                if mask >> task & 1:
                    schedule.done(r, 0, task, now)
            now = add(now, schedule.next_ms(r, 0, now))


def decide_report(count):
    r = blank(report.SIZE)
    r[report.CHANNELS] = 4
    for channel in range(4):
        r[report.HEAD + channel * report.ROW + report.DELTA] = 20
    with locked:
        for i in range(count):
            report.offer(r, 0, i & 3, (i * 7) & 127, i, 0)
            if r[report.QUEUED] > 8:
                report.forget(r, 0, r[report.QUEUED])


def decide_energy(count):
    r = blank(energy.SIZE)
    r[energy.LOW_PERMILLE] = 150
    r[energy.CRITICAL_PERMILLE] = 50
    r[energy.BAND_PERMILLE] = 50
    for step in range(11):
        r[energy.OCV_MV + step] = 3000 + 120 * step
    with locked:
        for i in range(count):
            energy.update(r, 0, 3000 + (i & 1023), i & 8191)


def decide_sleep(count):
    r = blank(sleep.SIZE)
    r[sleep.LIGHT_MS] = 2
    r[sleep.DEEP_MS] = 10000
    r[sleep.DEEPEST] = 3
    with locked:
        for i in range(count):
            sleep.choose(r, 0, i & 0x7FFF)


POLICIES = {
    "cascade": decide_cascade,
    "txpower": decide_txpower,
    "schedule": decide_schedule,
    "report": decide_report,
    "energy": decide_energy,
    "sleep": decide_sleep,
}

if __name__ == "__main__":
    POLICIES[sys.argv[1]](int(sys.argv[2]))
