"""torpor calibrate: the shipped board from its shipped digests, and a board of one's own."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import board, states
from host_sim.trace import reader
from host_sim.trace.cut import digest, instrument
from host_sim.trace.cut.digest import Row
from host_sim.trace.fit import calibrate, document, evidence, fit
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording
from tests.answered import answered
from tests.refused import refused
from tests.trace.waves import wave
from torpor_tools import cli

HELTEC = board.load("heltec_wifi_lora_32")
DIGESTS = evidence.load(HELTEC.folder)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_shipped_digest_is_of_its_recording(name: str, recordings: Path) -> None:
    one = DIGESTS[name]
    path = recordings / "esp32/heltec-esp32-lora32" / one.recording
    assert inputs.sha256(path) == one.sha256
    recording = reader.read(path)
    fresh = digest.rows(recording)
    assert one.instrument
    assert one.instrument.facts() == instrument.of(recording, fresh).facts()
    assert [row.state for row in fresh] == [row.state for row in one.rows]
    for key in ("start_s", "duration_s", "charge_mc", "peak_ma"):
        shipped = [getattr(row, key) for row in one.rows]
        assert shipped == pytest.approx([getattr(row, key) for row in fresh], rel=1e-5)


def test_the_shipped_board_is_the_fit_of_its_digests() -> None:
    """To repeat the fit changes nothing but the intervals' last digit."""
    every = list(DIGESTS.values())
    found = calibrate.calibrate(every, HELTEC)
    old = (HELTEC.folder / "board.toml").read_text(encoding="utf-8")
    assert document.text(old, found, every, {}) == old


def test_phases_with_the_radio_on_draw_what_listening_does() -> None:
    listen_na = HELTEC.file.states["listen"].current_na
    assert {HELTEC.file.states[name].current_na for name in calibrate.RECEIVING} == {listen_na}


@pytest.fixture
def wake(tmp_path: Path) -> Path:
    """Sleep, a boot at 50 mA, idling at 31 mA, listening at 99 mA, sleep, in a PPK2 file."""
    path = tmp_path / "recordings" / "wake.csv"
    path.parent.mkdir()
    ua = np.repeat([100.0, 50_000.0, 31_000.0, 99_000.0, 100.0], [1000, 400, 900, 500, 1000])
    ppk2.write(path, Recording("test", 1000, np.asarray(ua, np.float32)))
    return path


