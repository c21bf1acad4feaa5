"""Surge: how long joins wait for a cell that broke down, and with what power they are tried."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, config, start, task, tick
from tests.policy.rig import blank
from torpor import node, record
from torpor.policy import energy, surge, txpower
from torpor.port import NO_AP
from torpor.record import SURGE, TX

AT = 2
BAND = 50


def broke_down(times, permille=200, uptime_min=0):
    r = blank(AT + surge.SIZE)
    for _ in range(times):
        surge.happened(r, AT, 0, permille, uptime_min)
    return r


def test_the_wait_doubles_from_an_hour_to_a_day_and_ends_to_the_minute():
    for times, minutes in ((1, 60), (2, 120), (3, 240), (5, 960), (6, 1440), (40, 1440)):
        r = broke_down(times, uptime_min=1000)
        assert surge.left_min(r, AT, 1000) == minutes
        assert surge.left_min(r, AT, 1000 + minutes - 1) == 1
        assert surge.left_min(r, AT, 1000 + minutes) == 0
    assert surge.left_min(blank(AT + surge.SIZE), AT, 0) == 0


def test_each_takes_two_levels_and_the_lowest_is_left():
    for times, level in ((0, 10), (1, 8), (2, 6), (4, 2), (5, 1), (9, 1)):
        assert surge.highest(broke_down(times), AT, 1, 10) == level
    r = broke_down(1)
    for level in (9, 10, 10):
        surge.failed(r, AT)
        assert surge.highest(r, AT, 1, 10) == level


def test_the_levels_count_from_the_one_that_was_too_much():
    r = broke_down(1)
    surge.happened(r, AT, 6, 200, 0)
    assert surge.highest(r, AT, 0, 10) == 2
    surge.happened(r, AT, 3, 200, 0)  # never more than before
    assert surge.highest(r, AT, 0, 10) == 0


def test_a_cell_that_has_risen_by_the_band_is_as_before():
    r = broke_down(2)
    surge.measured(r, AT, 249, BAND)
    assert surge.left_min(r, AT, 0) == 120
    surge.measured(r, AT, 250, BAND)
    assert surge.left_min(r, AT, 0) == 0
    assert surge.highest(r, AT, 0, 10) == 10


def test_a_risen_cell_ends_what_is_left_of_it_the_wait_or_the_levels():
    r = broke_down(1)
    for _ in range(2):
        surge.failed(r, AT)
    surge.measured(r, AT, 250, BAND)
    assert surge.left_min(r, AT, 0) == 0
    r = broke_down(1)
    surge.delivered(r, AT)
    surge.measured(r, AT, 250, BAND)
    assert surge.highest(r, AT, 0, 10) == 10


def test_a_cell_that_was_not_known_is_measured_from_its_first_reading():
    r = broke_down(1, permille=-1)
    for permille in (300, 349):
        surge.measured(r, AT, permille, BAND)
        assert surge.left_min(r, AT, 0) == 60
    surge.measured(r, AT, 350, BAND)
    assert surge.left_min(r, AT, 0) == 0


def test_a_delivery_ends_the_wait_and_keeps_to_its_power():
    r = broke_down(2)
    surge.delivered(r, AT)
    assert surge.left_min(r, AT, 0) == 0
    assert surge.highest(r, AT, 0, 10) == 6


def weak(battery_mv=3600):
    """A node whose cell broke down at its first join; the port's calls are forgotten."""
    tasks = [task(MINUTE_MS, channels=[0, 1], priority=7), task(HOUR_MS, radio=1, priority=7)]
    r, port = start(tasks=tasks, battery_channel=1)
    port.readings[1] = battery_mv
    for _ in range(40):  # until the charge is known
        tick(r, port, MINUTE_MS)
    r[TX + txpower.LEVEL] = 8
    r[TX + txpower.HEARD] = 0  # it would take the highest
    node.surged(r, port.clock)
    port.calls = []
    return r, port


def test_a_node_senses_on_and_joins_when_the_wait_is_over_with_less_power():
    r, port = weak()
    for minute in range(1, 180):
        port.readings[0] = 10 * minute  # always news
        tick(r, port, MINUTE_MS)
        assert [call for call in port.calls if call[0] == "measure" and call[1] == 0]
        joins = port.did("join")
        assert bool(joins) == (minute == 60)
        if joins:
            # two levels under the one in use
            assert [way[:2] for way in joins] == [(txpower.LEVEL_QDBM[6], 1)]
            break


def test_a_cell_that_was_charged_meanwhile_is_joined_with_at_once_and_with_all_power():
    r, port = weak()
    port.readings[1] = 4_200
    for minute in range(1, 60):
        port.readings[0] = 10 * minute  # always news
        tick(r, port, MINUTE_MS)
        joins = port.did("join")
        if joins:
            break
    assert [way[0] for way in joins] == [txpower.LEVEL_QDBM[10]]


def test_a_cell_that_has_to_wait_for_a_day_is_looked_at_each_two_hours():
    tasks = [task(HOUR_MS, radio=1, priority=7)]
    r, port = start(tasks=tasks, report_task=0, battery_channel=1)
    for _ in range(6):
        surge.happened(r, SURGE, 0, 200, r[record.UPTIME_MIN])
    waits_min = [0]
    for _ in range(1_440):
        tick(r, port, MINUTE_MS)
        waits_min[-1] += 1
        if port.did("measure"):
            waits_min.append(0)
    assert len(waits_min) > 11
    assert all(120 <= wait_min <= 122 for wait_min in waits_min[1:-1])


def test_a_join_that_fails_gets_power_back():
    r, port = weak()
    port.joins = [NO_AP] * 6
    for _ in range(70):
        tick(r, port, MINUTE_MS)
    powers = [way[0] for way in port.did("join")]
    assert powers[0] == txpower.LEVEL_QDBM[6]
    assert powers[-1] > powers[0]
    assert r[SURGE + surge.LEVELS_OFF] == 0


def test_on_the_mains_it_says_nothing_of_a_cell():
    r, port = start(sleep=dict(config()["sleep"], associated=1))
    node.surged(r, port.clock)
    assert r[SURGE + surge.RESETS] == 0
    assert r[record.ENERGY + energy.SOC_PERMILLE] == -1
