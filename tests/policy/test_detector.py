"""A sensor node whose detector saw something."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, detecting, start, tick
from torpor import record
from torpor.policy import cascade, report, schedule, sleep
from torpor.port import CRASH, EVENT, FAULT, PIN, WATCH
from torpor.record import CASCADE, REPORT


def test_the_detector_is_armed_with_the_mark_of_stage_0():
    r, port = start(cascade=detecting(2))
    port.scores = [0]
    tick(r, port, MINUTE_MS)
    assert port.did("watch") == [(100, 100, 0)]


def test_what_passes_all_stages_is_told_at_once():
    r, port = start(cascade=detecting(3), watch_channel=1)
    port.scores = [100, 100]
    port.readings[1] = 33
    tick(r, port, 5, WATCH)
    assert ("account", 1, EVENT) in port.calls
    assert port.did("send") == [([(1, 33), (0, 0)],)]
    assert r[CASCADE + cascade.EVENTS] == 1


def test_the_first_channel_can_be_the_detectors():
    r, port = start(cascade=detecting(1), watch_channel=0)
    port.readings[0] = 1
    tick(r, port, 5, WATCH)
    assert port.did("send") == [([(0, 1)],)]


def test_an_event_without_a_channel_tells_nothing():
    r, port = start(cascade=detecting(1))
    tick(r, port, 5, WATCH)
    assert r[CASCADE + cascade.EVENTS] == 1
    assert port.did("measure") == []
    assert r[REPORT + report.CHANNELS] == 2
    assert r[REPORT + report.QUEUED] == 0


def test_a_stage_is_asked_again_as_often_as_allowed():
    for scores, events in (([90, 100], 1), ([90, 90], 0), ([79], 0)):
        r, port = start(cascade=detecting(2))
        port.scores = scores
        tick(r, port, 5, WATCH)
        assert port.scores == []
        assert r[CASCADE + cascade.EVENTS] == events
        assert r[CASCADE + cascade.FALSE_WAKES] == 1 - events


def test_a_stage_that_faults_is_a_false_wake_that_is_paid_for():
    r, port = start(cascade=detecting(2, false_per_day=2))
    port.scores = [FAULT]
    tick(r, port, 0, WATCH)
    assert r[record.FAULTS] == 1
    assert r[CASCADE + cascade.SPENT_MS] == 12 * HOUR_MS
    assert r[CASCADE + cascade.FALSE_WAKES] == 1


def test_a_node_that_hears_too_much_asks_for_more_says_so_and_still_listens():
    r, port = start(cascade=detecting(2, false_per_day=24), watch_channel=1)
    port.scores, port.loud = [100], 4000
    tick(r, port, 5, WATCH)  # an event
    port.did("watch")
    margins = []
    for _ in range(12):
        port.scores = [0]
        tick(r, port, 5, WATCH)
        margins += [margin for _, margin, _ in port.did("watch")]
    assert (margins[0], margins[-1], len(margins)) == (100 + 900 // 8, 1000, 12)
    tick(r, port, HOUR_MS)
    told = [reading for sent in port.did("send") for reading in sent[0] if reading[0] == 1]
    assert told == [(1, cascade.SPENT)]


def test_a_node_that_tells_too_much_asks_for_more_and_says_so():
    r, port = start(cascade=detecting(2, events_per_day=24), watch_channel=1)
    port.loud = 4000
    told = []
    for _ in range(cascade.BURST + 1):
        port.scores = [100]
        tick(r, port, 5, WATCH)
        told += [reading for sent in port.did("send") for reading in sent[0]]
    assert told.count((1, cascade.SPENT)) == 1
    port.scores = [0]
    tick(r, port, 5, WATCH)
    assert port.did("watch") == [(100, 4000, 0)]


HOLD_MS = 20000


def held():
    """A node whose pin is held, and the readings that an edge after so many ms has it send."""
    r, port = start(cascade=detecting(1, interval_ms=0, hold_ms=HOLD_MS), watch_channel=1)
    r[record.REST + sleep.LINGERS] = 0
    tick(r, port, 0)

    def edge(ms, level):
        port.readings[1] = level
        port.did("send")
        left_ms = tick(r, port, ms, PIN)
        return left_ms, told(port)

    return r, port, edge


def told(port):
    return [value for sent in port.did("send") for channel, value in sent[0] if channel == 1]


def test_a_pin_that_is_held_tells_its_first_edge_and_its_rest():
    r, port, edge = held()
    assert edge(5, 1)[1] == [1]
    assert edge(5, 0) == (HOLD_MS, [])
    assert edge(HOLD_MS - 1, 1)[1] == []  # it had not rested for long enough
    assert edge(30000, 0)[1] == []
    assert tick(r, port, HOLD_MS - 1) == 1
    assert told(port) == []
    assert tick(r, port, 1) > 0
    assert told(port) == [0]
    assert edge(5, 1)[1] == [1]


def test_a_pulse_that_is_over_as_the_node_looks_has_begun_too():
    r, port, edge = held()
    assert edge(5, 0) == (HOLD_MS, [1])
    tick(r, port, HOLD_MS)
    assert told(port) == [0]


def test_a_node_that_starts_is_up_when_its_pin_has_rested_long_enough():
    r, port, edge = held()
    r[record.SCHEDULE + schedule.START_MS] = 160
    edge(5, 1)
    assert edge(5, 0) == (HOLD_MS - 160, [])
    assert tick(r, port, HOLD_MS - 161) == 1
    assert told(port) == []
    tick(r, port, 1)
    assert told(port) == [0]


def test_a_pin_that_rested_unseen_rests_from_the_next_wake_on():
    """It fell as the node started by its timer, or crashed: the next begin would not be told."""
    r, port, edge = held()
    edge(5, 1)
    port.readings[1] = 0
    assert tick(r, port, MINUTE_MS, CRASH) == HOLD_MS
    tick(r, port, HOLD_MS)
    assert told(port) == [0]
    assert edge(5, 1)[1] == [1]
    tick(r, port, MINUTE_MS)  # it lasts
    assert told(port) == []
    assert edge(5, 0) == (HOLD_MS, [])


def test_a_rest_is_over_where_the_clock_was_set_back():
    r, port, edge = held()
    edge(5, 1)
    edge(5, 0)
    port.clock -= 6
    tick(r, port, 0)
    assert told(port) == [0]


def test_without_a_hold_each_edge_is_told():
    r, port = start(cascade=detecting(1, interval_ms=0), watch_channel=1)
    for level in (1, 0, 1):
        port.readings[1] = level
        port.did("send")
        tick(r, port, 5, PIN)
        assert told(port) == [level]


LONGEST_MS = 4 * 64 * (3000 // 64 | 1)  # four times the break-even


def lingering(to_task_ms):
    """A node that lingers for the longest length behind an event so long before its next task."""
    r, port = start(cascade=detecting(1, interval_ms=0), watch_channel=1)
    r[record.REST + sleep.LOST + sleep.LENGTHS - 1] = -1
    ms = tick(r, port, MINUTE_MS - to_task_ms, PIN)
    assert r[record.SLEEP_KIND] == sleep.LIGHT
    return r, port, ms


def test_behind_an_event_it_sleeps_lightly_and_then_deeply():
    r, port, ms = lingering(LONGEST_MS + 3000)
    assert ms == LONGEST_MS
    assert tick(r, port, ms) == 3000
    assert r[record.SLEEP_KIND] == sleep.DEEP


def test_a_task_that_is_due_while_it_lingers_ends_no_lingering():
    r, port, ms = lingering(LONGEST_MS - 9)
    assert ms == LONGEST_MS - 9
    assert tick(r, port, ms) == 9
    assert r[record.SLEEP_KIND] == sleep.LIGHT
