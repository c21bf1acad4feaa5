"""torpor validate and torpor trace, where they draw, write and refuse."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host_sim.hardware import board
from host_sim.trace import reader
from host_sim.trace.cut import digest
from host_sim.trace.draw import plot
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import MOST_PIXELS, Gap, Recording
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli

HELTEC = "esp32/heltec-esp32-lora32"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def wake(tmp_path: Path) -> Path:
    """A wake of 1 s at 50 mA, in a PPK2 file."""
    path = tmp_path / "wake.csv"
    ppk2.write(
        path,
        Recording(
            "test",
            1000,
            np.asarray(np.repeat([100.0, 50_000.0, 100.0], [500, 1000, 500]), np.float32),
        ),
    )
    return path


def verdict(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = answered(capsys, "validate", *arguments)
    return document


def test_a_file_is_told_from_the_one_fitted(wake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = verdict(capsys, "--wake", "wifi", str(wake))
    (judged,) = document["wakes"]
    assert not judged["fitted"]
    assert judged["recorded_s"] == pytest.approx(1.0)
    assert judged["recorded_mc"] == pytest.approx(50.0)
    assert document["unseen_wakes"] == 1
    assert document["max_abs_error_pct"] == pytest.approx(abs(judged["error_pct"]))


def test_the_split_is_stated_by_file(capsys: pytest.CaptureFixture[str]) -> None:
    document = verdict(capsys, "--wake", "batch_v3")
    sizes = sorted(one["file"].split("-")[2] for one in document["wakes"])
    assert sizes == ["2", "2", "2", "8", "8", "8"]
    assert all(one["fitted"] for one in document["wakes"])
    assert sorted(document["fitted_on"]) == sorted(one["file"] for one in document["wakes"])
    assert document["mean_abs_error_pct"] is None


def test_the_interval_is_of_the_charge_that_is_predicted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So in mC it is one, whatever each wake took; in percent of that the error lies in it."""
    document = verdict(capsys, "--wake", "batch_v3", "--set", "records=8")
    intervals_mc = []
    for one in document["wakes"]:
        low, high = one["ci95_pct"]
        assert low < one["error_pct"] < high
        intervals_mc.append([one["recorded_mc"] * (1 + pct / 100) for pct in (low, high)])
    first, *others = intervals_mc
    assert len(others) == 2
    assert all(other == pytest.approx(first, rel=1e-9) for other in others)


@pytest.mark.parametrize(
    ("wake", "records", "files", "mean_pct", "each_pct"),
    [
        ("batch_v3", 4, "batch_v3/v3-size-4-*", 1, 2),
        ("batch_v3", 6, "batch_v3/v3-size-6-*", 1, 2),
        ("batch_v3", 1, "direct_v1/*", 2, 5),
        ("batch_v3", 1, "sensors/bme680-a*", 2, 5),
        ("measure_only", None, "batch_measure_only/*", 2, 5),
    ],
)
def test_unseen_wakes_are_predicted_within_the_goal(
    recordings: Path,
    capsys: pytest.CaptureFixture[str],
    wake: str,
    records: int | None,
    files: str,
    mean_pct: float,
    each_pct: float,
) -> None:
    some = sorted(map(str, (recordings / HELTEC).glob(files)))
    setting = [] if records is None else ["--set", f"records={records}"]
    document = verdict(capsys, "--wake", wake, *setting, *some)
    assert document["unseen_wakes"] == len(some) > 0
    assert document["mean_abs_error_pct"] <= mean_pct
    assert document["max_abs_error_pct"] <= each_pct


def test_the_fitted_file_gives_what_its_digest_gives(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shipped,) = verdict(capsys)["wakes"]
    (itself,) = verdict(capsys, str(recordings / HELTEC / "wifi/no_interference_b.csv.xz"))["wakes"]
    assert shipped["fitted"]
    assert itself["fitted"]
    for key in ("recorded_mc", "predicted_mc", "recorded_s", "predicted_s"):
        assert itself[key] == pytest.approx(shipped[key], rel=1e-6)


