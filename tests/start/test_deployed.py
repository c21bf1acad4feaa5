"""What a wake reads where MicroPython wrote the folders itself, again and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provision.board import Board, Line
from tests.start import counting
from torpor_tools.provision import layout, repl, sending, version

START = ("mount", "boot.py", "imports")


@pytest.fixture(scope="module")
def woken() -> Iterator[Path]:
    """A folder with the programs, and what RTC memory keeps until a wake that measures."""
    with counting.laid_out("files", counting.ALONE) as folder:
        (folder / "kept").write_text(counting.unix(folder, "files")[-1])
        yield folder


def reads(folder: Path, flash: bytes) -> int:
    """Of a start from this file system, in that wake."""
    (folder / "flash.img").write_bytes(flash)
    *lines, _ = counting.unix(folder, "files")
    counts = {stage: int(count) for stage, count, _ in (line.rsplit(" ", 2) for line in lines)}
    return sum(counts[stage] for stage in START)


@pytest.mark.parametrize("trial", [False, True])
def test_after_deployments_a_start_reads_little_more(
    tmp_path: Path, woken: Path, trial: bool
) -> None:
    """However many there were, and whatever they changed; untidied, 2.6 and then 3.5 times."""
    given = {**version.files(None), version.CONFIG: counting.config()}
    files = version.fitting(given, counting.ALONE)
    board = Board(tmp_path, layout.file_system(files, counting.FLASH_BYTES))
    flashed = reads(woken, board.flash.read_bytes())
    for number in range(5):
        changed = {**given, "main.py": given["main.py"] + b"#\n" * (number + 1)}
        if number == 3:
            changed |= {name: given[name] + b"\0" for name in ("awake.mpy", "link.mpy")}
        with Line(board) as line:
            at = repl.Board(line.port, 5)
            done = sending.deploy(at, changed, None, lambda done: None, trial=trial)
            assert done.on_trial == trial
            if trial:
                at.exec(END)
            at.restart()
        assert reads(woken, board.flash.read_bytes()) < 1.3 * flashed


# What a trial that ends well does: five notes, each a change, and then its end.
END = """
for event in "bdbds":
    with open("/trial", "a") as file:
        file.write(event)
import machine
text = open("/boot.py").read()
reset, machine.reset = machine.reset, lambda: None
exec(text[:text.index("trial = Trial")])
Trial("/a", "/b")._end("own")
machine.reset = reset
"""
