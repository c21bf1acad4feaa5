"""Whole wakes of a node: its tasks, and what it delivers."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, HandPort, config, detecting, start, task, tick
from tests.policy.rig import blank
from torpor import record, sensor
from torpor.config import configure
from torpor.policy import report, schedule, sleep
from torpor.policy.ticks import HALF, diff
from torpor.port import COLD, FAULT, NODE, SLEEP


def test_a_cold_start_measures_delivers_and_sleeps_to_the_next_task():
    r = blank(record.SIZE)
    configure(r, config())
    port = HandPort()
    port.readings[0] = 21
    assert sensor.wake(r, port, COLD) == MINUTE_MS
    assert r[record.SLEEP_KIND] == sleep.DEEP
    assert port.calls[-1] == ("account", NODE, SLEEP)
    assert [call[0] for call in port.calls if call[0] != "account"] == [
        "measure",
        "join",
        "send",
        "leave",
    ]
    assert port.did("send") == [([(0, 21)],)]
    assert r[record.SENT] == 1


def test_news_is_delivered_and_no_news_is_not():
    r, port = start()
    port.readings[0] = 4
    assert tick(r, port, MINUTE_MS) == MINUTE_MS
    assert port.did("join") == []
    port.readings[0] = 5
    tick(r, port, MINUTE_MS)
    assert port.did("send") == [([(0, 5)],)]
    assert r[record.SENT] == 2


def test_the_heartbeat_tells_the_newest():
    r, port = start()
    port.readings[0] = 3
    for _ in range(59):
        tick(r, port, MINUTE_MS)
    assert port.did("send") == []
    tick(r, port, MINUTE_MS)
    assert port.did("send") == [([(0, 3)],)]


def test_a_fault_costs_that_reading_only():
    r, port = start(tasks=[task(MINUTE_MS, channels=[0, 1]), task(HOUR_MS, radio=1)])
    port.readings.update({0: FAULT, 1: 7})
    assert tick(r, port, MINUTE_MS) == MINUTE_MS
    assert r[record.FAULTS] == 1
    assert port.did("send") == [([(1, 7), (0, 0)],)]  # the heartbeat knows channel 0 from before


def test_a_task_reads_its_channels_and_no_other():
    r, port = start(tasks=[task(MINUTE_MS, channels=[0, 1, 3]), task(HOUR_MS, radio=1)])
    tick(r, port, MINUTE_MS)
    assert port.did("measure") == [(0,), (1,), (3,)]


def test_one_warm_up_serves_all_sensors_of_a_wake():
    r, port = start(
        tasks=[
            task(HOUR_MS, channels=[2], warmup_ms=2_000),  # not due
            task(MINUTE_MS, channels=[0], warmup_ms=200),
            task(MINUTE_MS, channels=[1], warmup_ms=900),
            task(HOUR_MS, radio=1),
        ],
        report_task=3,
    )
    tick(r, port, MINUTE_MS)
    assert port.did("wait") == [(900, sleep.LIGHT)]


def test_a_warm_up_is_slept_where_that_pays_and_a_node_to_be_reached_stays_awake():
    for warmup_ms, associated, kind in ((9, 0, sleep.IDLE), (10, 0, sleep.LIGHT), (10, 1, 1)):
        r, port = start(tasks=[task(MINUTE_MS, channels=[0], warmup_ms=warmup_ms)])
        r[record.REST + sleep.LIGHT_MS] = 10
        r[record.REST + sleep.DEEP_MS] = 10_000
        r[record.REST + sleep.ASSOCIATED] = associated
        tick(r, port, MINUTE_MS)
        assert port.did("wait") == [(warmup_ms, kind)]


def test_what_waits_for_energy_for_weeks_never_seems_to_be_of_tomorrow():
    """Ticks tell ages of up to 6.2 days, and wrap after twice that."""
    r, port = start(tasks=[task(MINUTE_MS, channels=[0]), task(HOUR_MS, radio=1, priority=2)])
    schedule.save(r, record.SCHEDULE, 2, 0)
    port.readings[0] = 21
    tick(r, port, MINUTE_MS)
    port.readings[0] = FAULT
    at_cell = record.REPORT + report.QUEUE + 2
    for hours in range(20, 24 * 20, 20):
        tick(r, port, 20 * HOUR_MS)
        assert r[record.REPORT + report.QUEUED] == 1
        told = r[:]
        report.keep_age(told, record.REPORT, port.clock)  # as a delivery does
        assert diff(port.clock, told[at_cell]) == min(hours * HOUR_MS, HALF - 1)
    assert port.did("join") == []


def test_a_configuration_that_does_not_fit_is_refused():
    for changes in (
        {"tasks": [task(MINUTE_MS)] * 9},
        {"channels": config()["channels"] * 5},
        {"cascade": detecting(5)},
    ):
        try:
            configure(blank(record.SIZE), config(**changes))
        except ValueError:
            continue
        raise AssertionError(changes)
