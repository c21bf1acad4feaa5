"""torpor faults --port: a virtual board is given faults, and its own node back."""

import os
import pty
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from host_sim.errors import BadInput
from host_sim.spec import scenario
from tests.policy import handport
from tests.refused import refused
from torpor import record, sensor
from torpor.config import configure
from torpor.policy.sleep import DEEP
from torpor.port import COLD
from torpor_tools import cli
from torpor_tools.commands.virtual_board import FLASH_BYTES
from torpor_tools.hil import bench
from torpor_tools.hil.bench import Bench
from torpor_tools.hil.faults import case, damage, programs, run, suite
from torpor_tools.hil.faults.broker import Broker
from torpor_tools.hil.faults.case import Case
from torpor_tools.hil.faults.config import config
from torpor_tools.hil.faults.guest import Guest
from torpor_tools.hil.faults.lent import lent
from torpor_tools.hil.node import AWAY, Node
from torpor_tools.provision import filesystem, version
from torpor_tools.virtual.process import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")

SPEED = 2000  # a rest of six hours is over within 11 s
GUEST = Guest("/a", {"/boot.py": 300, "main.py": 600, "awake.mpy": 20_000, "monitor.mpy": 2_000})
READS = {start: ["/boot.py", "main.py", "awake.mpy"] for start in case.STARTS}
OWN = {"boot.py": version.pointer("a"), "a/main.py": b"print('its own')\n"}


@contextmanager
def board(folder: Path, speed: int = SPEED, **more: bytes) -> Iterator[Path]:
    """A board with a node of its own, which it must have again at the end."""
    files = {**OWN, **{name.replace("_", "."): data for name, data in more.items()}}
    (folder / "image").write_bytes(filesystem.image(files, FLASH_BYTES))
    with running(folder / "port", "--image", str(folder / "image"), "--speed", str(speed)):
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
    kinds = [one.kind for one in case.drawn(2, 2, 1, READS, GUEST.sizes)]
    assert all(kind in out for kind in kinds)
    assert "harmless" in out
    assert "charge of a day" not in out
    assert "Not judged on a board: what a day costs, and so how long a node backs off." in out


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
    # Two hangs take 18 s, and a rest of six hours 54 s at this speed: longer than until a node that
    # is not seen to sleep is found deaf, as a wake before that is taken for the watchdog's.
    monkeypatch.setattr(suite, "SLEEP_S", 30)
    with board(tmp_path, 400) as port:
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
@pytest.mark.parametrize("line", ["file.removed:wake:config.json:1", "NVS.full:1"])
def test_a_fault_that_is_broken_off_is_gone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    def ctrl_c(self: suite.Suite, one: Case, bit: bool | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(suite.Suite, "_outcome", ctrl_c)
    with board(tmp_path) as port:
        with pytest.raises(KeyboardInterrupt):
            run.run("door", str(port), None, case.read(line), 1, lambda done: None)
        node = Node(str(port), tmp_path / "log", None)
        node.interrupt()
        assert node.exec(LEFT).strip() == "False"
        node.close()


def test_a_port_that_is_away_is_awaited(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    node = Node(os.ttyname(its), tmp_path / "log", None)
    os.close(ours)
    os.close(its)
    assert [node.read(0.01) for _ in range(3)] == [b""] * 3
    assert node.text == f"{AWAY}\n"


def test_a_node_that_cannot_do_without_its_address_in_flash_is_found_out() -> None:
    """It has one in flash as the fault comes: that goes, or there was nothing to write."""
    program = programs.fault(Case(case.NVS_FULL, 1), GUEST)
    assert program.index('NVS("torpor")') < program.index('NVS("filler")')


def test_memory_is_another_or_what_was_retained_with_bits_flipped() -> None:
    told = [programs.fault(Case("RTC memory", at), GUEST) for at in range(20)]
    assert 0 < sum("machine.RTC().memory() or 1" in program for program in told) < 20


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid"])
def test_a_broker_s_address_that_is_not_here_is_named(tmp_path: Path, host: str) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f'broker.host = "{host}"\n')
    with pytest.raises(BadInput, match=f"^{host}: no address to listen at "):
        run.run("door", "/dev/null", path, 1, 1, lambda done: None)


@pytest.mark.parametrize("name", ["door", "garden", "sound"])
def test_each_wake_of_the_node_that_is_broken_measures_and_joins_and_sleeps_for_seconds(
    name: str,
) -> None:
    """However many came before: no budget of a day has it wait."""
    hand: Any = handport  # written for MicroPython
    given = config(scenario.load(name), Bench(), 1883)
    r, port = [0] * record.SIZE, hand.HandPort()
    configure(r, given)
    read = sum(len(task["channels"]) for task in given["tasks"])
    sleep_ms = sensor.wake(r, port, COLD)
    for _ in range(50):
        did = [call[0] for call in port.calls]
        assert (did.count("measure"), did.count("join")) == (read, 1)
        assert (did.count("watch"), did.count("monitor")) == (0, 0)
        assert (sleep_ms, r[record.SLEEP_KIND]) == (10_000, DEEP)
        port.calls = []
        sleep_ms = hand.tick(r, port, sleep_ms)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('broker.host = "http://192.0.2.1"', "broker.host: no name and no address; write it alone"),
        ('broker.host = "192.0.2.1:1883"', "broker.host: no name and no address; write it alone"),
        ('broker.host = "::1"', "broker.host: a node reaches IPv4 alone; write an IPv4 address"),
        ('wifi.ssid = ""', "wifi.ssid: "),
        ('wifi.password = "short"', "wifi.password: a WPA password has 8 to 63 characters; "),
    ],
)
def test_what_no_node_could_join_is_refused_as_in_a_node_toml(
    text: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f"{text}\n")
    with pytest.raises(BadInput) as refused:
        bench.load(path)
    assert str(refused.value).startswith(f"{path}:1: {fault}")


