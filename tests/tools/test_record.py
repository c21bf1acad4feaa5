"""torpor record against an instrument behind a PTY."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host_sim.trace import reader
from tests.tools.ppk2_device import STOP, Device, ua, word
from tools import cli

MV = 3300


def samples(count: int, first: int = 0, span: int = 2, adc: int = 1000, logic: int = 0) -> bytes:
    return b"".join(word(adc, span, first + i, logic) for i in range(count))


def told(device: Device, command: int) -> bool:
    """Whether this is the last that the instrument hears, within ten seconds."""
    for _ in range(1000):
        if device.commands[-1] == (command,):
            return True
        time.sleep(0.01)
    return False


def record(device: Device, out: Path, *options: str) -> int:
    return cli.run(["record", "--ppk2", device.port, "--out", str(out), *options])


@pytest.mark.parametrize("ending", [".parquet", ".ppk2"])
def test_what_is_sent_is_in_the_file(ending: str, tmp_path: Path) -> None:
    """Calibrated current, over a change of range, with the logic port."""
    stream = samples(500, logic=1) + samples(500, first=500, span=3, adc=500, logic=2)
    with Device([stream]) as device:
        assert record(device, tmp_path / f"out{ending}", "--seconds", "0.009") == 0
        assert (0x0D, MV >> 8, MV & 0xFF) in device.commands
        assert told(device, STOP)
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


def test_ctrl_c_ends_a_recording_and_keeps_it(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    with Device([samples(2000)]) as device:
        command = [sys.executable, "-m", "tools.cli", "record", "--ppk2", device.port]
        with subprocess.Popen(
            [*command, "--out", str(out), "--json"], stdout=subprocess.PIPE, text=True
        ) as process:
            while (0x06,) not in device.commands:
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(0.5)
            os.kill(process.pid, signal.SIGINT)
            printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    said = json.loads(printed)
    assert said["complete"]
    assert said["samples"] == len(reader.read(out).current_ua) > 1900


def test_a_port_that_is_no_instrument_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Device([], calibrated=False) as device:
        assert record(device, tmp_path / "out.parquet", "--seconds", "1") == 2
    assert "no calibration data came back; is it a PPK2?" in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mv", "5001"], "5001 mV is not what a PPK2 can do; 800 to 5000"),
        (["--ppk2", "/dev/none"], "/dev/none: cannot be opened"),
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
        assert record(device, Path("out.parquet"), *options) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert said in printed.err
    assert list(tmp_path.iterdir()) == []
