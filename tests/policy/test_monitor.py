"""What the ULP reads for a node: what a wake makes of it, and what the next sleep is armed with."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, HandPort, config, start, task, tick
from tests.policy.rig import blank
from torpor import monitor, node, record, sensor
from torpor.config import configure
from torpor.policy import report, schedule, sleep
from torpor.policy.ticks import add, diff
from torpor.port import COLD, FAULT, RECALLED, TIMER, WATCH
from torpor.record import REPORT, SCHEDULE

EVERY_MS = 10000  # of handport's configuration
WITHIN_MS = 4 * MINUTE_MS
LOOKS = 3 * WITHIN_MS // 4 // EVERY_MS


def monitored(**changes):
    """Task 0 reads channel 0 by the ULP, task 1 channel 1 by the CPU each half hour."""
    given = {
        "tasks": [
            task(MINUTE_MS, channels=[0], ulp=1),
            task(HOUR_MS // 2, channels=[1]),
            task(2 * HOUR_MS, radio=1),
        ],
        "report_task": 2,
        "channels": [{"delta": 5, "within_ms": WITHIN_MS}, {"delta": 100, "within_ms": 0}],
    }
    given.update(changes)
    return start(**given)


def test_it_sleeps_past_the_tasks_that_the_ulp_reads():
    r = blank(record.SIZE)
    configure(r, config(tasks=[task(MINUTE_MS, channels=[0], ulp=1), task(HOUR_MS, radio=1)]))
    assert sensor.wake(r, HandPort(), COLD) == HOUR_MS
    assert r[record.SLEEP_KIND] == sleep.DEEP
    r, port = monitored()
    assert tick(r, port, HOUR_MS // 2) == HOUR_MS // 2


def test_the_marks_lie_a_delta_beside_what_was_told_for_three_quarters_of_the_time():
    r, port = monitored()
    port.readings[0] = 42
    tick(r, port, HOUR_MS // 2)
    assert port.did("monitor") == [(0, 37, 47, LOOKS)]
    assert diff(port.clock, r[record.ASLEEP_AT]) == 0


def test_each_channel_has_its_marks_and_is_told_of_by_itself():
    """Two of one task, behind a task that the CPU reads."""
    r, port = monitored(
        tasks=[
            task(HOUR_MS // 2, channels=[0]),
            task(MINUTE_MS, channels=[1, 2], ulp=1),
            task(2 * HOUR_MS, radio=1),
        ],
        channels=[{"delta": delta, "within_ms": WITHIN_MS} for delta in (1, 5, 10)],
    )
    port.readings.update({0: 7, 1: 42, 2: 900})
    tick(r, port, HOUR_MS // 2)
    assert port.did("monitor") == [(1, 37, 47, LOOKS), (2, 890, 910, LOOKS)]
    port.recalls[2] = [900] + [950] * LOOKS
    port.readings[2] = 950
    asleep_at, told = port.clock, sent(port)
    tick(r, port, (LOOKS + 1) * EVERY_MS, WATCH)
    assert next(of for of in told if of[0] == 2) == (2, 950, add(asleep_at, 2 * EVERY_MS))
    assert port.did("monitor") == [(1, 37, 47, LOOKS), (2, 940, 960, LOOKS)]


def test_news_that_must_be_told_at_once_takes_one_look():
    r, port = monitored(channels=[{"delta": 5, "within_ms": 0}, {"delta": 1, "within_ms": 0}])
    tick(r, port, MINUTE_MS)
    assert port.did("monitor") == [(0, -5, 5, 1)]


def sent(port):
    """The readings of the next message, each with its tick."""
    found = []
    plain = port.send

    def send(r, first, count, tx_qdbm):
        cells = range(first, first + 3 * count, 3)
        found.extend([(r[cell], r[cell + 1], r[cell + 2]) for cell in cells])
        return plain(r, first, count, tx_qdbm)

    port.send = send
    return found


def test_a_wake_by_it_tells_what_changed_as_of_when_it_did():
    r, port = monitored()
    asleep_at = r[record.ASLEEP_AT]
    looks = LOOKS + 2
    port.recalls[0] = [0, 2] + [5] * LOOKS  # it is due with the last of them
    port.readings[0] = 6
    told = sent(port)
    tick(r, port, looks * EVERY_MS, WATCH)
    assert told[0] == (0, 5, add(asleep_at, 3 * EVERY_MS))
    assert told[1] == (0, 6, add(asleep_at, looks * EVERY_MS))
    assert port.did("monitor") == [(0, 1, 11, LOOKS)]


def test_what_moved_by_more_than_half_of_a_delta_goes_along_with_the_next_message():
    r, port = monitored()
    port.recalls[0] = [2, 3, 0, 4, 2]
    port.readings[0] = 2
    told = sent(port)
    port.clock = add(port.clock, 2 * HOUR_MS - 5 * EVERY_MS)
    asleep_at = r[record.ASLEEP_AT] = port.clock
    tick(r, port, 5 * EVERY_MS)
    mine = [(value, diff(at, asleep_at)) for channel, value, at in told if channel == 0]
    assert mine[:3] == [(3, 2 * EVERY_MS), (0, 3 * EVERY_MS), (4, 4 * EVERY_MS)]


def test_what_the_oldest_reading_tells_may_have_been_so_before():
    """Beyond what is remembered nothing is known: its news is due as if it were as old as that."""
    for looks, since_ms in (
        (RECALLED - 1, (RECALLED - 2) * EVERY_MS),
        (RECALLED, RECALLED * EVERY_MS),
    ):
        r, port = monitored(
            channels=[{"delta": 5, "within_ms": HOUR_MS}, {"delta": 5, "within_ms": 0}]
        )
        port.recalls[0] = [9] * looks
        now = r[record.CLOCK] = add(port.clock, looks * EVERY_MS)
        monitor.catch_up(r, port, now)
        assert schedule.latest_ms(r, SCHEDULE, 2, now) == HOUR_MS - since_ms - 1


def test_a_wake_for_another_task_takes_along_what_the_ulp_saw():
    r, port = monitored()
    port.recalls[0] = [0] * 31 + [9]
    port.readings[0] = 9
    tick(r, port, HOUR_MS // 2, TIMER)
    assert r[REPORT + report.HEAD + report.LAST] == 9


def test_a_value_that_came_back_is_news_that_was():
    r, port = monitored()
    port.recalls[0] = [6, 0]
    tick(r, port, 3 * EVERY_MS, TIMER)
    row = REPORT + report.HEAD
    assert (r[row + report.LAST], r[row + report.NEWEST]) == (0, 0)  # six, and six back
    assert port.did("send")[0][0][:2] == [(0, 6), (0, 0)]


def test_what_is_beyond_memory_or_failed_is_left_out():
    r, port = monitored()
    port.recalls[0] = [90] + [0] * (RECALLED - 1) + [FAULT]
    tick(r, port, (RECALLED + 1) * EVERY_MS, TIMER)
    assert r[REPORT + report.HEAD + report.LAST] == 0


def test_what_is_not_known_is_read_by_the_cpu_at_its_period():
    r = blank(record.SIZE)
    configure(r, config(tasks=[task(MINUTE_MS, channels=[0], ulp=1), task(HOUR_MS, radio=1)]))
    port = HandPort()
    port.readings[0] = FAULT
    assert sensor.wake(r, port, COLD) == MINUTE_MS
    assert port.did("monitor") == []


def test_a_task_that_is_left_out_is_not_monitored():
    tasks = [task(MINUTE_MS, channels=[0], ulp=1, priority=1), task(HOUR_MS, radio=1)]
    r, port = start(tasks=tasks)
    tick(r, port, HOUR_MS)
    assert len(port.did("monitor")) == 1
    schedule.save(r, SCHEDULE, 1, 0)
    tick(r, port, HOUR_MS)
    assert port.did("monitor") == []


def test_a_node_that_saves_waits_as_much_longer_as_its_periods_are():
    r, port = monitored()
    schedule.save(r, SCHEDULE, 1, 0)
    tick(r, port, HOUR_MS // 2)
    assert port.did("monitor") == [(0, -5, 5, 2 * LOOKS)]


def test_a_node_without_such_a_task_asks_for_nothing():
    r, port = start()
    tick(r, port, MINUTE_MS)
    assert [call for call in port.calls if call[0] == "monitor"] == []
    assert node.rest(r, port)