@pytest.mark.parametrize("more", ["--n=3", "--seed=2"])
def test_what_a_replay_does_not_heed_is_refused(
    more: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["faults", "door", "--replay", "1:5:0:reset:9", more]
    assert "is for nothing" in refused(line, tmp_path, capsys)


def test_one_fault_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["faults", "door", "--replay", "1:5:0:reset:9"]) == 0
    assert capsys.readouterr().out.startswith("door: 1 fault\n")


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
    line = ["faults", "garden", "--bench", str(tmp_path / "bench.toml")]
    assert "--bench is for nothing" in refused(line, tmp_path, capsys)


@pytest.mark.slow
def test_the_node_tells_what_each_of_its_starts_reads(tmp_path: Path) -> None:
    given = scenario.load("garden")
    with board(tmp_path) as port, Broker("127.0.0.1") as broker:
        node = Node(str(port), tmp_path / "log", None)
        with lent(node, config(given, Bench(), broker.port)) as guest:
            reads = suite.Suite(node, broker, guest).reads()
        node.close()
    always, joins = {"/boot.py", "awake.mpy"}, {"config.json", "link.mpy"}
    told = {"rescue.py"}
    assert set(reads[case.SLEPT]) >= always | joins
    assert not (told | {"main.py"}) & set(reads[case.SLEPT])
    assert set(reads[case.CRASHING]) >= always | told
    always.add("main.py")
    assert set(reads[case.BY_RESET]) >= always | joins | told
    assert set(reads[case.POWER_ON]) >= always | joins | told | {"torpor.mpy"}


