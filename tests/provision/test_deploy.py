"""torpor deploy: to the real MicroPython at its REPL, on a LittleFS image behind a PTY."""

import json
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from tests.provision.board import Board, Line
from tests.provision.conftest import BROKER, WIFI
from tests.provision.deployed import SIZE, content, deploy, files, nvs, told
from torpor import __version__
from torpor_tools.fakes import world
from torpor_tools.provision import filesystem, firmware, layout, repl, sending, version
from torpor_tools.provision.node_toml import load

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


def test_what_is_equal_is_not_sent(board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    with files(board) as flash, flash.open("a/torpor.log", "wb") as file:
        file.write(b"starting clean\n")  # the node's own
    before = board.flash.read_bytes()
    assert deploy(board, "--json") == 0
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert document["up_to_date"]
    assert document["slot"] == "a"
    assert said.err == ""
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
    assert deploy(board, "--json") == 0
    document = told(capsys)
    assert (document["up_to_date"], document["slot"]) == (True, "b")


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
    assert content(board, "boot.own") == version.pointer("b", library=False)
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


def test_the_first_version_ends_the_log_of_starts_without_one(
    tmp_path: Path, node_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = Board(tmp_path, filesystem.image({"torpor.log": b"OSError: [Errno 2] ENOENT"}, SIZE))
    assert deploy(board, "--config", node_toml) == 0
    assert "--follow tells if it cannot join" in capsys.readouterr().err  # for it has no trial
    with files(board) as flash:
        assert sorted(flash.listdir("/")) == ["a", "boot.py"]


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


class Garbled(repl.Board):
    """Of what is sent to it a byte changes on its way, and its line tells nothing of that."""

    def exec(self, program: str) -> str:
        return super().exec(program.replace("a2b_base64('A", "a2b_base64('B", 1))


def test_what_arrived_changed_is_not_switched_to(board: Board) -> None:
    before = content(board, "boot.py")
    files = {**version.files(None), "main.py": b"\0print('new')"}
    with Line(board) as line:
        at = Garbled(line.port, 5)
        with pytest.raises(BadInput, match="what arrived is not what was sent"):
            sending.deploy(at, files, None, lambda done: None)
        at.restart()
    assert content(board, "b/main.py") == b"\x04print('new')"
    assert content(board, "boot.py") == before


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
