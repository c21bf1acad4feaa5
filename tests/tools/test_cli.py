"""The command line as a user meets it: one line for a fault, the exit status, a fast start."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from host_sim.errors import BadInput
from host_sim.spec import scenario
from tests.answered import answered
from tests.conftest import sources
from tests.refused import refused
from torpor import __version__
from torpor_tools import cli


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"torpor {__version__}\n"


def test_help_names_every_command_and_imports_none() -> None:
    seen = "import sys; from torpor_tools import cli; cli.run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    text, modules = done.stdout.rsplit("\n", 2)[:2]
    for name, what in cli.COMMANDS.items():
        assert f"  {name} " in text
        assert what in text
        assert f"torpor_tools.commands.{name}" not in modules.split()
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
        (
            ["trace", "info", "--unit"],
            "torpor: Option '--unit' requires an argument (see torpor trace info --help)\n",
        ),
    ],
)
def test_a_wrong_word_is_one_line(
    args: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", line)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("sim garden --days 1 --set days=2", "days"),
        ("sim garden --seed 5 --set seed=6", "seed"),
        ("sim hall --set days=1 --set days=1", "days"),
        ("check garden --set node.mode=eco --set node.mode=full", "node.mode"),
        ("diff garden --days 1 --set days=2", "days"),
        ("report garden --set seed=1 --set seed=2 -o page", "seed"),
        ("view garden --set seed=1 --set seed=2", "seed"),
        ("sweep garden --days 2 --set days=1,3", "days"),
        ("fleet fleet.toml --set days=1 --set days=2", "days"),
        ("validate garden --set seed=1 --set seed=2", "seed"),
    ],
)
def test_no_key_is_set_twice(
    line: str,
    key: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fleet.toml").touch()
    assert refused(line.split(), tmp_path, capsys).startswith(f"torpor: {key} is set twice; write")


@pytest.mark.parametrize("command", ["sim", "check", "diff", "sweep"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("node.task.climate.period_s=600", "node.task.0.period_s=900"),
        ("node.task.0.period_s=600", "node.task.climate.period_s=900"),
        ("world.wifi.busy=0.5", "world.wifi={}"),
    ],
)
def test_no_key_undoes_another(
    command: str, first: str, second: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = [command, "garden", "--days", "0.1", "--set", first, "--set", second]
    said = refused(line, tmp_path, capsys)
    assert f"--set {second} replaces --set {first.partition('=')[0]}; give one of them" in said


def test_a_table_that_is_set_may_be_changed_behind_it() -> None:
    changes = ("node.report={early_s = 60}", "node.report.period_s=7200")
    report = scenario.load("garden", changes).file.node.report
    assert report
    assert (report.early_s, report.period_s) == (60, 7200)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("torpor sim g", "plain,garden"),
        ("torpor sim hal", "plain,hall"),
        ("torpor board show xiao_esp32s", "plain,xiao_esp32s3"),
        ("torpor sim --inter", "plain,--interval"),
        ("torpor dri", "plain,drivers"),
        ("torpor flash --config no", "file,no"),
    ],
)
def test_a_shell_is_told_what_may_come_next(
    typed: str, offered: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By click's own script for it, which asks the program."""
    for name, value in (
        ("_TORPOR_COMPLETE", "bash_complete"),
        ("COMP_WORDS", typed),
        ("COMP_CWORD", str(typed.count(" "))),
    ):
        monkeypatch.setenv(name, value)
    assert cli.run([]) == 0
    assert offered in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["deploy", "logs"])
