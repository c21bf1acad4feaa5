"""torpor validate SCENARIO: a board that is off by known amounts, seen by three instruments."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.lab import match, scatter, verdict, wakes
from host_sim.lab.asleep import Sleep
from host_sim.lab.verdict import Verdict
from host_sim.lab.wakes import Predicted
from host_sim.sim import instrument, waveform
from host_sim.sim.instrument import INSTRUMENTS, Traced
from host_sim.sim.traced import ON_AIR
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from host_sim.trace.cut import wakes as cutter
from host_sim.trace.cut.wakes import RADIO_OFF, RADIO_ON, Cut, Recorded
from host_sim.trace.recording import Gap, Recording
from tests.fidelity import instruments
from tests.fidelity.instruments import true_pct
from tests.trace.waves import wave

BUSY = (
    "days=2",
    "node.task.climate.period_s=60",
    "node.task.climate.longest_s=60",
    "node.task.light.longest_s=900",
    "node.task.climate.early_s=0",
    "node.task.climate.late_s=1",
    "node.report.period_s=120",
    "node.report.early_s=5",
    "node.report.late_s=5",
)
SETTLED_S = 90_030  # after power-on, asleep: the transmit power has been found
TIMES = {"deep_sleep": 1.27, "scan": 1.1, "associate": 1.2, "cpu": 1.05}  # the true currents
LONGER = 1.08  # is each of its phases
SLOWER = {"read": 1.1}  # is its start
HERE = Path("wake.csv")


@pytest.fixture(scope="module")
def predicted() -> Predicted:
    return wakes.predict(scenario.load("garden", BUSY))


def off(given: Scenario) -> Scenario:
    """The same on the true board."""
    file = given.board.file
    currents = {
        name: msgspec.structs.replace(one, current_na=round(one.current_na * TIMES.get(name, 1)))
        for name, one in file.states.items()
    }
    durations = {
        name: msgspec.structs.replace(one, duration_us=round(one.duration_us * LONGER))
        for name, one in file.phases.items()
    }
    file = msgspec.structs.replace(file, states=currents, phases=durations)
    return replace(given, board=replace(given.board, file=file, scale=SLOWER))


@pytest.fixture(scope="module")
def truth() -> tuple[Predicted, Traced]:
    """What the true board does in a run like it, and one that was recorded: of another seed."""
    other = off(scenario.load("garden", (*BUSY, "seed=7")))
    device = other.device()
    run = waveform.traced(other, device, 0, SETTLED_S + 7_200)
    return wakes.predict(off(scenario.load("garden", BUSY))), run


def seen(run: Traced, by: str, *windows_s: tuple[float, float]) -> list[Recording]:
    return [instrument.see(run, INSTRUMENTS[by], *window, 1) for window in windows_s]


def judged(predicted: Predicted, recordings: list[Recording]) -> tuple[Verdict, list[Cut]]:
    cuts = [match.cut(predicted, recording, HERE) for recording in recordings]
    return verdict.judge(predicted, cuts), cuts


@pytest.mark.parametrize("name", ["garden", "door"])
def test_wakes_and_sleep_are_the_ledger(name: str) -> None:
    told = wakes.predict(scenario.load(name, ("days=20",)))
    lists = [pair for kind in told.kinds for pair in kind.occurred.items()]
    awake_fc = sum(us * na * times for steps, times in lists for _, us, na in steps)
    asleep_fc = told.sleep_s * told.sleep_ma * 1e12
    assert awake_fc + asleep_fc == pytest.approx(told.result.ledger.charge_fc, rel=1e-12)
    assert told.doze_s == (0.015 if name == "garden" else 0)
    assert sum(kind.times for kind in told.kinds) == told.result.counters["wakes"]


@pytest.mark.parametrize(
    ("by", "window_s", "within_pct"),
    [
        ("ina219", 7_200, {"sense only": 1.5, "cached join": 1.5}),
        ("otii_arc", 600, {"sense only": 0.5, "cached join": 0.5}),
    ],
)
def test_the_boards_error_is_found(
    predicted: Predicted,
    truth: tuple[Predicted, Traced],
    by: str,
    window_s: float,
    within_pct: dict[str, float],
) -> None:
    true, run = truth
    told, cuts = judged(predicted, seen(run, by, (SETTLED_S, SETTLED_S + window_s)))
    whole = {line.kind: line for line in told.lines if line.phase is None}
    assert sum(line.times for line in whole.values()) == len(cuts[0].wakes) == window_s / 60
    for name in ("sense only", "cached join"):
        wanted = true_pct(predicted, true, name)
        low, high = whole[name].ci95_pct or (0, 0)
        assert low <= wanted <= high
        assert whole[name].error_pct == pytest.approx(wanted, abs=within_pct.get(name, 0.3))
    days = told.days(told.all_mc) or 0
    wanted_days, ours = (one.result.battery_life_days or 0 for one in (true, predicted))
    assert abs(days - wanted_days) < abs(ours - wanted_days) / 5


@pytest.mark.parametrize("day", [0, 1])
def test_a_full_join_of_the_run_itself_is_within_its_interval(day: int) -> None:
    """Of two, one is at full power and one, a day later, is not: they scatter more than 36 cached
    joins do.
    """
    given = scenario.load("garden", ("days=2",))
    run = waveform.traced(given, given.device(), 0, 95_000)
    at_s = message_at(run, day * 90_000)
    told, _ = judged(wakes.predict(given), seen(run, "otii_arc", (at_s - 1, at_s + 3)))
    line = told.lines[0]
    assert (line.kind, line.times) == ("full join", 1)
    low, high = line.ci95_pct or (0, 0)
    assert low <= 0 <= high


def test_an_ina219_judges_no_sleep_of_microamperes(
    predicted: Predicted, truth: tuple[Predicted, Traced]
) -> None:
    """Its step is 100 µA; a finer instrument tells 80 from 63."""
    for by, is_judged in (("ina219", False), ("otii_arc", True)):
        told, cuts = judged(predicted, seen(truth[1], by, (SETTLED_S, SETTLED_S + 200)))
        assert told.sleep.judged is is_judged
        assert ("sleep" in told.more_mc) is is_judged
        assert cuts[0].step_ua == pytest.approx(INSTRUMENTS[by].ranges[0].step_ua, rel=0.01)
    true_ma = predicted.sleep_ma * TIMES["deep_sleep"]
    assert told.sleep.recorded_ma == pytest.approx(true_ma, rel=0.001)


@pytest.mark.parametrize(
    ("recorded_ua", "predicted_ua", "scatter_ua", "is_judged"),
    [
        (900, 801, 0, True),  # an offset of four steps of 100 µA is less than half of it
        (900, 800, 0, False),
        (2_064, 63, 0, True),  # more than any offset: the board is another
        (2_062, 63, 0, False),
        (3_064, 63, 1_000, True),
        (3_062, 63, 1_000, False),
    ],
)
def test_what_of_a_sleep_an_offset_may_be(
    recorded_ua: float, predicted_ua: float, scatter_ua: float, is_judged: bool
) -> None:
    sleep = Sleep(recorded_ua / 1000, predicted_ua / 1000, scatter_ua / 1000, step_ma=0.1)
    assert sleep.judged is is_judged


def wake_at(run: Traced, first_s: float) -> float:
    """When the first wake after this begins."""
    at = np.searchsorted(run.start_us, first_s * 1e6)
    awake = np.flatnonzero(run.na[at:] > 1_000_000)[0]
    return float(run.start_us[at + awake]) / 1e6


def message_at(run: Traced, first_s: float) -> float:
    """When the radio is first switched on after this."""
    at = np.searchsorted(run.start_us, first_s * 1e6)
    on = np.flatnonzero(run.mark[at:] == ON_AIR)[0]
    return float(run.start_us[at + on]) / 1e6


def test_marker_pins_tell_the_phases(predicted: Predicted, truth: tuple[Predicted, Traced]) -> None:
    run = truth[1]
    windows = [(at - 0.5, at + 2.5) for at in (wake_at(run, SETTLED_S + s) for s in (0, 60))]
    recordings = seen(run, "ppk2", *windows)
    told, cuts = judged(predicted, recordings)
    assert all(cut.marked and len(cut.wakes) == 1 for cut in cuts)
    pcts = {(line.kind, line.phase): line.error_pct for line in told.lines}
    for kind, phase, within_pct in (
        ("sense only", "start", 0.1),
        ("sense only", "awake", 0.2),
        ("cached join", "start", 0.1),
        ("cached join", "on air", 1.0),
    ):
        wanted = true_pct(predicted, truth[0], kind, phase)
        assert pcts[kind, phase] == pytest.approx(wanted, abs=within_pct)
    floating = replace(recordings[0], digital=np.full_like(recordings[0].digital, 3))
    cut = match.cut(predicted, floating, HERE)
    assert not cut.marked
    assert set(cut.wakes[0].phases) <= {RADIO_OFF, RADIO_ON}


def test_a_single_wake_of_a_board_that_draws_more_is_within_its_interval() -> None:
    """It scatters more, too: of 100 that were as far off as its own kind goes, 91 were held."""
    with instruments.pair() as of:
        some = instruments.measured(of, "ppk2", 30)
    for told in some:
        assert all(abs(off) <= told.half_pct[name] for name, off in told.off_pct.items())


def test_what_was_not_recorded_shares_the_start(
    predicted: Predicted, truth: tuple[Predicted, Traced]
) -> None:
    """Of messages alone a wake without one is taken to differ in its start, not in its radio."""
    run = truth[1]
    at_s = message_at(run, SETTLED_S)
    told, _ = judged(predicted, seen(run, "otii_arc", (at_s - 1, at_s + 10)))
    (kind,) = {line.kind for line in told.lines}
    assert kind == "cached join"
    silent = next(line for line in told.lines if line.phase == RADIO_OFF)
    other = next(one for one in predicted.kinds if not one.on_air)
    more_mc = told.more_mc[other.name] / other.times
    assert more_mc == pytest.approx(silent.recorded_mc - silent.predicted_mc)


def test_a_radio_that_was_not_recorded_may_be_off(
    predicted: Predicted, truth: tuple[Predicted, Traced]
) -> None:
    """The interval of the mean current holds the true one though only silent wakes were seen."""
    true, run = truth
    at_s = message_at(run, SETTLED_S)
    told, _ = judged(predicted, seen(run, "otii_arc", (at_s + 5, message_at(run, at_s + 5) - 5)))
    assert {line.kind for line in told.lines} == {wakes.SENSE}
    ledger = true.result.ledger
    true_ua = ledger.charge_fc / 1e3 / ledger.duration_us
    low_ua, high_ua = (told.current_ua(told.all_mc + sign * told.half_mc) for sign in (-1, 1))
    assert low_ua <= true_ua <= high_ua


def test_wakes_that_are_not_whole_are_left_out(
    predicted: Predicted, truth: tuple[Predicted, Traced]
) -> None:
    run = truth[1]
    at_s = wake_at(run, SETTLED_S)
    (whole,) = seen(run, "otii_arc", (at_s - 1, at_s + 62))
    assert len(match.cut(predicted, whole, HERE).wakes) == 2
    gaps = replace(whole, gaps=(Gap(1.1, 3.0), Gap(30.0, 60.0)))
    cut = match.cut(predicted, gaps, HERE)
    assert (len(cut.wakes), cut.why) == (1, Counter({"with a gap": 1}))
    ua = np.minimum(whole.current_ua, 100_000)
    clipped = match.cut(predicted, replace(whole, current_ua=ua, clipped_samples=9), HERE)
    assert (len(clipped.wakes), clipped.why) == (1, Counter({"clipped": 1}))
    ends = replace(whole, current_ua=whole.current_ua[round(1.1 * 4_000) :])
    assert match.cut(predicted, ends, HERE).why == Counter({"cut by the recording's ends": 1})


def test_what_the_supply_does_at_a_sleeps_ends_is_not_its_current() -> None:
    asleep = [(1.5, 0.1), (0.05, 1.0), (1.5, 0.1)]
    found = cutter.cut(wave((50, 1), *asleep, (50, 1)), 0)
    assert found.sleeps == [pytest.approx((1.0, 0.05))]


def test_a_recording_that_tells_nothing_is_refused(predicted: Predicted) -> None:
    ua = np.repeat([63.0, 50_000.0, 63.0], [1_000, 500, 1_000]).astype(np.float32)
    asleep = Recording("test", 1_000.0, ua[:1_000])
    with pytest.raises(BadInput, match="no whole wake in it: it sleeps throughout"):
        match.cut(predicted, asleep, HERE)
    with pytest.raises(BadInput, match="no whole wake in it: 1 clipped"):
        match.cut(predicted, Recording("test", 1_000.0, ua, clipped_samples=500), HERE)
    shortest_s = min(match._usual_s(kind) for kind in predicted.kinds)
    slow = replace(asleep, rate_hz=match.LEAST / shortest_s * 0.999)
    with pytest.raises(BadInput, match=r"Hz is too slow for wakes of"):
        match.cut(predicted, slow, HERE)
    ua = np.repeat(ua[::500], 20)
    assert match.cut(predicted, Recording("test", slow.rate_hz * 1.002, ua), HERE).wakes


@pytest.mark.parametrize(("name", "says"), [("plug", "never sleeps"), ("sound", "polls")])
def test_a_node_without_wakes_to_compare_is_refused(name: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        wakes.predict(scenario.load(name, ("days=0.02",)))


def test_a_wake_as_predicted_is_of_its_own_kind(predicted: Predicted) -> None:
    assert len(predicted.kinds) >= 3
    for kind in predicted.kinds:
        for seconds, mc, _ in zip(*kind.each(), strict=True):
            wake = Recorded([], float(seconds), float(mc), {}, kind.on_air)
            found = match.match(wake, predicted.kinds)
            assert found.kind is kind
            assert found.near


@pytest.mark.parametrize(("times", "near"), [(1.99, True), (2.01, False), (1 / 2.01, False)])
def test_a_wake_of_another_scenario_is_far(predicted: Predicted, times: float, near: bool) -> None:
    (kind,) = (one for one in predicted.kinds if not one.on_air)
    seconds, mc, _ = kind.each()
    edge = float(mc.max() if times > 1 else mc.min())
    wake = Recorded([], float(seconds[mc == edge][0]), edge * times, {}, on_air=False)
    assert match.match(wake, predicted.kinds).near is near


def test_an_instrument_is_as_its_data_sheet_says(truth: tuple[Predicted, Traced]) -> None:
    run = truth[1]
    (recording,) = seen(run, "ina219", (0, 600))
    step = recording.current_ua / 100
    assert np.all(step == np.round(step))
    assert recording.current_ua.max() <= 400_000
    weak = replace(INSTRUMENTS["ina219"], ranges=(instrument.Range(100_000, 100, 31),))
    clipped = instrument.see(run, weak, 0, 600, 1)
    assert clipped.current_ua.max() == 100_000
    assert clipped.clipped_samples == np.count_nonzero(clipped.current_ua == 100_000) > 0


def test_what_a_slow_recorder_misses_is_as_drawn() -> None:
    """One burst of 1.5 ms in 100 ms, by samples of an instant each 10 ms."""
    steps = ((7, 50_000, 100_000_000), (22, 1_500, 390_000_000), (7, 48_500, 100_000_000))
    phase_s = np.random.default_rng(1).uniform(0, 0.01, 20_000)
    at_s = phase_s[:, np.newaxis] + 0.01 * np.arange(10)
    ma = np.where((at_s >= 0.05) & (at_s < 0.0515), 390.0, 100.0)
    drawn_mc = ma.sum(axis=1) * 0.01
    mean_ma = sum(us * na for _, us, na in steps) / 100_000 / 1e6
    edges_mc = mean_ma * 0.01 / 6**0.5
    burst_mc = (scatter.missed_mc(steps, 0.01) ** 2 - edges_mc**2) ** 0.5
    assert burst_mc == pytest.approx(drawn_mc.std(), rel=0.1)
    assert scatter.missed_mc(steps, 0.0015) == pytest.approx(mean_ma * 0.0015 / 6**0.5)


@pytest.mark.parametrize(("often", "mc"), [(10, 0.9), (1, 1.96 * 0.0099**0.5)])
def test_a_single_charge_is_held_where_a_few_lie_far_off(often: int, mc: float) -> None:
    charges, times = np.array([1.0, 2.0]), np.array([100.0 - often, often])
    assert scatter.one_mc([(charges, times)]) == pytest.approx(mc, rel=1e-3)


def test_the_interval_of_few_is_students() -> None:
    assert scatter.half(np.array([1.0, 2.0, 3.0])) == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    many = np.resize([1.0, 3.0], 1_000)
    assert scatter.half(many) == pytest.approx(1.96 / 1_000**0.5, rel=0.01)
