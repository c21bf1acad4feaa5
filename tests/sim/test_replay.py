"""Phases and states drawn from recordings, on the example that docs/replay.md shows."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from host_sim.engine.ledger import Entry
from host_sim.engine.parts import WAKES
from host_sim.sim import replays, run
from host_sim.sim.result import Result
from host_sim.sim.waveform import RATE_HZ, recorded
from host_sim.spec import scenario
from host_sim.trace.cut import digest
from host_sim.trace.cut.digest import Row
from tests.refused import refused

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "replay.toml"
MEASURE_US = scenario.load(str(EXAMPLE)).board.phase_us("measure")


@pytest.fixture(scope="module")
def month() -> Result:
    return run.run(scenario.load(str(EXAMPLE)))


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """The example with other replays."""

    def write(replays: str) -> Path:
        path = tmp_path / "replayed.toml"
        path.write_text(EXAMPLE.read_text().partition("[[replay]]")[0] + replays)
        return path

    return write


def three(tmp_path: Path, state: str) -> None:
    """A digest of three stretches: 1 s at 20 mA, 2 s at 50 mA, 3 s at 10 mA."""
    rows = [Row(state, 0, s, ma, 0, ma, s * ma) for s, ma in ((1, 20), (2, 50), (3, 10))]
    digest.write(tmp_path / "three.csv", rows, {"recording": "three"})


def line(entries: list[Entry], name: str) -> Entry:
    return next(entry for entry in entries if entry.name == name)


def test_each_boot_is_one_of_the_recorded(month: Result) -> None:
    boots = month.replayed[0]
    booked = line(month.ledger.by_state(), "boot")
    parts = list(zip(boots.recorded, boots.times, strict=True))
    assert sum(boots.times) == month.count[WAKES]
    assert booked.duration_us == sum(us * times for (us, _), times in parts)
    exact_fc = sum(us * na * times for (us, na), times in parts)
    assert 0 <= exact_fc - booked.charge_fc < 1024 * sum(boots.times)


def test_the_three_views_are_one_sum(month: Result) -> None:
    books = month.ledger
    for view in (books.by_state(), books.by_task(), books.by_decision()):
        assert sum(entry.charge_fc for entry in view) == books.charge_fc
        assert sum(entry.duration_us for entry in view) == month.simulated_us


def test_all_recorded_are_drawn_about_alike(month: Result) -> None:
    for one in month.replayed:
        expected = sum(one.times) / len(one.times)
        # Chi-squared, at most 99.99 % of what chance gives for five degrees of freedom.
        assert sum((times - expected) ** 2 / expected for times in one.times) < 25.7


def test_the_seed_decides_and_the_rest_of_the_run_stays(month: Result) -> None:
    again = run.run(scenario.load(str(EXAMPLE)))
    other = run.run(scenario.load(str(EXAMPLE), ("seed=2",)))
    assert again.ledger == month.ledger
    assert other.replayed[0].times != month.replayed[0].times


@pytest.mark.parametrize("of", ["boot", "measure"])
@pytest.mark.parametrize(
    ("own", "each_us"),
    [
        (("read_ms=400",), 400_000),
        (("read_ua=900",), MEASURE_US),
        (("read_ms=400", "read_ua=900"), 400_000),
    ],
)
def test_a_reading_of_its_own_is_not_replayed(
    written: Callable[[str], Path], tmp_path: Path, of: str, own: tuple[str, ...], each_us: int
) -> None:
    """A sensor that has its own price is none of the board's, whatever is drawn."""
    three(tmp_path, of)
    changes = ("days=0.5", *(f"node.channel.temperature.{key}" for key in own))
    replayed = f'[[replay]]\nof = "{of}"\nrecordings = ["three.csv"]\n'
    sensed = [
        line(run.run(scenario.load(str(written(text)), changes)).ledger.by_state(), "sense")
        for text in ("", replayed)
    ]
    assert sensed[0] == sensed[1]
    assert sensed[0].duration_us == sensed[0].times * each_us


def test_the_p_value_is_of_the_unseen(month: Result) -> None:
    boots, sleeps = (one.facts() for one in month.replayed)
    assert (boots["unseen"], sleeps["unseen"]) == (6, 0)
    assert 0.001 < boots["p_value"] < 0.5
    assert sleeps["p_value"] > 0.99


def test_another_firmwares_boots_are_found_out(written: Callable[[str], Path]) -> None:
    digests = (ROOT / "boards" / "heltec_wifi_lora_32").resolve()
    seen, unseen = (
        [str(path) for path in sorted(digests.glob(pattern))]
        for pattern in ("80_mhz_*.csv", "unseen/v3-*.csv")
    )
    path = written(f'[[replay]]\nof = "boot"\nrecordings = {seen}\nunseen = {unseen}\n')
    (boots,) = run.run(scenario.load(str(path), ("days=3",))).replayed
    assert boots.facts()["p_value"] < 0.001


def test_a_recording_that_has_changed_is_read_anew(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    given = scenario.load(str(written('[[replay]]\nof = "boot"\nrecordings = ["one.csv"]\n')))
    drawn_us = []
    for seconds in (1, 2):
        rows = [Row("boot", 0, seconds, 20, 0, 20, 20 * seconds)]
        digest.write(tmp_path / "one.csv", rows, {"recording": "one"})
        os.utime(tmp_path / "one.csv", (seconds, seconds))
        drawn_us.append(replays.parts(given)["replay_us"])
    assert drawn_us == [[1_000_000], [2_000_000]]


def test_an_export_shows_what_was_drawn(written: Callable[[str], Path], tmp_path: Path) -> None:
    three(tmp_path, "boot")
    given = scenario.load(str(written('[[replay]]\nof = "boot"\nrecordings = ["three.csv"]\n')))
    first_ma = float(recorded(given, None, 0, 1).current_ua[RATE_HZ // 2]) / 1000
    assert any(first_ma == pytest.approx(ma, rel=1e-6) for ma in (20, 50, 10))


@pytest.mark.parametrize(
    ("replays", "said"),
    [
        ('of = "nap"\nrecordings = ["three.csv"]', "no phase or state nap"),
        ('of = "boot"\nrecordings = []', "recordings"),
        ('of = "boot"\nrecordings = ["none.csv"]', "none.csv"),
        ('of = "boot"\nrecordings = ["three.csv"]\nsegments = "tx"', "no tx in it; "),
        (
            'of = "boot"\nrecordings = ["three.csv"]\n[[replay]]\nof = "boot"\n'
            'recordings = ["three.csv"]',
            "boot is replayed already",
        ),
    ],
)
def test_what_cannot_be_replayed_is_one_line(
    replays: str,
    said: str,
    written: Callable[[str], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    three(tmp_path, "boot")
    file = str(written(f"[[replay]]\n{replays}\n"))
    assert said in refused(["sim", file, "--days", "1"], tmp_path, capsys)
