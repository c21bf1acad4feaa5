"""Every number of the configuration at its place in the record."""

from tests.policy.rig import blank
from torpor import record
from torpor.config import configure
from torpor.policy import cascade, energy, report, schedule, txpower
from torpor.record import CASCADE, ENERGY, REPORT, REST, SCHEDULE, TASK, TX

CONFIG: dict = {
    "kind": "switch",
    "cache_join": 1,
    "lease_min": 6,
    "report_task": 2,
    "watch_task": 3,
    "watch_channel": 4,
    "battery_channel": 5,
    "ulp_ms": 100,
    "tasks": [
        {
            "channels": [0, 3],
            "warmup_ms": 10 * i + 1,
            "period_ms": 10 * i + 2,
            "early_ms": 10 * i + 3,
            "late_ms": 10 * i + 4,
            "priority": 10 * i + 5,
            "radio": i - 1,
            "cost_uc": 10 * i + 7,
            "longest_ms": 10 * i + 8,
            "ulp": i - 1,
        }
        for i in (1, 2)
    ],
    "channels": [{"delta": 31, "within_ms": 32}, {"delta": 33, "within_ms": 34}],
    "txpower": {
        "lowest": 4,
        "highest": 9,
        "sensitivity_dbm": -44,
        "questions": 43,
        "retry_uc": 46,
        "burst_uc": (50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60),
    },
    "energy": {
        "low_permille": 61,
        "critical_permille": 62,
        "band_permille": 63,
        "target_h": 64,
        "budget_uc_min": 65,
        "start_uc": 66,
        "air_uc_ms": 67,
        "capacity_mc": 68,
        "ocv_mv": (70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80),
    },
    "sleep": {
        "light_ms": 81,
        "deep_ms": 82,
        "deepest": 2,
        "associated": 1,
        "lingers": 83,
        "start_ms": 84,
    },
    "cascade": {
        "stages": [{"margin": 91, "ratio_x16": 92, "band": 93}] * 2,
        "interval_ms": 94,
        "false_per_day": 97,
        "events_per_day": 96,
        "asks": 98,
        "hold_ms": 99,
    },
    "spread": {"within_ms": 99, "seed": 100},
    "backoff": {
        "rate_uc_min": 101,
        "cpu_uc_ms": 102,
        "air_uc_ms": 103,
        "start_uc": 104,
        "usual_ms": 105,
        "lost_ms": 106,
    },
}


def cells(first, count):
    r = blank(record.SIZE)
    for i in range(record.SIZE):
        r[i] = 999  # what was there before is gone
    configure(r, CONFIG)
    return list(r[first : first + count])


def test_the_node():
    r = cells(0, 22)
    assert [i for i in range(22) if r[i]] == sorted(
        (
            record.KIND,
            record.CACHE,
            record.REPORT_TASK,
            record.WATCH_TASK,
            record.WATCH_CHANNEL,
            record.BATTERY_CHANNEL,
            record.LEASE_MIN,
        )
    )
    assert r[record.KIND] == record.SWITCH
    assert (r[record.CACHE], r[record.REPORT_TASK], r[record.WATCH_TASK]) == (1, 2, 3)
    assert (r[record.WATCH_CHANNEL], r[record.BATTERY_CHANNEL]) == (4, 5)
    assert r[record.LEASE_MIN] == 6


def test_the_tasks():
    assert cells(TASK, 7) == [9, 11, 18, 9, 21, 28, 0]
    assert cells(SCHEDULE, schedule.HEAD) == [2, 1, 0, 0, 0, 0, 0]
    assert cells(SCHEDULE + schedule.START_MS, 1) == [84]
    row = [12, 13, 14, 15, 17, 0, 0, 0]
    assert cells(SCHEDULE + schedule.HEAD, 8) == row
    assert cells(SCHEDULE + schedule.HEAD + schedule.ROW, 5) == [22, 23, 24, 25, 27]


def test_a_task_without_radio_comes_before_those_with_it():
    tasks = [dict(task, radio=1 - task["radio"]) for task in CONFIG["tasks"]]
    said = ""
    try:
        configure(blank(record.SIZE), dict(CONFIG, tasks=tasks))
    except ValueError as error:
        said = str(error)
    assert said == "task 1, without radio, follows one with it"


def test_the_channels():
    assert cells(REPORT, 3 + 6 + 2) == [2, 0, 0, 31, 32, 0, 0, 0, 0, 33, 34]
    assert cells(REPORT + report.QUEUE, 3) == [0, 0, 0]


def test_the_radio():
    assert cells(TX, 4) == [4, 9, -44, 46]
    assert cells(TX + txpower.BURST_UC, 11) == list(range(50, 61))
    assert cells(TX + txpower.LEVEL, 4) == [9, 0, 0, 0]


def test_the_cell_the_sleep_and_the_detector():
    assert cells(ENERGY, 5) == [61, 62, 63, 64, 65]
    assert cells(ENERGY + energy.OCV_MV, 14) == [
        70,
        71,
        72,
        73,
        74,
        75,
        76,
        77,
        78,
        79,
        80,
        -1,
        0,
        0,
    ]
    assert cells(ENERGY + energy.CAPACITY_MC, 36) == [68, -1, 0, energy.MOST_X16, -1] + [0] * 31
    assert cells(REST, 4) == [81, 82, 2, 1]
    assert cells(CASCADE, cascade.HEAD) == [2, 94, 97, 98, 0, 0, 0, 0, 0, 99, 0, 0, 96, 0]
    assert cells(CASCADE + cascade.HEAD, 8) == [91, 92, 93, 0, 91, 92, 93, 0]


def test_only_a_node_that_harvests_begins_at_its_slowest():
    r = blank(record.SIZE)
    configure(r, dict(CONFIG, energy=dict(CONFIG["energy"], capacity_mc=0)))
    assert (r[ENERGY + energy.CAPACITY_MC], r[ENERGY + energy.MORE_X16]) == (0, 0)
