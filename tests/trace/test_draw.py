"""A recording as a picture: gaps, the axis of the current, keys, titles."""

from collections.abc import Iterator
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.trace.cut import digest, segment
from host_sim.trace.draw import gaps, plot, scale, view
from host_sim.trace.fit.judge import Line, Verdict
from host_sim.trace.recording import Gap, Recording
from tests import pictures
from tests.trace.drawn import HOLE, TITLE, curves, holed, labelled
from tests.trace.waves import wave


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_a_curve_is_broken_at_a_gap() -> None:
    recording = holed(HOLE)
    at_s, ma = view.curve(recording, segment.find(recording), 8_000)
    (index,) = np.flatnonzero(np.isnan(ma))
    assert at_s[index - 1] < HOLE.start_s <= at_s[index] <= at_s[index + 1]
    assert len(ma) == len(recording.current_ua) + 1
    boot_s, boot_ma = curves(recording)["boot"]
    assert HOLE.start_s in boot_s[np.isnan(boot_ma)]


@pytest.mark.parametrize("points", sorted(set(view.POINTS.values())))
def test_each_peak_and_each_dip_beside_it_is_drawn(points: int) -> None:
    samples, random = 600_000, np.random.default_rng(1)
    ua = 31_000 + random.normal(0, 5, samples).astype(np.float32)
    peaks = np.arange(100, samples - 100, 10_000)
    ua[peaks] += 300_000
    ua[peaks + 1] -= 3_000
    recording = Recording("test", 1e5, ua.astype(np.float32))
    at_s, ma = view.curve(recording, segment.find(recording), points)
    drawn = set(np.rint(at_s * 1e5).astype(int).tolist())
    assert {*peaks.tolist(), *(peaks + 1).tolist(), 0, samples - 1} <= drawn
    assert len(ma) <= points + 2


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1e6)), min_size=1, max_size=60))
def test_the_longest_gaps_are_labelled_where_there_is_room(holes: list[gaps.Gap]) -> None:
    chosen = gaps.labelled(holes, 5.0)
    assert chosen[0][1] == max(length for _, length in holes)
    places = sorted(at for at, _ in chosen)
    assert all(b - a >= 5 for a, b in pairwise(places))
    assert len(chosen) <= gaps.MOST_LABELS


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(7.391, "7.391 s"), (86_400, "86,400 s"), (1, "1 s"), (0.5, "500 ms"), (2e-5, "20 µs")],
)
def test_a_gap_says_its_length(seconds: float, says: str) -> None:
    assert gaps.length(seconds) == says
    words = pictures.words(view.picture(holed(Gap(1.5, seconds)), curves(holed()), "r.csv"))
    assert {says, "gap: not recorded"} <= set(words.splitlines())


@pytest.mark.parametrize(
    ("levels", "knee", "wide"),
    [
        ([0.02, 50.0], 0.01, True),
        ([-0.02, 50.0], 0.01, True),  # an instrument's offset
        ([10.0, 300.0], 10.0, False),
        ([10.0, 301.0], 10.0, True),
        ([0.0, 50.0], 1e-4, True),
        ([0.0], 1e-4, False),
        ([], 1e-4, False),
    ],
)
def test_the_axis_is_linear_below_the_lowest_level(
    levels: list[float], knee: float, wide: bool
) -> None:
    parts = [np.array([ma, np.nan]) for ma in levels]
    found_ma, is_wide = scale.knee_ma(parts)
    assert found_ma == pytest.approx(knee)
    assert is_wide == wide


@given(st.floats(-1e3, 0), st.floats(0, 1e3), st.integers(-4, 2))
def test_ticks_are_zero_and_decades_within_the_axis(low: float, high: float, power: int) -> None:
    ticks = scale.decades(10.0**power, low, high)
    assert 0 in ticks
    assert ticks == sorted(ticks)
    assert all(low <= ma <= high for ma in ticks)
    above = [ma for ma in ticks if ma > 0]
    assert all(b / a == pytest.approx(10) for a, b in pairwise(above))


@pytest.mark.parametrize(
    ("ma", "says"),
    [
        *((0, "0"), (1e-4, "100 nA"), (0.001, "1 µA"), (0.1, "100 µA"), (0.1 + 0.2, "300 µA")),
        *((-0.01, "-10 µA"), (1, "1 mA"), (100, "100 mA"), (1000, "1 A")),
    ],
)
def test_a_current_has_the_unit_that_suits_it(ma: float, says: str) -> None:
    assert scale.label(ma) == says


def test_microamperes_stand_beside_a_hundred_milliamperes() -> None:
    figure = view.picture(holed(HOLE), curves(holed(HOLE)), "r.csv")
    words = pictures.words(figure).splitlines()
    assert {"-100 µA", "0", "100 µA", "1 mA", "10 mA", "100 mA", "7.391 s"} <= set(words)
    asleep, awake = (figure.axes[0].transData.transform((0, ma))[1] for ma in (0.02, 50))
    assert awake - asleep > 0.3 * figure.axes[0].bbox.height


def test_the_axis_goes_as_far_as_the_current_does() -> None:
    """And a little further, as it is drawn."""
    axes = view.picture(holed(HOLE), curves(holed(HOLE)), "r.csv").axes[0]
    drawn = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
    ends = np.nanmin(drawn), np.nanmax(drawn)
    low, high = (
        axes.transAxes.inverted().transform(axes.transData.transform((0, ma)))[1] for ma in ends
    )
    assert 0.02 < low < 0.1
    assert 0.9 < high < 0.98


@pytest.mark.parametrize(
    "recording",
    [
        holed(HOLE),
        holed(*(Gap(at / 100, at / 7) for at in range(1, 350))),
        holed(Gap(0.001, 3e-5), Gap(3.499, 8e4)),
        wave((0, 1)),
        wave((50, 0.003)),
    ],
)
def test_no_text_is_cut_off_or_lies_over_another(recording: Recording) -> None:
    for title in ("r.csv", TITLE, "x" * 250):
        assert pictures.faults(view.picture(recording, curves(recording), title)) == []


@pytest.mark.parametrize("title", ["a board, wake wifi: r.csv", TITLE])
def test_a_wake_beside_its_prediction_marks_gaps_too(title: str) -> None:
    recorded = holed(HOLE)
    found = digest.of_segments(recorded, segment.find(recorded))
    (wake,) = digest.wakes(found)
    holes = plot.cuts(recorded, wake)
    verdict = Verdict([Line("boot", 1.5, 1.4, 110.0, 1_234.5)])
    predicted = plot.steps([(1.4, 881.8)])
    figure = plot.picture(verdict, plot.of_recording(recorded, wake), holes, predicted, title)
    assert pictures.faults(figure) == []
    words = set(pictures.words(figure).splitlines())
    assert {"7.391 s", "gap: not recorded", "recorded: 110.0 mC"} <= words


@pytest.mark.parametrize("states", [1, 8, 20, 24])
def test_many_states_have_keys_and_colours_of_their_own(states: int) -> None:
    recording, found = labelled(states)
    drawn = curves(recording, found)
    assert len({view.colours(drawn)[state] for state in drawn}) == states
    figure = view.picture(recording, drawn, "r.csv")
    assert pictures.faults(figure) == []
    assert {f"a_long_state_{k}" for k in range(states)} <= set(pictures.words(figure).splitlines())
