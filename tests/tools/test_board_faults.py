"""torpor faults --port: a virtual board is given faults, and its own node back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from tools import cli
from tools.commands.virtual_board import FLASH_BYTES
from tools.hil.faults import case, programs, run, suite
from tools.hil.faults.case import Case
from tools.hil.node import Node
from tools.provision import filesystem, version
from tools.virtual.process import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")

OWN = {"boot.py": version.pointer("a"), "a/main.py": b"print('its own')\n"}


@contextmanager
def board(folder: Path, **more: bytes) -> Iterator[Path]:
    """A board with a node of its own, which it must have again at the end."""
    files = {**OWN, **{name.replace("_", "."): data for name, data in more.items()}}
    (folder / "image").write_bytes(filesystem.image(files, FLASH_BYTES))
    with running(folder / "port", "--image", str(folder / "image"), "--speed", "300"):
        yield folder / "port"
    held = filesystem.mounted(bytearray((folder / "image").read_bytes()))
    for name, data in files.items():
        with held.open(name, "rb") as file:
            assert file.read() == data
    paths = {f"{at}/{name}".strip("/") for at, _, names in held.walk("/") for name in names}
    assert paths == set(files)


@pytest.mark.slow
def test_a_node_is_broken_serves_again_and_is_gone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with board(tmp_path) as port:
        line = ["faults", "garden", "--port", str(port), "--n", "2", "--seed", "2"]
        assert cli.run(line) == 0
    out = capfd.readouterr().out
    assert "garden: 2 faults" in out
    kinds = [one.kind for one in case.drawn(2, 2, 1)]
    assert all(kind in out for kind in kinds)
    assert "charge" not in out


@pytest.mark.slow
def test_a_node_that_does_not_sleep_again_is_found_out_with_its_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once somebody was at its terminal it stays there."""
    wakes_only = b"import machine\nassert machine.reset_cause() != machine.SOFT_RESET\n"
    given = version.files(None)
    given["main.py"] = wakes_only + given["main.py"]
    monkeypatch.setattr(version, "files", lambda config: dict(given))
    monkeypatch.setattr(suite, "SLEEP_S", 2)
    with board(tmp_path) as port:
        line = ["faults", "garden", "--port", str(port), "--replay", "Ctrl-C:1"]
        assert cli.run(line) == 1
    out = capfd.readouterr().out
    assert f"not asleep within 2 s: torpor {' '.join(line)}\n" in out


@pytest.mark.slow
def test_a_node_outlives_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "SLEEP_S", 60)  # a rest of six hours takes 72 s at this speed
    with board(tmp_path) as port:
        found = run.run("garden", str(port), None, len(case.KINDS), 1, lambda done: None)
    assert found.failed == []
    assert set(found.rows) == set(case.KINDS)


LEFT = """
import os
from esp32 import NVS
try:
    NVS("filler").erase_key("f0")
    print("filled")
except OSError:
    print("kept" in os.listdir("/"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("line", ["file.removed:1", "NVS.full:1"])
def test_a_fault_that_is_broken_off_is_gone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    def ctrl_c(self: suite.Suite, one: Case) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(suite.Suite, "_outcome", ctrl_c)
    with board(tmp_path) as port:
        with pytest.raises(KeyboardInterrupt):
            run.run("door", str(port), None, case.read(line), 1, lambda done: None)
        node = Node(str(port), tmp_path / "log", None)
        node.interrupt()
        assert node.exec(LEFT).strip() == "False"
        node.close()


def test_a_node_that_cannot_do_without_its_address_in_flash_is_found_out() -> None:
    """It has one in flash as the fault comes: that goes, or there was nothing to write."""
    program = programs.fault(Case(case.NVS_FULL, 1), "/a", [])
    assert program.index('NVS("torpor")') < program.index('NVS("filler")')


def test_memory_is_another_or_what_was_retained_with_bits_flipped() -> None:
    told = [programs.fault(Case("RTC memory", at), "/a", []) for at in range(20)]
    assert 0 < sum("machine.RTC().memory() or 1" in program for program in told) < 20


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid"])
def test_a_broker_s_address_that_is_not_here_is_named(tmp_path: Path, host: str) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text(f'broker.host = "{host}"\n')
    with pytest.raises(BadInput, match=f"^{host}: no address to listen at "):
        run.run("door", "/dev/null", bench, 1, 1, lambda done: None)


@pytest.mark.parametrize("more", ["--n=3", "--seed=2"])
def test_what_a_replay_does_not_heed_is_refused(
    more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["faults", "door", "--replay", "1:5:0:reset:9", more]) == 2
    assert "is for nothing" in capsys.readouterr().err


def test_a_board_on_trial_is_left_alone(tmp_path: Path) -> None:
    with (
        board(tmp_path, boot_own=b"1", boot_back=b"2") as port,
        pytest.raises(BadInput, match="on trial"),
    ):
        run.run("garden", str(port), None, 1, 1, lambda done: None)


def test_a_switch_is_refused_before_the_board_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with board(tmp_path) as port:
        assert cli.run(["faults", "plug", "--port", str(port)]) == 2
    assert capsys.readouterr().err.startswith("torpor: plug: a switch, which never sleeps; ")


def test_a_bench_without_a_board_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench.toml").write_text("")
    assert cli.run(["faults", "garden", "--bench", str(tmp_path / "bench.toml")]) == 2
    assert "--bench is for nothing" in capsys.readouterr().err


def test_all_kinds_come_before_one_comes_twice_and_a_seed_draws_the_same() -> None:
    drawn = case.drawn(2 * len(case.KINDS), 5, 700)
    for half in (drawn[: len(case.KINDS)], drawn[len(case.KINDS) :]):
        assert {one.kind for one in half} == set(case.KINDS)
    assert drawn == case.drawn(2 * len(case.KINDS), 5, 700)
    assert drawn != case.drawn(2 * len(case.KINDS), 6, 700)
    assert all(one.at < 700 for one in drawn if one.kind in case.AT_AN_INSTANT)


@pytest.mark.parametrize("kind", case.KINDS)
def test_a_line_reads_back_as_its_fault(kind: str) -> None:
    one = Case(kind, 12)
    assert case.read(str(one)) == one
    assert " " not in str(one)


@pytest.mark.parametrize(
    "line",
    ["", "reset", "reset:", "reset:x", "reset:-1", "reset:²", "nothing:1", "reset:2147483648"],
)
def test_a_line_that_is_no_fault_is_refused(line: str) -> None:
    with pytest.raises(BadInput, match=r"^--replay: .* is no fault of a board; "):
        case.read(line)
