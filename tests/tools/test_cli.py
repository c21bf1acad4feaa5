"""The command line as a user meets it: one line for a fault, the exit status, a fast start."""

import subprocess
import sys

import click
import pytest

from host_sim.errors import BadInput
from tools import cli
from torpor import __version__


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"torpor {__version__}\n"


def test_help_names_every_command_and_imports_none() -> None:
    seen = "import sys; from tools import cli; cli.run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    text, modules = done.stdout.rsplit("\n", 2)[:2]
    for name, what in cli.COMMANDS.items():
        assert f"  {name} " in text
        assert what in text
        assert f"tools.commands.{name}" not in modules.split()
    assert not {"numpy", "matplotlib", "rich"} & set(modules.split())


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: torpor " + name)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["smi"], "torpor: no command smi; did you mean sim?\n"),
        (["xyzzy"], f"torpor: no command xyzzy; one of {', '.join(cli.COMMANDS)}\n"),
        (["--nope"], "torpor: No such option '--nope' (see torpor --help)\n"),
        (["sim"], "torpor: Missing argument 'SCENARIO' (see torpor sim --help)\n"),
    ],
)
def test_a_wrong_word_is_one_line(
    args: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", line)


def test_no_words_at_all_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    assert capsys.readouterr().err.startswith("Usage: torpor")


@pytest.mark.parametrize(
    ("fault", "status", "line"),
    [
        (BadInput("is no file", where="a.toml", remedy="name one"), 2, "a.toml: is no file; name"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (click.exceptions.Exit(1), 1, ""),
    ],
)
def test_what_a_command_raises_becomes_a_status(
    fault: BaseException,
    status: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.command()
    def command() -> None:
        raise fault

    monkeypatch.setattr(cli.Lazy, "get_command", lambda *_: command)
    assert cli.run(["sim"]) == status
    assert capsys.readouterr().err.startswith(f"torpor: {line}" if line else "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    """The pipe is closed before the command writes: no traceback, and not the status of a fault."""
    program = "import sys; sys.stdin.read(); from tools.cli import main; main()"
    command = [sys.executable, "-c", program, "--help"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        child.stdin.close()
        assert child.stderr.read() == b""
        assert child.wait() == cli.BROKEN_PIPE
