"""What is said before a recording or a fit is believed, at its boundaries."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut.digest import Row
from host_sim.trace.cut.instrument import Instrument
from host_sim.trace.fit import doubts, evidence, fit
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Gap, Recording
from tests.answered import answered
from tests.trace.waves import wave
from torpor_tools import cli


def row(state: str, duration_s: float, mean_ma: float, start_s: float = 0.0) -> Row:
    return Row(state, start_s, duration_s, mean_ma, 0.0, mean_ma, mean_ma * duration_s)


def said(one: Evidence) -> list[str]:
    return doubts.of([one])


AWAKE = [row("idle", 1.0, 30.0)]


@pytest.mark.parametrize(("length_s", "count"), [(0.001, 0), (0.0011, 1)])
def test_a_gap_is_told_where_it_is_more_than_a_fit_may_miss(length_s: float, count: int) -> None:
    gaps = (Gap(0.5, length_s),)
    found = instrument.of(Recording("t", 1e3, np.zeros(1, np.float32), gaps), [])
    assert len(said(Evidence("a", "", AWAKE, instrument=found))) == count


def test_the_longest_gap_is_placed() -> None:
    rows = [row("idle", 1.0, 30.0), row("listen", 1.0, 100.0, 1.0)]
    gaps = (Gap(0.2, 0.1), Gap(1.5, 7.0))
    found = instrument.of(Recording("t", 1e3, np.zeros(1, np.float32), gaps), [])
    assert said(Evidence("a", "", rows, instrument=found)) == [
        "a: 7.000 s are missing at 1.500 s of 2 gaps, 7.100 s in all, in listen: "
        "neither their time nor their charge is counted"
    ]


@pytest.mark.parametrize(("ma", "count"), [(-30.0, 1), (-0.05, 0)])
def test_reversed_leads_are_told(ma: float, count: int) -> None:
    """Not for a sleep that its noise takes below nothing, beside a wake."""
    rows = [row("idle", 1.0, 30.0 if ma > -1 else ma), row("deep_sleep", 10.0, ma, 1.0)]
    found = list(instrument.doubts(Instrument(1e3), rows))
    assert found == ["-330.00 mC in all: are its leads reversed, or is its zero off?"] * count


@pytest.mark.parametrize(("seconds", "count"), [(0.0149, 1), (0.0151, 0)])
def test_an_instrument_is_slow_for_a_state_of_single_samples(seconds: float, count: int) -> None:
    rows = [*AWAKE, row("tx", seconds, 200.0), row("load", 0.001, 300.0)]
    one = Evidence("a", "", rows, states={"tx": "tx"}, tx_dbm=20.0, instrument=Instrument(100.0))
    assert len(said(one)) == count


def test_a_burst_over_the_range_tells_no_current() -> None:
    rows = [*AWAKE, row("tx", 0.1, 400.0)]
    one = Evidence("a", "", rows, states={"tx": "tx"}, tx_dbm=20.0, instrument=Instrument(100.0))
    assert fit.peak_ma([one]) == (20.0, 400.0)
    clipped = replace(one, instrument=Instrument(100.0, clipped_samples=3))
    assert fit.peak_ma([clipped]) is None
    assert [line.split(":")[0] for line in said(clipped)] == ["a", "tx is not calibrated"]


@pytest.mark.parametrize(
    ("state", "least_s"),
    [
        ("idle", 0.02),
        ("listen", 0.1024),
        ("deep_sleep", 0.1),
        ("modem_sleep", 1.024),
        ("light_sleep", 1.024),
    ],
)
def test_a_state_is_told_by_a_stretch_of_its_least_time(state: str, least_s: float) -> None:
    """Many short ones are no long one."""
    short = Evidence("a", "", [row(state, least_s - 1e-6, 100.0)] * 50, states={state: state})
    assert not fit.currents([short])
    assert list(fit.refused([short])) == [state]
    enough = Evidence("b", "", [row(state, least_s, 100.0)], states={state: state})
    assert fit.currents([short, enough])[state].recordings == ("b",)


def test_a_zero_that_is_off_calibrates_no_sleep() -> None:
    one = Evidence("a", "", [row("deep_sleep", 1.0, -0.1)], states={"deep_sleep": "deep_sleep"})
    assert not fit.currents([one])
    assert said(one) == ["deep_sleep is not calibrated: its mean is negative: the zero is off"]


def test_a_wake_of_another_shape_is_told() -> None:
    asleep, usual = row("deep_sleep", 1.0, 0.1), [row("boot", 0.4, 50.0), row("idle", 1.0, 30.0)]
    other = [*usual, row("load", 0.1, 150.0)]
    one = Evidence("a", "", [*usual, asleep, *other, asleep, *usual], wake="w")
    assert said(one) == [
        "a: wake 2 of w is with load, unlike most; both are averaged",
    ]


@pytest.mark.parametrize(("ma", "count"), [(45.0, 0), (45.1, 1), (20.0, 0), (19.9, 1)])
def test_a_wake_of_far_more_or_less_charge_is_told(ma: float, count: int) -> None:
    """Of wakes of as many records: a batch takes more by itself."""
    alike = [Evidence("a", "", AWAKE, wake="w", records=1)] * 3
    one = Evidence("b", "", [row("idle", 1.0, ma)], wake="w", records=1)
    big = Evidence("c", "", [row("idle", 1.0, 300.0)], wake="w", records=9)
    assert len(doubts.of([*alike, one, big])) == count


def test_a_step_is_that_of_the_longest_sleep_alone() -> None:
    asleep_ua = [100.0, 200.0, 0.0] * 333 + [100.0]
    ua = np.array([*asleep_ua, *np.linspace(30e3, 31e3, 2_000)], np.float32)
    rows = [row("deep_sleep", 1.0, 0.1), row("idle", 2.0, 30.5)]
    assert instrument.of(Recording("t", 1e3, ua), rows).step_ua == 100.0
    fine_ua = (ua + np.arange(len(ua))).astype(np.float32)  # no whole steps
    assert instrument.of(Recording("t", 1e3, fine_ua), rows).step_ua == 0.0


POSITIVE = st.floats(1e-3, 1e6).map(lambda x: float(f"{x:.6g}"))


@given(POSITIVE, st.lists(st.builds(Gap, POSITIVE, POSITIVE), max_size=3), st.integers(0, 9))
def test_what_an_instrument_left_out_reads_back(
    rate_hz: float, gaps: list[Gap], clipped: int
) -> None:
    samples = np.zeros(1, np.float32)
    one = instrument.of(Recording("t", rate_hz, samples, tuple(gaps), clipped_samples=clipped), [])
    back = instrument.parse(one.facts(), Path("d.csv"))
    assert back
    assert back.missing_s == pytest.approx(one.missing_s, rel=1e-5)
    assert back == replace(one, missing_s=back.missing_s)


@pytest.mark.parametrize(
    "line",
    [
        *("rate: fast", "rate: 0 Hz", "rate: nan Hz"),
        *("rate: 1 Hz\n# gaps: some", "rate: 1 Hz\n# clipped: x", "rate: 1 Hz\n# step: -1 uA"),
    ],
)
def test_a_digest_of_no_instrument_is_refused(tmp_path: Path, line: str) -> None:
    digest.write(tmp_path / "d.csv", AWAKE, {"recording": f"a\n# {line}"})
    with pytest.raises(BadInput, match=r"d\.csv: its rate, gaps, clipped or step are none"):
        evidence.read(tmp_path / "d.csv")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/home/me/garden/wake.csv", "garden/wake.csv"),
        (f"{evidence.PASSING[0]}/a1b2/wake.csv", "wake.csv"),
        (f"{evidence.PASSING[0]}/tmpfiles.csv", "tmpfiles.csv"),
    ],
)
def test_a_board_cites_a_folder_that_lasts(name: str, says: str) -> None:
    assert evidence.cited(Path(name)) == says


@pytest.mark.parametrize("name", ["tmp.Xy12Zw34Q9", "tmpab_12xyz.csv", "tmp.Xy12Zw34Q9.csv.xz"])
def test_a_temporary_name_is_not_cited(name: str) -> None:
    with pytest.raises(BadInput, match="a temporary name, which a board would cite; rename it"):
        evidence.cited(Path("/home/me") / name)


def test_a_brief_reception_does_not_price_all_receiving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As around Bluetooth's advertising."""
    path = tmp_path / "brief.csv"
    advertised = [(100.0, 0.01), (200.0, 0.005), (100.0, 0.015), (31.0, 0.5)]
    ppk2.write(path, wave((0.1, 1), (50.0, 0.4), (31.0, 1), *advertised * 4, (0.1, 1)))
    arguments = ["--board", "lolin32_lite", "--out", str(tmp_path / "mine"), str(path)]
    assert cli.run(["calibrate", *arguments, "--json"]) == 0
    printed = capsys.readouterr()
    why = "listen is not calibrated: 0.015 s on end at most, and less than 0.102 s tell no listen"
    assert "listen" in json.loads(printed.out)["not_calibrated"]
    assert printed.err == f"torpor: {why}\n"
    assert cli.run(["calibrate", "--states", "listen", *arguments]) == 2
    error = capsys.readouterr().err
    assert "less than 0.102 s tell no listen; record more, or leave listen out" in error


@pytest.mark.parametrize("rate_hz", [1.0, 20.0, 30.0])
def test_a_slow_logger_calibrates(
    rate_hz: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "slow.csv"
    parts = [(0.1, 20.0), (50.0, 20.0), (31.0, 20.0), (99.0, 20.0), (0.1, 20.0)]
    ppk2.write(path, wave(*parts, rate_hz=rate_hz))
    out = str(tmp_path / "mine")
    arguments = ["--board", "lolin32_lite", "--out", out, "--wake", "w", str(path)]
    found = answered(capsys, "calibrate", *arguments)["states"]
    means = {name: one["mean_ma"] for name, one in found.items()}
    assert means == pytest.approx({"deep_sleep": 0.1, "idle": 31, "listen": 99}, rel=0.1)
