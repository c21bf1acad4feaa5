"""What rests is read less often, and what moves is told no later for it."""

from tests.policy.handport import HOUR_MS, MINUTE_MS, start, task, tick
from torpor.port import FAULT


def resting(within_ms, often_ms=72 * HOUR_MS):
    """A node that reads channel 1 each minute, or within an hour while it rests.

    It wakes for nothing as often as asked. What it reads stands behind another of either kind.
    """
    return start(
        tasks=[
            task(often_ms),
            task(MINUTE_MS, channels=[1], longest_ms=HOUR_MS),
            task(72 * HOUR_MS, radio=1),
        ],
        report_task=2,
        channels=[{"delta": delta, "within_ms": within_ms} for delta in (1, 160)],
    )


def test_what_rests_is_read_less_often_up_to_its_longest():
    r, port = resting(0)
    waits = [MINUTE_MS]
    while waits[-1] < HOUR_MS:
        waits.append(tick(r, port, waits[-1]))
        assert len(waits) < 50
    assert waits == sorted(waits)
    assert waits[1] < 2 * MINUTE_MS
    assert len(port.did("measure")) == len(waits) - 1
    assert tick(r, port, HOUR_MS) == HOUR_MS


def test_what_moves_is_read_at_its_period_again():
    r, port = resting(0)
    for _ in range(40):
        ms = tick(r, port, HOUR_MS)
    assert ms == HOUR_MS
    port.readings[1] = 1000
    tick(r, port, HOUR_MS)
    for value in (2000, 3000):
        port.readings[1] = value
        ms = tick(r, port, MINUTE_MS)
    assert ms == MINUTE_MS


def test_news_that_was_read_later_than_usual_is_told_sooner():
    """Moved by a delta, a channel is told within its period and its limit, as ever."""
    for within_min, told_min in ((90, 31), (60, 1), (59, 0), (30, 0)):
        r, port = resting(within_min * MINUTE_MS, MINUTE_MS)
        for _ in range(40):
            tick(r, port, HOUR_MS)
        port.calls = []
        port.readings[1] = 160
        tick(r, port, HOUR_MS)
        waited_min = 0
        while not port.did("send"):
            tick(r, port, MINUTE_MS)
            waited_min += 1
        assert waited_min == told_min


def test_a_reading_that_fails_is_taken_again_at_its_period():
    r, port = resting(0)
    for _ in range(40):
        tick(r, port, HOUR_MS)
    port.readings[1] = FAULT
    assert tick(r, port, HOUR_MS) == MINUTE_MS
