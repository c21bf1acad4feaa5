"""The door of all that is written, on real files and a disk that is full."""

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs
from host_sim.trace import reader, writer
from host_sim.trace.recording import Recording
from tests.disk import no_room


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with outputs.beside(path) as part:
        part.write_text("new")
        assert part.suffix == ".csv"
        assert path.read_text() == "old"
    assert everything(tmp_path) == {"out.csv": b"new"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def write_half() -> None:
        with outputs.beside(path) as part:
            part.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert everything(tmp_path) == {"out.csv": b"old"}


def test_a_full_disk_is_said_of_the_file_that_did_not_fit(tmp_path: Path) -> None:
    """And of several none takes its place."""
    (tmp_path / "a").write_text("old")
    files = {tmp_path / "a": b"1234", tmp_path / "b": b"12345678"}
    with pytest.raises(BadInput, match=r"/b: cannot be written \(File too large\)"), no_room(4):
        outputs.write(files)
    assert everything(tmp_path) == {"a": b"old"}
    outputs.write(files)
    assert everything(tmp_path) == {"a": b"1234", "b": b"12345678"}


@pytest.mark.parametrize("ending", writer.WRITERS)
def test_no_format_calls_half_a_file_whole(ending: str, tmp_path: Path) -> None:
    """pyjls itself does not say that the disk was full."""
    path = tmp_path / f"out{ending}"
    noise = np.random.default_rng(1).normal(50_000, 100, 20_000).astype(np.float32)
    with no_room(4096), pytest.raises(BadInput, match=f"out{ending}: cannot be written"):
        writer.write(path, Recording("test", 1000.0, noise))
    assert everything(tmp_path) == {}
    writer.write(path, Recording("test", 1000.0, noise))
    assert len(reader.read(path).current_ua) == len(noise)


def test_a_link_stays_and_its_file_keeps_its_rights(tmp_path: Path) -> None:
    path, link = tmp_path / "out", tmp_path / "link"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to("out")
    outputs.write({link: b"new"})
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        outputs.write({tmp_path / "out": b""})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def test_what_was_read_is_not_replaced(tmp_path: Path) -> None:
    """By another name too, and though nobody claimed it before."""
    path, hard = tmp_path / "in", tmp_path / "hard"
    path.write_text("mine")
    hard.hardlink_to(path)
    with inputs.remembered():
        assert inputs.text(path) == "mine"
        for out in (path, hard):
            with pytest.raises(BadInput, match="is an input of this command"):
                outputs.write({out: b"new"})
        outputs.write({path: b"new"}, renewed=True)
    outputs.write({hard: b"new"})
    assert everything(tmp_path) == {"in": b"new", "hard": b"new"}


@pytest.mark.parametrize(
    "own",
    [
        "boards/xiao_esp32c3/board.toml",
        "README.md",
        "host_sim/scenarios/garden.toml",
        "docs/garden.png",
    ],
)
def test_what_ships_is_nobodys_output(own: str) -> None:
    path = outputs.PROJECT / own
    assert path.is_file()
    with pytest.raises(BadInput, match="is a file of Torpor's own"):
        outputs.claim(path, force=True)
    assert outputs.own(path)


def test_a_users_file_beside_the_checkouts_is_no_own_one() -> None:
    assert not outputs.own(outputs.PROJECT / "year.png")
    assert not outputs.own(outputs.PROJECT.parent / "boards" / "mine" / "board.toml")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_what_a_file_system_refuses_is_told_before_the_work() -> None:
    """Also to the superuser, whom no right keeps from it."""
    with pytest.raises(BadInput, match=r"^/proc/x.json: cannot be written \(.*\); choose another"):
        outputs.claim(Path("/proc/x.json"))


def test_a_claim_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    for name in ("old", "new"):
        outputs.claim(tmp_path / name, force=True)
    assert everything(tmp_path) == {"old": b"old"}


def test_of_two_that_make_a_folder_the_slower_is_told(tmp_path: Path) -> None:
    outputs.folder(tmp_path / "new", {"a": b"1"})
    with pytest.raises(BadInput, match="/new: exists; remove it or choose another name"):
        outputs.folder(tmp_path / "new", {"a": b"2"})
    assert everything(tmp_path / "new") == {"a": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_of_another_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "out"
    made = outputs.begins(b"# ours")
    outputs.claim(path, made=made)
    path.write_text("# ours, of yesterday")
    outputs.claim(path, made=made)
    path.write_text("# theirs")
    with pytest.raises(BadInput, match=r"exists, and Torpor did not make it; .* --force"):
        outputs.claim(path, made=made)
    outputs.claim(path, made=made, force=True)
    with pytest.raises(BadInput, match="is an input"):
        outputs.claim(path, [tmp_path / "none", path], made=made, force=True)