def test_a_digest_and_a_recording_are_drawn(
    wake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([], ["--wake", "wifi", str(wake)]):
        out = tmp_path / "out.png"
        assert cli.run(["validate", *arguments, "--plot", str(out)]) == 0
        assert out.read_bytes().startswith(PNG)
        out.unlink()
    assert "charge is compared, not energy" in capsys.readouterr().out


def test_what_is_drawn_is_the_wake() -> None:
    ua = np.repeat([100.0, 50_000.0, 100.0], [500, 1000, 500])
    recording = Recording("test", 1000.0, ua, (Gap(0.2, 1.0), Gap(0.6, 7.0)))
    (wake,) = digest.wakes(digest.rows(recording))
    at_s, ma = plot.of_recording(recording, wake)
    assert at_s[-1] == pytest.approx(1.0)
    assert set(ma) == {50.0}
    ((cut_s, length_s),) = plot.cuts(recording, wake)
    assert (cut_s, length_s) == pytest.approx((0.1, 7.0))
    at_s, ma = plot.of_rows(wake)
    assert at_s.tolist() == [0.0, 1.0]
    assert ma.tolist() == pytest.approx([50.0, 50.0])


def test_a_long_wake_keeps_its_peaks_when_drawn() -> None:
    ua = np.full(1_000_003, 50_000.0)
    ua[654_321] = 300_000.0
    ua[123_456] = 10_000.0
    recording = Recording("test", 100_000.0, ua)
    at_s, ma = plot.of_recording(recording, digest.rows(recording))
    assert len(ma) <= 2 * MOST_PIXELS
    assert ma.max() == 300.0
    assert ma.min() == 10.0
    assert at_s[int(np.argmax(ma))] == pytest.approx(6.54321, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["validate", "none.csv"], "none.csv: no such file"),
        (["validate", "--plot", "no/such/folder.png"], "its folder does not exist"),
        (["validate", "--plot", "folder.png"], "is a folder"),
        (["validate", "--wake", "wifi", "binary"], "no format that is known"),
        (["validate", "--board", "no_digest"], "no digest of wifi ships"),
        (["validate", "--board", "lolin32_lite"], "lolin32_lite has no wake recipe; fit one to a"),
        (
            ["validate", "wake.csv"],
            "heltec_wifi_lora_32 has several wakes; give --wake: wifi",
        ),
        (["trace", "info", "binary"], "no format that is known"),
        (["trace", "info", "huge.csv", "--json"], "no current"),
        (["trace", "digest", "wake.csv", "-o", "d.txt"], "d.txt: no format ends in .txt; one of"),
        (["trace", "digest", "wake.csv", "-o", "wake.csv"], "is an input of this command"),
        (["trace", "digest", "binary", "-o", "out.csv"], "no format that is known"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    arguments: list[str],
    says: str,
    wake: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = wake.parent
    monkeypatch.chdir(folder)
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "huge.csv").write_text("Timestamp(ms),Current(uA)\n0,1e308\n1,1e308\n")
    (folder / "no_digest").mkdir()
    (folder / "folder.png").mkdir()
    text = (board.BOARDS / "heltec_wifi_lora_32" / "board.toml").read_text()
    copy = text.replace('name = "heltec_wifi_lora_32"', 'name = "no_digest"')
    (folder / "no_digest" / "board.toml").write_text(copy)
    assert says in refused(arguments, folder, capsys)


@pytest.mark.parametrize(
    ("name", "samples", "charge_mc"),
    [("r3", 2_057_216, 426.433), ("r4", 2_132_480, 668.011)],
)
def test_genuine_ppk2_files(recordings: Path, name: str, samples: int, charge_mc: float) -> None:
    file = f"formats/ppk2-csv/fossketeers_uno_{name}_crypto_100kHz_D0-D7.csv.xz"
    recording = reader.read(recordings / file)
    assert len(recording.current_ua) == samples
    assert recording.rate_hz == 100_000
    assert recording.gaps == ()
    assert recording.channels[0] == "D0"
    assert recording.charge_mc == pytest.approx(charge_mc, abs=0.001)


GARDEN = ("garden", "--set", "days=2")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of the garden sensor by an INA219, its board sleeping at 2.5 mA."""
    folder = tmp_path_factory.mktemp("own")
    text = (board.BOARDS / "lolin32_lite" / "board.toml").read_text()
    for told, true in (("63_000", "2_500_000"), ("1_600_000", "20_000_000")):
        text = text.replace(f"current_na = {told}\n", f"current_na = {true}\n")
    (folder / "board.toml").write_text(text)
    path = folder / "ina219.parquet"
    args = ["--set", f"board='{folder}/board.toml'", "--set", "budget=[]", "--window", "0:3600"]
    assert (
        cli.run(
            ["sim", "garden", "--days", "1", *args, "--instrument", "ina219", "--export", str(path)]
        )
        == 0
    )
    return path


def test_a_scenario_is_compared_with_a_recording(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = verdict(capsys, *GARDEN, str(exported), "--plot", str(tmp_path / "wake.svg"))
    (recording,) = document["recordings"]
    assert recording["rate_hz"] == 100
    kinds = {wake["kind"]: wake for wake in document["wakes"]}
    assert sum(wake["recorded"] for wake in kinds.values()) == recording["wakes"] > 4
    sense = kinds["sense only"]
    doze_s = 0.015  # its warm-up, in the light sleep that draws 20 mA in truth
    awake_s = sense["predicted_s"] - doze_s
    more_mc = (2.5 - 0.063) * awake_s  # beside the chip, so drawn awake, too
    more_mc += (20 - 1.6) * doze_s
    true_mc = sense["predicted_mc"] + more_mc
    least, most = sense["ci95_pct"]  # a sample each 10 ms, of wakes of 20
    assert least < 100 * (sense["predicted_mc"] / true_mc - 1) < most < least + 15
    life = document["battery_life_days"]
    assert life["ci95"][0] < life["by_recordings"] < life["ci95"][1] < life["by_board"] / 7
    assert document["sleep"]["judged"]
    assert document["calibrate"].startswith("calibrate first: the sleep current, ")
    drawn = (tmp_path / "wake.svg").read_text()
    assert all(
        name in drawn for name in ("predicted: radio off", "predicted: radio on", "current, mA")
    )


def test_what_is_told_of_both_paths(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["validate", *GARDEN, str(exported)]) == 0
    ours = capsys.readouterr().out
    assert cli.run(["validate"]) == 0
    theirs = capsys.readouterr().out
    assert "which runs Torpor" in ours
    assert "foreign" not in ours
    assert "of foreign firmware" in theirs.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["garden"], "no recording to lay beside garden"),
        (["hall", "wake.csv"], "hall: is a home; name one of its nodes' scenarios"),
        (["garden", "garden"], "garden: no such file"),
        (["garden", "none.csv"], "none.csv: no such file"),
        (["mine.toml", "wake.csv"], "mine.toml: no such file"),
        (["garden", "--set", "node.mood=1", "wake.csv"], "mood"),
        (["garden", "--board", "lolin32_lite", "wake.csv"], "--board is for nothing"),
        (["plug", "--set", "days=0.01", "wake.csv"], "never sleeps with the radio off"),
        ([*GARDEN, "asleep.csv"], "asleep.csv: no whole wake in it: it sleeps throughout"),
        ([*GARDEN, "wake.csv", "--plot", "wake.csv"], "no format ends in .csv"),
        (["--set", "records=1", "--set", "rate=2", "wake.csv"], "a recipe has one setting"),
    ],
)
def test_a_scenario_that_cannot_be_judged_is_one_line(
    arguments: list[str],
    says: str,
    wake: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(wake.parent)
    ppk2.write(wake.parent / "asleep.csv", Recording("test", 100, np.full(999, 63, np.float32)))
    assert says in refused(["validate", *arguments], wake.parent, capsys)
