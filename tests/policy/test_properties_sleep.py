"""Lingering behind events, after any gaps: in small ints, and longer only for a reason."""

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT, NEAR_WRAP, blank
from torpor.policy import sleep, ticks

MOST_MS = ticks.HALF - 1
DEEP_MS = st.integers(0, 1 << 27)
GAPS = st.lists(st.integers(0, MOST_MS), max_size=60)


def met(deep_ms: int, gaps_ms: list[int]) -> list[int]:
    """A node behind an event, after such gaps; every int of it is checked to be a small one."""
    r: list[int] = blank(AT + sleep.SIZE)
    r[AT + sleep.DEEP_MS], r[AT + sleep.LINGERS] = deep_ms, 1
    now = NEAR_WRAP
    for gap_ms in gaps_ms:
        sleep.happened(r, AT, now)
        now = ticks.add(now, gap_ms)
        sleep.woken(r, AT, now, 1)
    sleep.happened(r, AT, now)
    return r


def lingers_ms(r: list[int]) -> int:
    return sleep.linger_ms(r, AT, r[AT + sleep.SINCE])


@given(DEEP_MS, GAPS)
def test_it_lingers_for_no_time_or_one_of_the_lengths(deep_ms: int, gaps_ms: list[int]) -> None:
    r = met(deep_ms, gaps_ms)
    lengths = {sleep.part_ms(r, AT) * sleep.SHORTEST << i for i in range(sleep.LENGTHS)}
    assert lingers_ms(r) in {0} | lengths


@given(st.integers(6400, 100_000), st.data())
def test_no_longer_than_the_break_even_if_no_gap_was(deep_ms: int, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.integers(0, deep_ms - 100), max_size=60))
    r = met(deep_ms, gaps)
    assert lingers_ms(r) <= sleep.part_ms(r, AT) * sleep.WHOLE


@given(st.integers(6400, 100_000), st.integers(1, 60), st.data())
def test_one_gap_again_and_again_is_lingered_for_if_shorter_than_a_start_pays_for(
    deep_ms: int, times: int, data: st.DataObject
) -> None:
    gap_ms = data.draw(st.integers(0, 5 * deep_ms))
    r = met(deep_ms, [gap_ms] * times)
    even_ms = sleep.part_ms(r, AT) * sleep.WHOLE
    if gap_ms < even_ms:
        assert lingers_ms(r) > gap_ms
    elif gap_ms >= even_ms + sleep.part_ms(r, AT):
        assert lingers_ms(r) == 0


@given(st.integers(6400, 100_000), st.lists(st.integers(0, 10**6), min_size=1, max_size=100))
def test_no_length_and_no_deep_sleep_at_once_would_have_cost_less_over_the_gaps_it_met(
    deep_ms: int, gaps_ms: list[int]
) -> None:
    """In ms of what light sleep draws more, each gap weighing what it does by now."""
    r = met(deep_ms, gaps_ms)
    part_ms, worth = sleep.part_ms(r, AT), 1 - 0.5**sleep.FADE

    def spent(length_ms: int) -> float:
        """What lingering so long would have cost; a start costs the whole, a wake its part."""
        total = 0.0
        for gap_ms in gaps_ms:
            start_ms = (sleep.WHOLE + sleep.RETURN * bool(length_ms)) * part_ms
            lasted = gap_ms < length_ms
            total = total * worth + (gap_ms if lasted else length_ms + start_ms)
        return total

    rounded_ms = part_ms * 129  # a part of each gap that weighs, and what fading rounds off
    best_ms = min(spent(part_ms * sleep.SHORTEST << i) for i in range(sleep.LENGTHS))
    assert spent(lingers_ms(r)) <= min(best_ms, spent(0)) + rounded_ms
