"""The command `torpor`: one file a subcommand, loaded when it is called."""

import difflib
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence

import click

from host_sim.errors import BadInput
from host_sim.files import inputs
from torpor import __version__

COMMANDS = {
    "init": "Write a project of your own, which passes as it is.",
    "sim": "Simulate a node and print where the charge went.",
    "diff": "Say why one run draws more than another.",
    "check": "Judge the budgets of scenarios, and say what changed.",
    "bisect": "Name the commit by which a budget was lost, and why.",
    "sweep": "Simulate every combination of values of some keys.",
    "fleet": "Simulate nodes drawn from distributions.",
    "lab": "Study a policy beside good practice and the optimum.",
    "report": "Write a run as a page, from a year down to one wake.",
    "view": "Show a run while it goes on, or a recording, in a browser.",
    "faults": "Break a simulated node at every call, and see it go on.",
    "engine": "Build the compiled engine, which makes long runs fast.",
    "trace": "Read, measure and digest power recordings.",
    "calibrate": "Fit a board to recordings of it.",
    "validate": "Compare a predicted wake with a recorded one.",
    "pil": "Let a processor decide in the simulated world.",
    "ulp": "Assemble and emulate a detector's first stage.",
    "flash": "Write MicroPython, firmware and configuration to a board.",
    "deploy": "Send a board the files that differ.",
    "announce": "Show nodes to Home Assistant.",
    "logs": "Print what a node keeps in its log, or its console.",
    "record": "Measure a board with a Power Profiler Kit II.",
    "board": "List boards and show their numbers with sources.",
    "boards": "List boards, as torpor board list does.",
    "drivers": "List the drivers of sensors and what they need.",
    "virtual-board": "Run the firmware behind a serial port without a board.",
}
COMPLETE = "_TORPOR_COMPLETE"  # as click names it
INTERRUPTED = 130  # 128 + SIGINT
BROKEN_PIPE = 141  # 128 + SIGPIPE


class Lazy(click.Group):
    """A group whose commands are modules of tools/torpor_tools/commands/, each with a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the README."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command's module."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"torpor_tools.commands.{name.replace('-', '_')}"
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command was meant."""
        if args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            remedy = f"did you mean {near[0]}?" if near else f"one of {', '.join(COMMANDS)}"
            raise BadInput(f"no command {args[0]}", remedy=remedy)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="torpor %(version)s")
def group() -> None:
    """Sleep-first firmware for ESP32 nodes, and a simulator that knows what it costs.

    Exit status: 0 it holds, 1 what was asked does not hold, 2 the input cannot be used.
    """


def main() -> None:
    """Run the command line and exit. What ends the program early still cleans up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _end)
    status = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done
    sys.exit(status)


class Ended(BaseException):
    """The program is to end: SIGTERM, or the terminal is gone."""


def _end(number: int, frame: object) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else Ended(number)


def run(args: Sequence[str]) -> int:
    """Run a command; every error of the user's is one line on stderr. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what it cannot print is no error
            stream.reconfigure(errors="replace")
    try:
        with inputs.remembered():
            return _run(args)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "torpor"
        _say(f"{error.format_message().rstrip('.')} (see {command} --help)")
    except click.ClickException as error:
        _say(error.format_message())
    except BadInput as error:
        _say(str(error))
    except MemoryError:
        _say("there is not enough memory for it")
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    except Ended as ended:
        _say(f"ended by {signal.Signals(ended.args[0]).name}")
        return 128 + int(ended.args[0])
    return 2


def _run(args: Sequence[str]) -> int:
    """Run it; what remains of the system's errors is of standard output."""
    try:
        status = _invoke(args)
        if sys.stdout:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        _close()
        return BROKEN_PIPE
    except OSError as error:
        if error.filename is None:
            _close()
        where = error.filename or "standard output"
        remedy = "choose another place"
        raise BadInput(error.strerror or str(error), where=where, remedy=remedy) from None


def _invoke(args: Sequence[str]) -> int:
    """Invoke click ourselves: its own main() turns a broken pipe into status 1, which is ours."""
    if asked := os.environ.get(COMPLETE):  # by a shell, of what may come next
        from click import shell_completion

        return shell_completion.shell_complete(group, {}, "torpor", COMPLETE, asked)
    try:
        with group.make_context("torpor", list(args)) as ctx:
            group.invoke(ctx)
    except click.exceptions.Exit as done:
        return done.exit_code
    return 0


def _close() -> None:
    """The reader went away or its disk is full: no more output, not even by the flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str) -> None:
    try:
        click.echo(f"torpor: {' '.join(message.split())}", err=True)
    except OSError:  # nobody hears it: the status is to be told all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


if __name__ == "__main__":
    main()