def test_a_board_that_is_a_file_of_its_own(
    wake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its folder is not taken for the board's: what is written is a folder that was named."""
    desk = wake.parent / "desk.toml"
    desk.write_text(HELTEC.path.read_text().replace("heltec_wifi_lora_32", "desk"))
    said = refused(["calibrate", "--board", str(desk), str(wake)], tmp_path, capsys)
    assert said == f"torpor: {desk}: a board's folder is written; give --out\n"
    out = str(tmp_path / "mine")
    assert cli.run(["calibrate", "--board", str(desk), "--out", out, str(wake)]) == 0
    assert board.load(out).file.wakes == board.load(str(desk)).file.wakes


def test_a_board_of_ones_own(
    wake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    arguments = ["--board", "lolin32_lite", "--out", str(out), "--wake", "quick", str(wake)]
    document = answered(capsys, "calibrate", *arguments)
    mine, devkit = board.load(str(out)), board.load("lolin32_lite")
    assert mine.file.name == "mine"
    assert mine.file.states["idle"].current_na == 31_000_000
    assert mine.file.states["associate"].current_na == 99_000_000
    assert mine.file.states["deep_sleep"].source == "wake.csv: mean of 2.00 s"
    assert mine.phase_us("boot") == devkit.phase_us("boot")  # a recipe's is its own firmware's
    assert mine.steps("quick")[0].charge_nc == 20_000_000
    kept = ["light_sleep", "modem_sleep", "cpu", "sense"]
    assert document["not_calibrated"] == [*kept[:2], "boot", *kept[2:]]
    ours, theirs = mine.file.states, devkit.file.states
    more_na = ours["deep_sleep"].current_na - theirs["deep_sleep"].current_na
    for name in kept:  # its chip's, and what the board draws beside it
        followed_na = 0 if name == "light_sleep" else more_na
        assert ours[name].current_na == theirs[name].current_na + followed_na
    assert mine.current_na[states.TX] == devkit.current_na[states.TX] + more_na
    assert [step.state for step in mine.steps("quick")] == ["boot", "idle", "listen"]
    (judged,) = answered(capsys, "validate", "--board", str(out), "--wake", "quick")["wakes"]
    assert judged["fitted"]
    assert judged["error_pct"] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("named", "fitted_na"),
    [("idle,cpu=listen", {"idle": 31_000_000, "cpu": 99_000_000}), ("none", {})],
)
def test_a_recording_is_for_no_more_than_it_is_said_to_be(
    wake: Path, tmp_path: Path, named: str, fitted_na: dict[str, int]
) -> None:
    out = str(tmp_path / "mine")
    arguments = ["--board", "lolin32_lite", "--out", out, "--wake", "quick"]
    arguments += ["--firmware", "blinks once", "--states", named]
    assert cli.run(["calibrate", *arguments, str(wake)]) == 0
    mine, devkit = board.load(out), board.load("lolin32_lite")
    for name, state in mine.file.states.items():
        assert state.current_na == fitted_na.get(name, devkit.file.states[name].current_na), name
    assert len(mine.steps("quick")) == 3
    assert mine.file.wakes["quick"].firmware == "blinks once"


def test_a_recorded_start_is_the_boards(wake: Path, tmp_path: Path) -> None:
    """And the way to another image is as far as the model has it."""
    out = str(tmp_path / "mine")
    assert cli.run(["calibrate", "--board", "lolin32_lite", "--out", out, str(wake)]) == 0
    mine, devkit = board.load(out), board.load("lolin32_lite")
    assert mine.phase_us("boot") == 400_000
    assert mine.current_na[states.BOOT] == pytest.approx(50_000_000, rel=1e-3)
    assert mine.phase_us("wake_cpu") == devkit.phase_us("wake_cpu")
    shares = [
        one.starting("frozen").phase_us("boot") / one.phase_us("boot") for one in (mine, devkit)
    ]
    assert shares[0] == pytest.approx(shares[1], abs=1e-5)


def test_calls_add_up(wake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "mine")
    asleep = tmp_path / "recordings" / "asleep.csv"
    ppk2.write(asleep, Recording("test", 1000, np.asarray(np.full(6000, 140.0), np.float32)))
    assert cli.run(["calibrate", "--board", "lolin32_lite", "--out", out, str(wake)]) == 0
    assert cli.run(["calibrate", "--board", out, str(asleep)]) == 0
    na = board.load(out).file.states["deep_sleep"].current_na
    assert na == pytest.approx((2 * 100_000 + 6 * 140_000) / 8, rel=1e-3)
    assert board.load(out).file.states["idle"].current_na == 31_000_000
    assert "not calibrated: light_sleep" in capsys.readouterr().out


def test_bursts_at_a_power_that_is_known_calibrate_every_level(tmp_path: Path) -> None:
    burst = [(99.0, 0.2), (300.0, 0.004)] * 3
    path = tmp_path / "recordings" / "sent.csv"
    path.parent.mkdir()
    ppk2.write(path, wave((0.1, 1), (50, 0.4), (31, 0.5), *burst, (99.0, 0.2), (0.1, 1)))
    out = tmp_path / "mine"
    told = ["--board", "lolin32_lite", "--out", str(out), "--tx-dbm", "20", str(path)]
    assert cli.run(["calibrate", *told]) == 0
    na = board.load(str(out)).current_na[states.TX :]
    assert na == pytest.approx([ma * 1e6 for ma in fit.levels_ma(99.0, 20.0, 300.0)], rel=1e-3)


FACT = st.text("abc=, µ;", max_size=9).map(str.strip)


@given(
    source=FACT,
    wake=FACT,
    tx_dbm=st.none() | st.sampled_from(states.TX_LEVELS_DBM),
    records=st.none() | st.integers(0, evidence.MOST_RECORDS),
    uses=st.dictionaries(st.sampled_from(evidence.USES), st.sampled_from(evidence.USES)),
)
def test_what_a_digest_is_for_reads_back(
    source: str,
    wake: str,
    tx_dbm: float | None,
    records: int | None,
    uses: dict[str, str],
) -> None:
    rows = [Row("idle", 0.0, 1.0, 30.0, 0.5, 31.0, 30.0)]
    one = evidence.Evidence("a.csv", "0" * 64, rows, source, uses, tx_dbm, wake, records)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(evidence.text(one), encoding="utf-8")
        assert evidence.read(path) == one


@pytest.mark.parametrize("records", [evidence.MOST_RECORDS + 1, -1, "x"])
def test_a_batch_that_cannot_be_is_refused(records: object) -> None:
    with pytest.raises(BadInput, match="a wake has no setting records"):
        evidence.parse_records(f"records={records}", "here")
    assert evidence.parse_records(f"records={evidence.MOST_RECORDS}", "here")


NEW = ["--board", "lolin32_lite", "--out", "new"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--board", "nothing", "wake.csv"], "no board named nothing"),
        (NEW, "lolin32_lite has no digests to fit; give rec"),
        (["--board", "lolin32_lite", "none.csv"], "none.csv: no such file"),
        ([*NEW, "--states", "snore", "wake.csv"], "no state named snore"),
        ([*NEW, "--states", "modem_sleep", "wake.csv"], "no modem_sleep in"),
        ([*NEW, "--wake", "w", "--set", "records=x", "wake.csv"], "no setting records=x"),
        ([*NEW, "--tx-dbm", "3", "wake.csv"], "no transmit level of 3 dBm"),
        ([*NEW, "--wake", "w", "asleep.csv"], "it sleeps throughout"),
        (["--board", "lolin32_lite", "--out", "wake.csv", "wake.csv"], "wake.csv: is no folder"),
        (
            ["--board", "lolin32_lite", "--out", "mine.toml", "wake.csv"],
            "mine.toml: ends as a file does, and a folder is written; name it mine",
        ),
        (["--board", "lolin32_lite", "--out", ".", "wake.csv"], "wake.csv: is an input of this"),
        (["--board", "lolin32_lite", "wake.csv"], "lolin32_lite ships with Torpor; give --out"),
        (
            ["--board", "lolin32_lite", "--out", "theirs", "wake.csv"],
            "theirs/board.toml: exists, and Torpor did not make it; name another file, or",
        ),
        ([*NEW, "--unit", "A"], "--unit is for nothing"),
        (
            [*NEW, "--wake", "b", "w.csv"],
            "w.csv: too short a name to cite b by; give --source, whose recording it is",
        ),
        (
            [*NEW, "--wake", "b", "--firmware", "x", "w.csv"],
            "--firmware x; say it in 8 letters or more",
        ),
        ([*NEW, "--firmware", "mine", "wake.csv"], "--firmware is for nothing: there is no --wake"),
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
    ppk2.write(
        folder / "asleep.csv", Recording("test", 1000, np.asarray(np.full(6000, 140.0), np.float32))
    )
    shutil.copy(wake, folder / "w.csv")
    (folder / "theirs").mkdir()
    (folder / "theirs" / "board.toml").write_text("# my own, with notes")
    assert says in refused(["calibrate", *arguments], folder, capsys)


def test_another_recording_of_the_same_name_is_refused(
    wake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "mine")
    assert cli.run(["calibrate", "--board", "lolin32_lite", "--out", out, str(wake)]) == 0
    ppk2.write(wake, Recording("test", 1000, np.asarray(np.full(6000, 140.0), np.float32)))
    assert cli.run(["calibrate", "--board", out, str(wake)]) == 2
    assert "wake.csv is another recording's digest; rename it" in capsys.readouterr().err


def test_a_recording_with_marker_pins_labels_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All at one current but for the sleep: only the pins tell the states apart."""
    path = tmp_path / "marked.csv"
    ua = np.repeat([100.0, 30_000.0, 31_000.0, 32_000.0, 100.0], [1000, 400, 900, 500, 1000])
    bits = np.repeat([0, 1, 2, 3, 0], [1000, 400, 900, 500, 1000]).astype(np.uint8)
    channels = tuple(f"D{i}" for i in range(8))
    ppk2.write(path, Recording("test", 1000, np.asarray(ua, np.float32), (), channels, bits))
    out = str(tmp_path / "mine")
    labels = "0=sleep,1=cpu,2=sense,3=listen"
    arguments = ["--board", "lolin32_lite", "--out", out, "--labels", labels, str(path), "--json"]
    assert cli.run(["calibrate", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)["states"]
    assert {name: one["mean_ma"] for name, one in found.items()} == pytest.approx(
        {"deep_sleep": 0.1, "cpu": 30.0, "sense": 31.0, "listen": 32.0}, rel=1e-4
    )
    unmarked = tmp_path / "unmarked.csv"
    ppk2.write(unmarked, Recording("test", 1000, np.asarray(ua, np.float32)))
    assert cli.run(["calibrate", *arguments, str(unmarked)]) == 2
    assert f"{unmarked}: no digital channels; leave --labels out" in capsys.readouterr().err
