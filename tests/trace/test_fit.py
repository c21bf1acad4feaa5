"""Power states from digests, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import states
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.instrument import Instrument
from host_sim.trace.fit import fit, student
from host_sim.trace.fit.evidence import Evidence


def row(state: str, duration_s: float, mean_ma: float, peak_ma: float = 0.0) -> Row:
    return Row(state, 0.0, duration_s, mean_ma, 0.0, peak_ma, mean_ma * duration_s)


def evidence(name: str, rows: list[Row], tx_dbm: float | None = None, **uses: str) -> Evidence:
    return Evidence(name, "", rows, states=uses, tx_dbm=tx_dbm)


def test_a_steady_state_is_taken_from_its_long_stretches() -> None:
    rows = [row("idle", 1.0, 30.0), row("idle", 0.7, 33.4), row("idle", 0.69, 99.0)]
    found = fit.currents([evidence("a", rows, idle="idle")])["idle"]
    assert found.mean_ma == pytest.approx((30.0 + 0.7 * 33.4) / 1.7)
    assert found.seconds == pytest.approx(1.7)
    assert found.recordings == ("a",)


def test_a_cycle_is_taken_whole_and_over_all_recordings() -> None:
    one = evidence("a", [row("modem_sleep", 1.0, 36.0), row("modem_sleep", 3.0, 40.0)])
    one.states["modem_sleep"] = "modem_sleep"
    two = evidence("b", [row("modem_sleep", 4.0, 41.0)], modem_sleep="modem_sleep")
    found = fit.currents([one, two])["modem_sleep"]
    assert found.mean_ma == pytest.approx((36 + 120 + 164) / 8)
    assert found.quantiles_ma[1] == pytest.approx(40.0, abs=0.5)
    assert found.ci95_ma is not None
    low, high = found.ci95_ma
    assert low < found.mean_ma < high


def test_a_single_stretch_has_no_interval() -> None:
    found = fit.currents([evidence("a", [row("boot", 0.4, 50.0)], boot="boot")])
    assert found["boot"].ci95_ma is None


def test_what_a_recording_is_not_good_for_is_left() -> None:
    rows = [row("idle", 1.0, 34.0), row("listen", 1.0, 100.0)]
    found = fit.currents([evidence("a", rows, cpu="idle")])
    assert list(found) == ["cpu"]
    assert found["cpu"].mean_ma == 34.0


def test_transmitting_is_the_median_peak_of_whole_bursts() -> None:
    peaks = (300.0, 290.0, 276.1, 275.9, 160.0)
    rows = [row("tx", 0.001, 200.0, peak) for peak in peaks]
    assert fit.peak_ma([evidence("a", rows, 20.0, tx="tx")]) == (20.0, 290.0)
    assert fit.peak_ma([evidence("a", rows, tx="tx")]) is None


def test_levels_pass_through_the_recorded_one() -> None:
    levels = list(fit.levels_ma(100.0, 11.0, 190.0))
    assert levels[states.TX_LEVELS_DBM.index(11.0)] == pytest.approx(190.0)
    assert levels[-1] == pytest.approx(100 + 90 * 10 ** (0.9 * fit.EXPONENT))
    assert levels == sorted(levels)


def test_a_beacon_costs_what_modem_sleep_draws_over_idling() -> None:
    rows = [row("idle", 1.0, 30.0), row("modem_sleep", 4.0, 40.0)]
    found = fit.currents([evidence("a", rows, idle="idle", modem_sleep="modem_sleep")])
    assert fit.beacon_nc(found, 0.1024) == pytest.approx(1_024_000)
    assert fit.beacon_nc({}, 0.1024) is None


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(1, 300)), min_size=1, max_size=12))
def test_an_estimate_lies_within_its_stretches(parts: list[tuple[float, float]]) -> None:
    rows = [row("boot", seconds, ma) for seconds, ma in parts]
    found = fit.currents([evidence("a", rows, boot="boot")])["boot"]
    values = [ma for _, ma in parts]
    slack = 1e-9 * max(values)
    for value in (found.mean_ma, *found.quantiles_ma):
        assert min(values) - slack <= value <= max(values) + slack
    low, high = found.ci95_ma or (found.mean_ma, found.mean_ma)
    assert low - slack <= found.mean_ma <= high + slack


def test_an_estimate_by_hand() -> None:
    """Ten stretches as long: the k-th stands in the middle of the k-th tenth."""
    rows = [row("boot", 1.0, ma) for ma in range(1, 11)]
    found = fit.currents([evidence("a", rows, boot="boot")])["boot"]
    assert found.quantiles_ma == pytest.approx((1.5, 5.5, 9.5))
    assert found.sd_ma == pytest.approx(np.std(range(1, 11)))


def test_a_stretch_without_a_sample_of_its_own_is_left() -> None:
    """At 100 Hz, of 2.4 samples; of 2.6 one is whole wherever they begin."""
    short, long = row("boot", 0.024, 99.0), row("boot", 0.026, 50.0)
    by = Instrument(100.0)
    both, alone = (
        [replace(evidence("a", rows, boot="boot"), instrument=by)]
        for rows in ([short, long], [short])
    )
    assert fit.currents(both)["boot"].mean_ma == pytest.approx(50.0)
    assert fit.currents(alone) == {}
    assert "less than 0.025 s tell no boot" in fit.refused(alone)["boot"]


@pytest.mark.parametrize("recordings", [2, 3, 8])
def test_an_interval_of_a_mean_holds_it_as_often_as_it_says(recordings: int) -> None:
    """Recordings that differ, with stretches of their own lengths and levels."""
    random = np.random.default_rng(recordings)
    held, draws = 0, 600
    for _ in range(draws):
        levels = random.normal(30.0, 1.0, recordings)
        some = [
            [row("idle", 1.0, ma), row("idle", 2.0, ma + random.normal(0, 0.3))] for ma in levels
        ]
        low, high = fit.interval(some) or (0.0, 0.0)
        held += low <= 30.0 <= high
    assert 0.92 <= held / draws <= 0.98


@pytest.mark.parametrize("recordings", [3, 5, 10])
def test_an_interval_holds_where_one_recording_outweighs_the_others(recordings: int) -> None:
    random = np.random.default_rng(recordings)
    held, draws = 0, 600
    for _ in range(draws):
        lengths_s = 10 ** random.uniform(0, 2, recordings)
        some = [[row("idle", seconds, random.normal(30.0, 1.0))] for seconds in lengths_s]
        low, high = fit.interval(some) or (0.0, 0.0)
        held += low <= 30.0 <= high
    assert held / draws >= 0.92


def test_intervals_of_a_mean_by_hand() -> None:
    """Of 30 and 32 mA over equal times: 31 ± 12.706 * 1."""
    found = fit.interval([[row("idle", 1.0, 30.0)], [row("idle", 1.0, 32.0)]])
    assert found == pytest.approx((31 - 12.7062, 31 + 12.7062), abs=1e-3)


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042)]
)
def test_students_t_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert student.t95(freedom) == pytest.approx(t, abs=5e-4)
