"""torpor deploy: to the real MicroPython at its REPL, on a LittleFS image behind a PTY."""

import json
import os
import pty
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial
from littlefs import LittleFS

from host_sim.errors import BadInput
from tests.provision.board import Board, Line
from tests.provision.conftest import BROKER, WIFI
from tools import cli
from tools.commands import deploy as command
from tools.fakes import world
from tools.provision import filesystem, firmware, layout, ports, repl, sending, version
from tools.provision.node_toml import load
from torpor import __version__

SIZE = 256 * filesystem.BLOCK


WATCH = """
[node.watch]
channel = "door"
stages = [{ margin = 0 }]

[[node.channel]]
name = "door"

[sensor.door]
driver = "contact"
pin = "wake"

[pins]
wake = "wake"
"""


def deploy(board: Board, *args: object) -> int:
    with Line(board) as line:
        return cli.run(["deploy", "--port", line.port, *map(str, args)])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@contextmanager
def files(board: Board) -> Iterator[LittleFS]:
    """The board's file system, written back afterwards."""
    data = bytearray(board.flash.read_bytes())
    flash = filesystem.mounted(data)
    yield flash
    flash.unmount()
    board.flash.write_bytes(data)


def content(board: Board, path: str) -> bytes:
    with files(board) as flash, flash.open(path, "rb") as file:
        return bytes(file.read())


def nvs(board: Board) -> dict[str, str]:
    found: dict[str, str] = json.loads(board.world.read_text()).get("nvs", {})
    return found


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """A board as it was flashed, with the firmware of this tree and no secrets."""
    config = version.as_json({"name": "flashed"})
    return Board(tmp_path, layout.file_system(version.files(config), SIZE))


