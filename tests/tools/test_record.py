"""torpor record against an instrument behind a PTY."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host_sim.trace import reader, writer
from host_sim.trace.formats import ppk2file
from host_sim.trace.formats.part import Part
from tests.disk import no_room
from tests.refused import refused
from tests.tools.ppk2_device import STOP, Device, ua, word
from torpor_tools import cli, recordings

MV = 3300


def samples(count: int, first: int = 0, span: int = 2, adc: int = 1000, logic: int = 0) -> bytes:
    return b"".join(word(adc, span, first + i, logic) for i in range(count))


def line(device: Device, out: Path, *options: str) -> list[str]:
    return ["record", "--ppk2", device.port, "--out", str(out), *options]


def record(device: Device, out: Path, *options: str) -> int:
    return cli.run(line(device, out, *options))


@pytest.mark.parametrize("ending", [".parquet", ".ppk2"])
def test_what_is_sent_is_in_the_file(ending: str, tmp_path: Path) -> None:
    """Calibrated current, over a change of range, with the logic port."""
    stream = samples(500, logic=1) + samples(500, first=500, span=3, adc=500, logic=2)
    with Device([stream]) as device:
        assert record(device, tmp_path / f"out{ending}", "--seconds", "0.009") == 0
        assert (0x0D, MV >> 8, MV & 0xFF) in device.commands
        assert device.told(STOP)
    kept = reader.read(tmp_path / f"out{ending}")
    assert (len(kept.current_ua), kept.rate_hz) == (900, 100_000)
    # ppk2-api smoothes a few samples after a change of range, as Nordic's own program does.
    assert np.asarray(kept.current_ua[:500]) == pytest.approx(ua(1000, 2, MV), rel=1e-5)
    assert np.asarray(kept.current_ua[520:]) == pytest.approx(ua(500, 3, MV), rel=1e-5)
    assert kept.digital is not None
    assert set(np.asarray(kept.digital[:500])) == {1}
    assert set(np.asarray(kept.digital[500:])) == {2}


def test_lost_bytes_are_counted_and_are_gaps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = samples(1000)
    with Device([stream[: 4 * 300 + 2] + stream[4 * 320 + 2 :]]) as device:
        assert record(device, tmp_path / "out.parquet", "--seconds", "0.009", "--json") == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["losses"] == 1
    assert said["lost_samples"] in (20, 21)
    (gap,) = reader.read(tmp_path / "out.parquet").gaps
    assert gap.length_s == pytest.approx(said["lost_samples"] / 100_000)
    assert 300 <= round(gap.start_s * 100_000) <= 301


@pytest.mark.parametrize(("last", "why"), [([0.5, b""], "gone"), ([], "silent for")])
def test_an_instrument_that_goes_leaves_what_came(
    last: list[bytes | float], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unplugged, and fallen silent."""
    out = tmp_path / "out.parquet"
    with Device([samples(1000), *last]) as device:
        assert record(device, out, "--seconds", "1") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert why in said
    assert str(out) in said
    assert 900 < len(reader.read(out).current_ua) <= 1000


# In a shell's foreground, as Ctrl-C is: CI may run in the background.
FOREGROUND = """
import signal
from torpor_tools import cli, recordings
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main()
"""


def interrupted(device: Device, out: Path, by: signal.Signals) -> tuple[int, str]:
    """The exit status and words of a recording that got a signal when it had 1,900 samples."""
    command = [sys.executable, "-c", FOREGROUND, "record", "--ppk2", device.port]
    with subprocess.Popen(
        [*command, "--out", str(out), "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        part = Path(f"{out}.part")
        while not part.exists() or part.stat().st_size < 1900 * ppk2file.FRAME.itemsize:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(by)
        printed, _ = process.communicate(timeout=20)
    return process.returncode, printed


def test_ctrl_c_ends_a_recording_and_keeps_it(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    with Device([samples(2000)]) as device:
        ended, printed = interrupted(device, out, signal.SIGINT)
    assert ended == 0
    said = json.loads(printed)
    assert said["complete"]
    assert said["samples"] == len(reader.read(out).current_ua) > 1900
    assert list(tmp_path.iterdir()) == [out]


def test_ctrl_c_while_it_is_kept_says_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recordings, "write", interrupt)
    out = tmp_path / "out.parquet"
    with Device([samples(1000)]) as device:
        assert record(device, out, "--seconds", "0.009") == 2
    said = f"torpor: interrupted: what was measured is in {out}.part\n"
    assert capsys.readouterr().err == said


def test_a_recording_that_is_killed_leaves_what_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file that every command reads, and that no later recording writes over."""
    out, part = tmp_path / "out.ppk2", tmp_path / "out.ppk2.part"
    stream = samples(300, logic=1) + samples(1700, first=320, logic=1)
    with Device([stream]) as device:
        assert interrupted(device, out, signal.SIGKILL)[0] == -signal.SIGKILL
        assert list(tmp_path.iterdir()) == [part]
        assert record(device, out, "--seconds", "0.009") == 2
    assert "out.ppk2.part: left by a recording that was cut off; " in capsys.readouterr().err
    assert cli.run(["trace", "convert", str(part), str(out)]) == 0
    for kept in map(reader.read, (part, out)):
        assert len(kept.current_ua) > 1880
        assert np.asarray(kept.current_ua) == pytest.approx(ua(1000, 2, MV), rel=1e-5)
        assert kept.digital is not None
        assert set(np.asarray(kept.digital)) == {1}
        assert [(gap.start_s, gap.length_s) for gap in kept.gaps] == [(0.003, 0.0002)]


def test_a_sample_half_on_the_disk_is_left_out(tmp_path: Path) -> None:
    """As are the zeros that a file has where a power cut came before its data."""
    path = tmp_path / "out.ppk2.part"
    with Part(path) as part:
        part.append(np.full(5, 7, np.float32), np.full(5, 3, np.uint8))
    whole = path.read_bytes()
    for torn in (whole[:-1], whole[:-1] + bytes(7), whole[:-3] + bytes(9)):
        path.write_bytes(torn)
        kept = reader.read(path)
        assert list(kept.current_ua) == [7] * 4
        assert kept.gaps == ()


def test_what_cannot_be_written_stays_in_the_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is full as the writer begins: a file may not have a byte then."""
    out = tmp_path / "out.parquet"

    def full(*args: Any) -> list[str]:
        with no_room():
            return writer.write(*args)

    monkeypatch.setattr(recordings, "write", full)
    with Device([samples(1000)]) as device:
        assert record(device, out, "--seconds", "0.009") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"what was measured is in {out}.part" in said
    assert len(reader.read(Path(f"{out}.part")).current_ua) == 900


def test_a_port_that_is_no_instrument_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Device([], calibrated=False) as device:
        said = refused(line(device, tmp_path / "out.parquet", "--seconds", "1"), tmp_path, capsys)
    assert "no calibration data came back; is it a PPK2?" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mv", "5001"], "5001 is not in the range 800<=x<=5000"),
        (["--seconds", "nan"], "nan is not from 0.001"),
        (["--seconds", "inf"], "inf is not from 0.001"),
        (["--seconds", "0"], "0 is not from 0.001"),
        (["--ppk2", "/dev/none"], "/dev/none: no such port"),
        (["--out", "out.txt"], "out.txt"),
        (["--out", "no/out.ppk2"], "no/out.ppk2: its folder does not exist"),
    ],
)
def test_what_cannot_be_recorded_is_one_line(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with Device([samples(100)]) as device:
        assert said in refused(line(device, Path("out.parquet"), *options), tmp_path, capsys)
