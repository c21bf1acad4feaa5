"""The pytest plugin as its user meets it, and the supply against the kit's protocol."""

import os
import pty
import select
import struct
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from tests.conftest import CHECKOUT
from tools.hil import bench
from tools.hil.power import Switch
from tools.hil.supply import RATE, Supply

FAILS = """
def test_it(node):
    node.interrupt()
    node.link.exec_raw_no_follow("print('said', 6 * 7)")
    assert node.expect(r"said (\\d+)")[1] == "42"
    node.expect("never said", 0.2)
"""


def run(folder: Path, *options: str, test: str = "def test_it(node): pass") -> tuple[int, str]:
    """A run of pytest of somebody's own: its status, and what it prints."""
    (folder / "test_mine.py").write_text(test)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")
def test_a_failure_tells_the_pattern_the_last_lines_and_the_log(tmp_path: Path) -> None:
    status, said = run(tmp_path, "--basetemp", str(tmp_path / "base"), test=FAILS)
    assert status == 1
    assert "NotSeen: no 'never said' in 0.2 s" in said
    report = said[said.index("- node -") :].splitlines()
    assert any(line.endswith("said 42") for line in report)
    log = tmp_path / "base" / "test_it0" / "node.log"
    assert f"log: {log}" in report
    assert "said 42" in log.read_text()


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--board", "esp33", "ERROR: no board named esp33; one of"),
        ("--bench", "none.toml", "ERROR: none.toml: no such file; check the path"),
        ("--bench", "bench.toml", "ERROR: bench.toml:1: relay: the key on is missing; add it"),
        ("--port", "none", "none: cannot be opened; is a board there, and no other program at it?"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, option: str, value: str, line: str) -> None:
    (tmp_path / "bench.toml").write_text('[relay]\noff = "true"\n')
    status, said = run(tmp_path, option, value)
    assert status != 0
    assert line in said
    assert "Traceback" not in said


def test_a_test_that_needs_a_supply_is_skipped_without_one(tmp_path: Path) -> None:
    status, said = run(tmp_path, "-rs", test="def test_it(supply): pass")
    assert status == 0
    assert "no [supply] in the file that --bench names" in said


def test_the_relay_runs_its_commands(tmp_path: Path) -> None:
    switch = Switch(bench.Relay(off=f"echo off >> {tmp_path}/did", on=f"echo on >> {tmp_path}/did"))
    switch.off()
    switch.on()
    assert (tmp_path / "did").read_text() == "off\non\n"
    with pytest.raises(subprocess.CalledProcessError):
        Switch(bench.Relay(off="false", on="true")).off()


class Kit:
    """A PPK2's side of its protocol, of which Nordic's own program is the only document.

    Every sample has range 2 and the same ADC value; it stops after `most` of them.
    """

    METADATA = b"Calibrated: 0\nR2: 10.15\nGS2: 1\nGI2: 1\nHW: 37\nIA: 56\nEND"
    RANGE, ADC = 2, 1_000

    def __init__(self, port: int, most: int) -> None:
        self.port = port
        self.left = most
        self.heard = b""
        self.arguments = 0  # bytes still to come of a command
        self.measures = False
        self.done = threading.Event()

    def serve(self) -> None:
        sample = struct.pack("<I", self.ADC | self.RANGE << 14)
        while (asked := select.select([self.port], [], [], 0.001)[0]) or not self.done.is_set():
            if asked:
                for byte in os.read(self.port, 16):
                    self.hear(byte)
            if self.measures and self.left and select.select([], [self.port], [], 0)[1]:
                count = min(self.left, 250)
                self.left -= count
                os.write(self.port, sample * count)

    def hear(self, byte: int) -> None:
        self.heard += bytes([byte])
        if self.arguments:
            self.arguments -= 1
            return
        self.arguments = {0x0C: 1, 0x0D: 2, 0x11: 1}.get(byte, 0)
        if byte == 0x19:
            os.write(self.port, self.METADATA)
        self.measures = (self.measures or byte == 0x06) and byte != 0x07


@contextmanager
def kit(most: int) -> Iterator[tuple[Kit, bench.Supply]]:
    port, slave = pty.openpty()
    tty.setraw(slave)
    served = Kit(port, most)
    thread = threading.Thread(target=served.serve)
    thread.start()
    try:
        yield served, bench.Supply(os.ttyname(slave), mv=3_000)
    finally:
        served.done.set()
        thread.join()
        os.close(port)
        os.close(slave)


def test_the_supply_feeds_and_measures() -> None:
    with kit(RATE) as (served, settings):
        supply = Supply(settings)
        supply.on()
        charge_uc = supply.charge_uc(0.05)
        supply.off()
        volts = 4 * served.ADC * 1.8 / 163_840  # across the range's 10.15 ohm, before its gain
        amperes = volts / 10.15 * (volts / 10.15 + 1)
        assert charge_uc == pytest.approx(amperes * 1e6 * 0.05, rel=1e-9)
        assert charge_uc == pytest.approx(217, abs=1)
        supply.close()
    # Source mode, 3,000 mV above the least of 800, on, measure, stop, off.
    assert served.heard == b"\x19" + b"\x11\x02" + b"\x0d\x0b\xb8" + b"\x0c\x01\x06\x07\x0c\x00"


def test_lost_samples_are_no_figure() -> None:
    with kit(1_000) as (_, settings):
        supply = Supply(settings)
        with pytest.raises(OSError, match="1,000 samples of 2,000"):
            supply.charge_uc(0.02)
        supply.close()


def test_what_is_no_kit_is_one_line(tmp_path: Path) -> None:
    port, slave = pty.openpty()
    with pytest.raises(BadInput, match="no PPK2 answers; name its first port"):
        Supply(bench.Supply(os.ttyname(slave)))
    with pytest.raises(BadInput, match="cannot be opened; is a PPK2 there"):
        Supply(bench.Supply(str(tmp_path / "none")))
    os.close(port)
    os.close(slave)