def test_what_is_equal_is_not_sent(board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    with files(board) as flash, flash.open("a/torpor.log", "wb") as file:
        file.write(b"starting clean\n")  # the node's own
    before = board.flash.read_bytes()
    assert deploy(board, "--json") == 0
    document = told(capsys)
    assert document["up_to_date"]
    assert document["sent_bytes"] == {}
    assert board.flash.read_bytes() == before


def test_only_what_differs_is_sent(board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    with files(board) as flash, flash.open("a/torpor.mpy", "wb") as file:
        file.write(b"older")
    assert deploy(board, "--json") == 0
    document = told(capsys)
    new = version.files(None)["torpor.mpy"]
    assert document["sent_bytes"] == {"torpor.mpy": len(new)}
    assert len(document["copied"]) == len(version.files(None))  # config.json among them
    assert content(board, "b/torpor.mpy") == new
    assert content(board, "b/config.json") == b'{"name":"flashed"}'
    assert document["on_trial"]
    assert document["outcome"] is None  # nobody heard of it in time
    assert content(board, "boot.py") == version.on_trial("b")


def test_how_a_trial_ended_is_told_the_next_time(
    board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    with files(board) as flash, flash.open("trial", "wb") as file:
        file.write(b"digest\nb\nit hung")
    assert deploy(board) == 0
    said = capsys.readouterr()
    assert "is up to date\n" in said.out
    assert said.err.endswith(": the version before this one was taken back: it hung\n")


def test_who_deploys_again_begins_the_trial_anew_or_gives_it_up(
    board: Board, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a wake of it was interrupted for that, it did not crash."""
    assert deploy(board, "--config", node_toml) == 0
    begun = content(board, "trial")
    with files(board) as flash, flash.open("trial", "ab") as file:
        file.write(b"bs")
    asleep = {**json.loads(board.world.read_text()), "reset_cause": world.DEEPSLEEP}
    board.world.write_text(json.dumps(asleep))
    capsys.readouterr()
    assert deploy(board, "--config", node_toml) == 0
    assert "is up to date, on trial\n" in capsys.readouterr().out
    assert content(board, "trial") == begun
    assert content(board, "boot.py") == version.on_trial("b")
    node_toml.write_text(node_toml.read_text().replace("10_800", "7_200"))
    assert deploy(board, "--config", node_toml, "--json") == 0
    document = told(capsys)
    assert (document["slot"], list(document["sent_bytes"])) == ("b", ["config.json"])
    assert content(board, "boot.back") == version.pointer("a")
    assert content(board, "trial") != begun


class Stopped(repl.Board):
    """Reset before secrets are put onto it."""

    def exec(self, program: str) -> str:
        if program.startswith("hide("):
            self.restart()
            raise repl.Cut
        return super().exec(program)


def test_secrets_of_a_version_on_trial_stay_until_it_is_given_up(
    board: Board, node_toml: Path
) -> None:
    """It would be judged with those of another."""
    assert deploy(board, "--config", node_toml) == 0
    tried = nvs(board)
    node_toml.write_text(node_toml.read_text().replace(WIFI, "wrong horse"))
    files, node = version.files(None), load(node_toml)
    with Line(board) as line, pytest.raises(repl.Cut):
        sending.deploy(Stopped(line.port, 5), files, node, lambda done: None)
    assert nvs(board) == tried
    assert content(board, "boot.py") == version.pointer("a")
    assert deploy(board, "--config", node_toml) == 0
    assert nvs(board) != tried
    assert content(board, "boot.py") == version.on_trial("b")


def test_a_stray_source_file_would_be_imported_and_is_no_part_of_a_version(
    board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    with files(board) as flash, flash.open("a/awake.py", "wb") as file:
        file.write(b"raise SystemExit\n")
    assert deploy(board, "--json") == 0
    assert not told(capsys)["up_to_date"]
    with files(board) as flash:
        assert "awake.py" not in flash.listdir("b")


FROZEN = (
    "\ndef print_frozen():\n    print({!r})\n"  # no MicroPython with the library frozen is here
)


def test_a_frozen_library_is_not_sent_unless_told_to(
    board: Board, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files come first in sys.path: they would take its place, and its speed."""
    monkeypatch.setattr(repl, "AGENT", repl.AGENT + FROZEN.format(__version__))
    assert deploy(board, "--json") == 0
    document = told(capsys)
    assert document["sent_bytes"] == {}
    assert sorted(document["copied"]) == ["config.json", "main.py"]
    with files(board) as flash:
        assert sorted(flash.listdir("b")) == ["config.json", "main.py"]
    assert deploy(board, "--json") == 0
    assert told(capsys)["up_to_date"]
    assert deploy(board, "--files", "--json") == 0
    with files(board) as flash:
        assert "torpor.mpy" in flash.listdir("a")


def test_another_frozen_version_is_refused(
    board: Board, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repl, "AGENT", repl.AGENT + FROZEN.format("0.0.9"))
    before = board.flash.read_bytes()
    assert deploy(board) == 2
    assert f": has Torpor 0.0.9 frozen, and this is {__version__}; " in capsys.readouterr().err
    assert board.flash.read_bytes() == before


def test_a_configuration_and_its_secrets(
    board: Board, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(board, "--config", node_toml, "--json") == 0
    said = capsys.readouterr()
    assert list(json.loads(said.out)["sent_bytes"]) == ["config.json"]
    config = json.loads(content(board, "b/config.json"))
    space = config.pop("secrets")
    assert config == load(node_toml).config
    first = {f"{space}.wifi_password": WIFI, f"{space}.broker_password": BROKER}
    assert nvs(board) == first
    for secret in (WIFI, BROKER):
        assert secret not in said.out + said.err
        assert secret.encode() not in board.flash.read_bytes()
    assert board.start().returncode == 42  # deep sleep
    board.world.write_text(json.dumps({"nvs": first}))
    assert deploy(board, "--config", node_toml, "--json") == 0
    assert told(capsys)["up_to_date"]


def test_a_new_password_lies_beside_the_old_one_until_the_switch(
    board: Board, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(board, "--config", node_toml) == 0
    with files(board) as flash:
        flash.rename("boot.own", "boot.py")  # its trial has ended well
    before = json.loads(content(board, "b/config.json"))["secrets"]
    open_network = node_toml.read_text().replace(f'password = "{WIFI}"\n', "")
    node_toml.write_text(open_network.replace(BROKER, "another one"))
    assert deploy(board, "--config", node_toml) == 0
    after = json.loads(content(board, "a/config.json")).get("secrets", "torpor")
    assert after != before
    assert nvs(board) == {
        f"{before}.wifi_password": WIFI,
        f"{before}.broker_password": BROKER,
        f"{after}.broker_password": "another one",
    }
    assert deploy(board, "--config", node_toml) == 0
    assert "is up to date" in capsys.readouterr().out


def test_a_board_filled_by_hand_keeps_its_configuration(tmp_path: Path) -> None:
    board = Board(tmp_path, layout.file_system({}, SIZE))
    with files(board) as flash:
        flash.remove("boot.py")
        made = tmp_path / "firmware"
        for path in firmware.compile_tree(made):
            name = path.relative_to(made)
            flash.makedirs(name.parent.as_posix(), exist_ok=True)
            with flash.open(name.as_posix(), "wb") as file:
                file.write(path.read_bytes())
        with flash.open("config.json", "wb") as file:
            file.write(b'{"name":"by hand"}')
    assert deploy(board) == 0
    assert content(board, "a/config.json") == b'{"name":"by hand"}'
    assert content(board, "boot.py") == version.pointer("a")


def test_a_boot_py_of_another_release_tells_its_slot(
    board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    """What runs is not written to, and comes back by the very boot.py that it had."""
    older = version.pointer("a") + b"# of before\n"
    with files(board) as flash, flash.open("boot.py", "wb") as file:
        file.write(older)
    assert deploy(board, "--json") == 0
    document = told(capsys)
    assert (document["slot"], document["on_trial"]) == ("b", True)
    assert content(board, "boot.back") == older
    with files(board) as flash, flash.open("boot.py", "wb") as file:
        file.write(version.on_trial("b") + b"# of before\n")
    assert deploy(board, "--json") == 0
    assert told(capsys)["slot"] == "b"
    assert content(board, "boot.back") == older


def test_a_damaged_boot_py_is_replaced(board: Board) -> None:
    with files(board) as flash, flash.open("boot.py", "wb") as file:
        file.write(b"\xff\xfe")
    assert deploy(board) == 0
    assert content(board, "boot.py") == version.pointer("a")


def test_what_a_cut_left_aside_is_gone(board: Board) -> None:
    with files(board) as flash:
        flash.mkdir("new")
        with flash.open("new/awake.mpy", "wb") as file:
            file.write(bytes(5_000))
    assert deploy(board, "--files") == 0  # equal: nothing is done
    with files(board) as flash, flash.open("a/awake.mpy", "wb") as file:
        file.write(b"older")
    assert deploy(board) == 0
    with files(board) as flash:
        assert sorted(flash.listdir("/")) == [
            "a",
            "b",
            "boot.back",
            "boot.own",
            "boot.py",
            "trial",
        ]
        assert sorted(flash.listdir("b")) == sorted((*version.files(None), "config.json"))


class Elsewhere(repl.Board):
    """Its files lie on a device that it does not tell of."""

    def exec(self, program: str) -> str:
        if program.startswith("anew("):
            super().exec("del sys.modules['flashbdev']")
        return super().exec(program)


def test_a_folder_that_cannot_be_tidied_costs_no_deployment(board: Board) -> None:
    files = {**version.files(None), "main.py": b"print('new')"}
    with Line(board) as line:
        at = Elsewhere(line.port, 5)
        assert sending.deploy(at, files, None, lambda done: None).switched
        at.restart()
    assert content(board, "b/main.py") == b"print('new')"


def test_a_full_file_system_leaves_the_old_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Board(tmp_path, layout.file_system({"main.py": b"print('old')"}, 40_960))
    assert deploy(board) == 2
    assert capsys.readouterr().err.endswith("; its file system is full\n")
    assert board.start().stdout == "old\n"


def test_a_board_without_a_file_system_is_told_from_a_full_one(board: Board) -> None:
    """As MicroPython leaves it where it could not mount it, at the REPL after a Ctrl-C."""
    with Line(board) as line:
        at = repl.Board(line.port, 5)
        at.exec("import vfs\nvfs.umount('/')")
        with pytest.raises(BadInput) as said:
            sending.deploy(at, version.files(None), None, lambda done: None)
        at.restart()
    assert str(said.value).endswith("cannot be mounted: torpor flash makes a new one")


def test_a_micropython_too_old_is_left_alone(
    board: Board, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sending, "too_old", lambda numbers, text: text.startswith("1.29.0"))
    before = board.flash.read_bytes()
    assert deploy(board) == 2
    assert ": runs MicroPython 1.29.0" in capsys.readouterr().err
    assert board.flash.read_bytes() == before


def test_a_port_that_is_away_is_waited_for(
    board: Board,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As that of a board with USB of its own, which wakes now and then."""
    monkeypatch.setattr(ports, "DEVICES", str(tmp_path))
    name = tmp_path / "ttyACM0"
    with Line(board) as line:
        coming = threading.Timer(0.3, name.symlink_to, (line.port,))
        coming.start()
        assert cli.run(["deploy", "--port", str(name)]) == 0
        coming.join()
    said = capsys.readouterr()
    assert "is up to date" in said.out
    assert said.err == (
        f"torpor: {name}: not there, asleep? Press the board's RESET button, or plug it in\n"
    )
    name.unlink()
    monkeypatch.setattr(command, "WAIT_S", 0.1)
    assert cli.run(["deploy", "--port", str(name)]) == 2
    assert f"torpor: {name}: no such port; ports here: " in capsys.readouterr().err


def test_a_port_that_is_absent_busy_or_silent_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["deploy", "--port", str(tmp_path / "none")]) == 2
    assert ": no such port; ports here: " in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert cli.run(["deploy", "--port", str(tmp_path / "file")]) == 2
    assert ": is no serial port; ports here: " in capsys.readouterr().err
    monkeypatch.setattr(command, "WAIT_S", 0)
    master, slave = pty.openpty()
    tty.setraw(slave)
    port = os.ttyname(slave)
    assert cli.run(["deploy", "--port", port]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"torpor: {port}: does not answer; press its RESET button; is MicroPython on it?\n"
    )
    with serial.Serial(port, exclusive=True):
        assert cli.run(["deploy", "--port", port]) == 2
    assert capsys.readouterr().err.startswith(f"torpor: {port}: is busy; ")
    os.close(slave)
    os.close(master)


def test_a_line_that_stays_cut_is_told(
    board: Board, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "AGAIN_S", 0)
    with Line(board, cut_after=3_500) as line:
        assert cli.run(["deploy", "--port", line.port]) == 2
    *tries, last = capsys.readouterr().err.splitlines()
    assert len(tries) == command.ATTEMPTS
    assert last == (
        f"torpor: {line.port}: the line to the board was cut; it starts the version that it had, "
        "or the new one if all of it had arrived"
    )


@pytest.mark.parametrize(
    ("left", "printed", "code"), [("a", "a", 0), ("b", "b", 0), ("", "", world.SLEPT)]
)
def test_a_slot_that_is_damaged_starts_the_other_and_two_sleep(
    tmp_path: Path, left: str, printed: str, code: int
) -> None:
    """boot.py must not raise: the chip would end at its REPL, awake."""
    main = {f"{left}/main.py": f"print({left!r}, end='')".encode()} if left else {}
    boot = {"boot.py": version.pointer("a")}
    started = Board(tmp_path, filesystem.image({**main, **boot}, SIZE)).start()
    assert (started.stdout, started.returncode) == (printed, code)


@pytest.mark.parametrize(
    ("cause", "wake", "printed"),
    [
        (world.DEEPSLEEP, "print(path, end='')\n raise SystemExit", "/a/config.json"),
        (world.DEEPSLEEP, "raise ValueError", "main"),
        (world.HARD, "print('it was imported')", "main"),
    ],
)
def test_a_wake_goes_on_before_main_py_and_where_it_fails_that_follows(
    tmp_path: Path, cause: int, wake: str, printed: str
) -> None:
    slot = {"a/awake.py": f"def run(path):\n {wake}", "a/main.py": "print('main', end='')"}
    held = {name: text.encode() for name, text in slot.items()} | {"boot.py": version.pointer("a")}
    board = Board(tmp_path, filesystem.image(held, SIZE))
    board.world.write_text(json.dumps({**world.fresh(), "reset_cause": cause}))
    assert board.start().stdout == printed


def test_a_node_has_the_library_that_it_needs(
    board: Board, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the configuration that comes with it, or that the board has."""
    assert deploy(board, "--config", node_toml) == 0
    assert content(board, "b/awake.mpy") == version.files(b'{"pins": {}}')["awake.mpy"]
    node_toml.write_text(node_toml.read_text() + WATCH)
    capsys.readouterr()
    assert deploy(board, "--config", node_toml, "--json") == 0
    assert list(told(capsys)["sent_bytes"]) == [
        "awake.mpy",
        "config.json",
        "link.mpy",
        "monitor.mpy",
        "seldom.mpy",
    ]
    assert content(board, "b/awake.mpy") == version.files(None)["awake.mpy"]
    with files(board) as flash:
        flash.rename("boot.own", "boot.py")  # its trial has ended well
    assert deploy(board, "--json") == 0
    assert told(capsys)["up_to_date"]
