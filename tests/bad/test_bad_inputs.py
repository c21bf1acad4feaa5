"""Commands × bad inputs: one line on stderr, exit 2, nothing written, and an end in time.

A command that is added joins by itself: by what its parameters are declared to be.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serial.tools import list_ports

from host_sim.files import outputs
from host_sim.lab import study
from host_sim.progress import silent
from tests.bad import lines, words
from tests.bad.lines import Line
from tests.disk import no_room
from tests.refused import contents, refused, watched
from torpor_tools import cli, params
from torpor_tools.line import Command

LINES = lines.lines()
Capture = pytest.CaptureFixture[str]


def declared(line: Line) -> list[click.Parameter]:
    """The parameters that take a word."""
    return [p for p in line.command.params if not (isinstance(p, click.Option) and p.is_flag)]


ROWS = [
    pytest.param(line.with_(param, word), id=f"{line.name} {param.opts[-1]}: {what}")
    for line in LINES
    for param in declared(line)
    for what, word in words.bad(param.type).items()
]
LEFT_OUT = [
    pytest.param(line.with_(param, ""), param, id=f"{line.name} without {param.opts[-1]}")
    for line in LINES
    for param in declared(line)
    if lines.needed(param)
]
OUTPUTS = [
    pytest.param(line, param, id=f"{line.name} {param.opts[-1]}")
    for line in LINES
    for param in declared(line)
    if isinstance(param.type, params.Output | params.Folder)
]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All files, good and bad, and a port at whose other end nobody reads or answers."""
    folder = tmp_path_factory.mktemp("bad", numbered=False)
    ours, theirs = os.openpty()
    words.furnish(folder, os.ttyname(theirs))
    yield folder
    os.close(ours)
    os.close(theirs)


@cache
def studied(policy: str, data: Path | None) -> study.Study:
    """Worked out once: what the disk does to its files, or a word to the line, is not of it."""
    return of(policy, data, silent)


of = study.of


@pytest.fixture
def folder(furnished: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as the working directory; what is in own/ is Torpor's."""
    monkeypatch.chdir(furnished)
    monkeypatch.setattr(outputs, "PROJECT", furnished / "own")
    monkeypatch.setattr(list_ports, "comports", list)  # a board at this desk is left alone
    monkeypatch.setattr(study, "of", lambda policy, data, progress: studied(policy, data))
    return furnished


def test_there_is_a_table() -> None:
    assert len(ROWS) + len(LEFT_OUT) + len(OUTPUTS) >= 300
    assert {line.words[0] for line in LINES} == set(cli.COMMANDS)
    assert all(isinstance(line.command, Command) for line in LINES)


@pytest.mark.parametrize("args", ROWS)
def test_a_bad_word_is_refused(args: list[str], folder: Path, capsys: Capture) -> None:
    refused(args, folder, capsys)


@pytest.mark.parametrize(("args", "param"), LEFT_OUT)
def test_a_word_that_is_left_out_is_asked_for(
    args: list[str], param: click.Parameter, folder: Path, capsys: Capture
) -> None:
    at = args.index("")
    del args[at - isinstance(param, click.Option) : at + 1]
    refused(args, folder, capsys)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_what_no_command_knows_is_refused(line: Line, folder: Path, capsys: Capture) -> None:
    for unknown in ("--nobody", "-ö"):
        said = refused([*line.words, unknown], folder, capsys)
        assert "No such option" in said or "Missing" in said


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in LINES
        if not line.asks_a_port and line.name not in (*lines.ENDLESS, *lines.HISTORIC)
    ],
    ids=lambda line: line.name,
)
def test_the_same_line_with_good_words_holds(
    line: Line, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the rows above would show nothing."""
    for name in lines.FILES.values():
        shutil.copy(folder / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert cli.run(line.with_()) in (0, 1)


@pytest.mark.parametrize(("line", "param"), OUTPUTS)
def test_a_full_disk_leaves_nothing_and_loses_nothing(
    line: Line,
    param: click.Parameter,
    folder: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the moment that a file or a folder is made beside its place. With --force over another,
    too.
    """
    for name in (
        lines.RECORDING,
        lines.NODE,
        lines.FIRMWARE,
        lines.SAMPLES,
        lines.FLEET,
        lines.PORT,
    ):
        shutil.copy(folder / name, tmp_path, follow_symlinks=False)
    monkeypatch.chdir(tmp_path)
    new, new_folder = outputs._new, outputs.folder

    @contextmanager
    def full(target: Path) -> Iterator[Path]:
        with new(target) as part, no_room():
            yield part

    def full_folder(path: Path, files: Mapping[str, bytes]) -> None:
        with no_room():
            new_folder(path, files)

    monkeypatch.setattr(outputs, "_new", full)
    monkeypatch.setattr(outputs, "folder", full_folder)
    (word,) = lines.good(param)
    for flags in ([], ["--force"]):
        if flags and isinstance(param.type, params.Output):
            Path(word).write_text("theirs")
        said = refused(line.with_(None, "", *flags), tmp_path, capsys, late=True)
        assert line.asks_a_port or "new" in said
        assert "standard output" not in said


@pytest.mark.parametrize(
    ("line", "param", "ending"),
    [
        pytest.param(line, param, (*param.type.endings, "")[0], id=line.name)
        for line in LINES
        for param in declared(line)
        if isinstance(param.type, params.Output)
    ],
)
def test_an_output_replaces_no_input(
    line: Line, param: click.Parameter, ending: str, folder: Path, capsys: Capture
) -> None:
    """By whatever name, --force or not."""
    for one in (p for p in declared(line) if isinstance(p.type, params.Input)):
        (name,) = lines.good(one)
        soft, hard = Path(f"soft{ending}"), Path(f"hard{ending}")
        soft.symlink_to(name)
        hard.hardlink_to(name)
        for link in (soft, hard):
            said = refused(line.with_(param, str(link), "--force"), folder, capsys)
            assert "is an input of this command" in said
        soft.unlink()
        hard.unlink()


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_ends_in_a_line_or_holds(
    data: st.DataObject, folder: Path, capsys: Capture
) -> None:
    """Any text in the place of any word; two of them at once."""
    line = data.draw(st.sampled_from([one for one in LINES if one.name not in lines.ENDLESS]))
    args = line.with_()
    text = st.text(st.characters(exclude_characters="\0"), max_size=12)
    numbers = st.floats().map(str) | st.integers().map(str)
    names = st.sampled_from(sorted(words.NO_FILES.values()))
    for _ in range(2):
        at = data.draw(st.integers(len(line.words), len(args)))
        args.insert(at, data.draw(text | numbers | names))
    if "--help" in args:
        return
    before = contents(folder)
    with watched():
        status = cli.run(args)
    said = capsys.readouterr()
    assert status in (0, 1, 2)
    if status == 2:
        assert said.err.startswith("torpor: ")
        assert said.err.count("\n") == 1
        assert contents(folder) == before
    for path in set(contents(folder)) - set(before):
        shutil.rmtree(path) if Path(path).is_dir() else Path(path).unlink(missing_ok=True)