@pytest.mark.slow
def test_a_start_that_does_not_go_well_without_a_fault_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = b"import machine\nif machine.reset_cause() == 2:\n"
    logs += b" with open('torpor.log', 'w') as file: file.write('odd')\n"
    given = version.files(None)
    given["main.py"] = logs + given["main.py"]
    monkeypatch.setattr(version, "files", lambda config: dict(given))
    with board(tmp_path) as port:
        assert cli.run(["faults", "door", "--port", str(port), "--n", "1"]) == 2
    said = f"torpor: {port}: the start by reset does not go well without a fault (odd); "
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("file.unread:power-on:monitor.mpy:0", 0, r"file unread +1 +0 +1 "),
        ("file.unread:wake:awake.mpy:0", 1, suite.NOTICED),
        ("file.empty:crash:rescue.py:1", 0, r"file empty +1 +1 +0 "),
        ("file.empty:reset:/boot.py:1", 0, "awake at the REPL, which no file of a node can "),
    ],
)
def test_a_fault_bites_where_a_start_reads_the_file(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.setattr(suite, "SERVE_S", 2)
    with board(tmp_path) as port:
        assert cli.run(["faults", "garden", "--port", str(port), "--replay", fault]) == code
    assert re.search(says, capfd.readouterr().out)


@pytest.mark.slow
def test_a_replay_of_no_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fault = "file.cut:wake:no.mpy:1"
    with board(tmp_path) as port:
        assert cli.run(["faults", "garden", "--port", str(port), "--replay", fault]) == 2
    assert capsys.readouterr().err.startswith("torpor: --replay: no file no.mpy on the node; one ")


DATA = bytes(range(256)) * 40  # 10,240 bytes: three blocks


@pytest.mark.parametrize("kind", damage.DAMAGES)
@pytest.mark.parametrize("at", range(20))
def test_a_file_is_damaged_as_its_kind_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, at: int
) -> None:
    monkeypatch.setitem(sys.modules, "machine", ModuleType("machine"))
    path, kept = tmp_path / "file", tmp_path / "kept"
    path.write_bytes(DATA)
    exec(damage.program(kind, str(path), len(DATA), at).replace("/kept", str(kept)), {})
    assert kept.read_bytes() == DATA
    if kind == damage.REMOVED:
        assert not path.exists()
        return
    left = path.read_bytes()
    if kind == damage.FLIPPED:
        flips = [one ^ other for one, other in zip(left, DATA, strict=True) if one != other]
        assert len(flips) == 1
        assert flips[0].bit_count() == 1
    else:
        assert DATA.startswith(left)
        assert len(left) < len(DATA)
        assert (len(left) == 0) == (kind == damage.EMPTY)
    if kind == damage.CUT_AT_BLOCK:
        assert len(left) in damage.edges(len(DATA))


def test_a_block_s_edge_is_where_littlefs_takes_one_more() -> None:
    def blocks(size: int) -> int:
        files = filesystem.mounted(bytearray(filesystem.image({"a": bytes(size)}, FLASH_BYTES)))
        return files.used_block_count

    assert damage.edges(filesystem.BLOCK) == []
    edges = damage.edges(5 * filesystem.BLOCK)
    assert edges[0] == filesystem.BLOCK
    assert len(edges) == 5  # the pointers to other blocks take some, too
    for edge in edges:
        assert blocks(edge - 1) == blocks(edge) == blocks(edge + 1) - 1


def drawn(seed: int) -> list[Case]:
    return list(case.drawn(2 * len(case.KINDS), seed, 700, READS, GUEST.sizes))


def test_all_kinds_come_before_one_comes_twice_and_a_seed_draws_the_same() -> None:
    for half in (drawn(5)[: len(case.KINDS)], drawn(5)[len(case.KINDS) :]):
        assert {one.kind for one in half} == set(case.KINDS)
    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)
    slow = case.drawn(2 * len(case.KINDS), 5, 7_001, READS, GUEST.sizes)
    assert [(one.kind, one.file) for one in slow] == [(one.kind, one.file) for one in drawn(5)]
    assert all(one.at < 700 for one in drawn(5) if one.kind in case.AT_AN_INSTANT)


def test_a_file_is_one_that_its_start_reads_and_the_rest_none_that_any_does() -> None:
    for seed in range(50):
        for one in drawn(seed):
            if one.kind == case.UNREAD:
                assert one.file == "monitor.mpy"
                assert one.damage in damage.OF_ANY
            elif one.kind in damage.DAMAGES:
                assert one.file in READS[one.start]
                assert one.kind != damage.CUT_AT_BLOCK or one.file == "awake.mpy"
            else:
                assert one.file == one.start == ""


@pytest.mark.parametrize("one", drawn(1), ids=str)
def test_a_line_reads_back_as_its_fault(one: Case) -> None:
    assert case.read(str(one)) == one
    assert " " not in str(one)


@pytest.mark.parametrize(
    "line",
    [
        *("", "reset", "reset:", "reset:x", "reset:-1", "reset:²", "nothing:1", "reset:2147483648"),
        *("reset:wake:main.py:1", "file.cut:1", "file.cut:main.py:1", "file.cut:never:main.py:1"),
        *("file.cut:wake:main.py", "file.cut:wake:main.py:x"),
    ],
)
def test_a_line_that_is_no_fault_is_refused(line: str) -> None:
    with pytest.raises(BadInput, match=r"^--replay: .* is no fault of a board; "):
        case.read(line)