def test_what_may_be_left_out_is_not_called_required(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([name, "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "where left out, the only one that there is. -" in out


def test_help_has_a_short_name(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["sim"], ["board", "list"]):
        assert cli.run([*words, "-h"]) == 0
        assert capsys.readouterr().out.startswith("Usage: torpor")


def test_drivers_are_listed_with_what_they_need(capsys: pytest.CaptureFixture[str]) -> None:
    told = {one["driver"]: one for one in answered(capsys, "drivers")}
    assert told["bl0937"]["not_on"] == ["ESP32-C3"]
    assert told["bl0937"]["keys"] == {"pin": None, "mj_per_pulse": None}
    assert told["sht3x.humidity"]["keys"] == {"sda": "sda", "scl": "scl"}
    assert cli.run(["drivers"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in told)


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


TORPOR = [sys.executable, "-m", "torpor_tools.start"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": sources()}


def torpor(*args: str, **more: Any) -> "subprocess.CompletedProcess[bytes]":
    environment = {**ENVIRONMENT, **more.pop("env", {})}
    return subprocess.run([*TORPOR, *args], env=environment, stderr=subprocess.PIPE, **more)


@pytest.mark.parametrize(
    ("encoding", "read_as"), [("ascii", "utf-8"), ("latin-1", "latin-1"), ("utf-8", "utf-8")]
)
def test_a_terminal_of_few_signs_is_no_error(encoding: str, read_as: str) -> None:
    """And one that says nothing but ASCII, as by LC_ALL=C, is taken for one of UTF-8."""
    done = torpor("board", "list", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert {"esp32c3", "µA"} <= {*re.findall(r"esp32c3|µA", done.stdout.decode(read_as))}


def test_through_a_pipe_no_line_ends_in_blanks() -> None:
    for args in (["sim", "garden", "--days", "1"], ["board", "list"]):
        printed = torpor(*args, stdout=subprocess.PIPE).stdout.decode()
        assert [line for line in printed.splitlines() if line != line.rstrip()] == []


def test_a_name_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"f\xfcr.csv")).write_text("x")
    done = torpor("trace", "info", os.fsdecode(b"f\xfcr.csv"), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == b"torpor: f?r.csv: its name is not UTF-8; rename it\n"


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_is_closed_is_no_error(closed: int) -> None:
    done = torpor("board", "list", preexec_fn=lambda: os.close(closed), stdout=subprocess.DEVNULL)
    assert done.returncode == 0
    assert done.stderr == b""


def test_ctrl_c_amid_the_imports_is_one_line() -> None:
    """It comes when the first module is asked for, which no finder that is there has."""
    program = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *rest):
        if name == "torpor_tools.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
signal.signal(signal.SIGINT, signal.default_int_handler)
from torpor_tools import start
start.main()
"""
    command = [sys.executable, "-c", program, "--version"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (cli.INTERRUPTED, b"torpor: interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_ends_a_command_leaves_no_half_file(number: signal.Signals, tmp_path: Path) -> None:
    """It comes when the file beside its place is there and nothing is in it yet."""
    program = f"""
import os, signal, sys
from pathlib import Path
from host_sim.files import outputs
from torpor_tools import cli
sync = outputs._sync
def end(path):
    assert len(list(Path.cwd().iterdir())) == 1
    os.kill(os.getpid(), {number})
    sync(path)
outputs._sync = end
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup's tests ignore it
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main()
"""
    command = [sys.executable, "-c", program, "ulp", "assemble", "adc", "-o", "adc.bin"]
    done = subprocess.run(
        command, env=ENVIRONMENT, cwd=tmp_path, stderr=subprocess.PIPE, check=False
    )
    assert done.returncode == 128 + number
    assert done.stderr.startswith(b"torpor: ")
    assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    """The pipe is closed before the command writes: no traceback, and not the status of a fault."""
    program = "import sys; sys.stdin.read(); from torpor_tools.cli import main; main()"
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


@pytest.mark.parametrize(
    "line",
    [
        "sim garden --days 0.1 --save new.json",
        "sim garden --days 0.1 --compare --plot new.svg",
        "check garden --days 0.1 --seeds 1 --markdown new.md",
        "check garden --days 0.1 --seeds 1 --baseline new.toml --update-baseline",
        "sweep garden --days 0.1 --set seed=1 --workers 1 --html new.html",
        "validate --plot new.svg",
    ],
)
def test_files_are_made_though_the_reader_goes_away(line: str, tmp_path: Path) -> None:
    """As `| head` does."""
    read, write = os.pipe()
    os.close(read)
    done = torpor(*line.split(), cwd=tmp_path, stdout=write)
    os.close(write)
    assert done.returncode == cli.BROKEN_PIPE
    assert [path.stem for path in tmp_path.iterdir()] == ["new"]


def test_where_nobody_hears_the_error_the_status_tells_it() -> None:
    """And not that of a budget that does not hold."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from torpor_tools.cli import main; main()", "sim", "nope"]
    done = subprocess.run(command, stderr=write, stdout=write, check=False)
    os.close(write)
    assert done.returncode == 2
