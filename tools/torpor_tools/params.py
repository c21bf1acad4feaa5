"""What a command's words are: files to read, files to write, ports, names and numbers.

Each is checked as click reads the line, before the command runs. A command that declares its words
so needs no checks of its own, and tests/bad tries every bad one on it.
"""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs, picture
from host_sim.files.outputs import Made, nobodys
from host_sim.hardware import board
from host_sim.home import home
from host_sim.spec import scenario
from host_sim.spec.changes import once
from host_sim.spec.scenariofile import LEAST_DAYS, MOST_DAYS

FORCE = "force"

Type = click.ParamType[Any]
Kind = TypeVar("Kind", bound=Type)


class Named(Type):
    """A path. An empty word is refused: as a path it is the folder that one is in."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        if not str(value):
            self.fail("it is empty", param, ctx)
        return Path(value)


class Input(Named):
    """A file to read; `what` is for the reader of --help."""

    def __init__(self, what: str = "file", most_bytes: int | None = None) -> None:
        self.name, self.most_bytes = what, most_bytes

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        inputs.check(path, self.most_bytes)
        return path

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:
        """Files."""
        return [CompletionItem(incomplete, type="file")]


class Judged(Input):
    """A recording to read, or a scenario."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        return Path(value) if is_scenario(value) else super().convert(value, param, ctx)


def is_scenario(word: str | Path) -> bool:
    """Whether a word names a scenario or a home: one that ships, or a TOML file."""
    return str(word) in scenarios() or Path(word).suffix == ".toml"


class Output(Named):
    """A file to write; `made` tells by a file's ends whether it is one that Torpor made."""

    name = "file"

    def __init__(self, endings: Iterable[str] = (), made: Made = nobodys) -> None:
        self.endings, self.made = tuple(endings), made

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        if self.endings and path.suffix not in self.endings:
            what = f"no format ends in {path.suffix or 'nothing'}"
            raise BadInput(what, where=path, remedy=f"one of {', '.join(self.endings)}")
        return path


class Kept(Named):
    """A file that the command goes on with, or makes where there is none."""

    name = "file"

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        if os.path.lexists(path):
            inputs.check(path, self.most_bytes)
        outputs.claim(path, force=True)
        return path


class Link(Named):
    """A new name for something."""

    name = "path"

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        inputs.named(path)
        if os.path.lexists(path):
            raise outputs.exists(path)
        outputs.claim(path)
        return path


class Folder(Named):
    """A folder that a command fills, and claims the files of; it is told --force."""

    name = "folder"

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        inputs.named(path)
        if path.exists() and not path.is_dir():
            raise BadInput("is no folder", where=path, remedy="name another")
        return path


class Recordings(Named):
    """A folder of recordings to read."""

    name = "folder"

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """As a path."""
        path = super().convert(value, param, ctx)
        inputs.named(path)
        if not path.is_dir():
            raise BadInput("no such folder", where=path, remedy="name one with recordings")
        return path


class Port(Type):
    """A serial port; `may_come` is of a command that waits for one that is away."""

    name = "port"

    def __init__(self, may_come: bool = False) -> None:
        self.may_come = may_come

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """As it is."""
        from torpor_tools.provision import ports  # pyserial looks for ports

        if not value:
            self.fail("it is empty", param, ctx)
        if not (self.may_come and ports.is_away(value)):
            ports.check(value)
        return str(value)


class Name(Type):
    """The name of something that ships, or the path of one's own; who loads it knows which."""

    def __init__(self, what: str, names: Callable[[], list[str]]) -> None:
        self.name, self.names = what, names

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """As it is."""
        inputs.named(Path(value))
        if not value:
            self.fail("it is empty", param, ctx)
        return str(value)

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:
        """What ships, and files."""
        names = (name for name in self.names() if name.startswith(incomplete))
        return [*map(CompletionItem, names), CompletionItem(incomplete, type="file")]


class Text(Type):
    """Words for a reader, on one line."""

    name = "text"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """As it is."""
        if not str(value).isprintable():
            self.fail("more than a line, or no UTF-8", param, ctx)
        return str(value)


class Number(Type):
    """A finite number within these bounds."""

    name = "number"

    def __init__(self, least: float, most: float, unit: str = "") -> None:
        self.least, self.most, self.unit = least, most, unit

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """As a float."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not self.least <= number <= self.most:
            said = value or "nothing"
            self.fail(f"{said} is not from {self.least:,} to {self.most:,}{self.unit}", param, ctx)
        return number


def scenarios() -> list[str]:
    """The names that ship, homes among them."""
    return [*scenario.names(), *home.names()]


RECORDING, JUDGED = Input("recording"), Judged("recording")
NODE = Input("node.toml", inputs.TEXT_BYTES)
FLEET = Input("fleet.toml", inputs.TEXT_BYTES)
BENCH = Input("bench.toml", inputs.TEXT_BYTES)
BOARD, SCENARIO = Name("board", board.names), Name("scenario", scenarios)
PROGRAM = Name("program", list)
PORT, TEXT, DATA = Port(), Text(), Recordings()
DAYS = Number(LEAST_DAYS, MOST_DAYS, " days")
PICTURE = Output(picture.ENDINGS, picture.made)


class Command(click.Command):
    """A command whose outputs are claimed before it runs; it has --force where it writes.

    No key of a scenario is set twice, be it by --set or by an option of its own.
    """

    set_once = "write it once"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if any(isinstance(param.type, Output | Folder) for param in self.params):
            text = "Replace any file but an input or Torpor's own."
            self.params.append(click.Option([f"--{FORCE}"], is_flag=True, help=text))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Each error of the line names this command's help, also where click leaves it out."""
        with click.core.augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Check what is to be written against what is to be read, then run."""
        asked = {param: ctx.params.get(param.name or "") for param in self.params}
        once(_changes(ctx.params), self.set_once)
        sources = [Path(value) for kind in (Input, Name) for _, value in _of(asked, kind)]
        if any(isinstance(param.type, Output) for param in self.params):
            forced = ctx.params[FORCE]
            if not any(isinstance(param.type, Folder) for param in self.params):
                del ctx.params[FORCE]
            for kind, path in _of(asked, Output):
                outputs.claim(path, sources, force=forced, made=kind.made)
        return super().invoke(ctx)


def _changes(given: dict[str, Any]) -> Iterator[str]:
    """What a line changes of a scenario, as --set would say it (`options.length` does)."""
    for name in ("changes", "settings", "axes", "length"):
        yield from given.get(name, ())
    if given.get("seed") is not None:
        yield f"seed={given['seed']}"


def _of(asked: dict[click.Parameter, Any], kind: type[Kind]) -> Iterator[tuple[Kind, Any]]:
    """Each value of a kind of parameter, and its type."""
    for param, value in asked.items():
        if isinstance(param.type, kind) and value is not None:
            for one in value if isinstance(value, tuple) else (value,):
                yield param.type, one


def given(name: str) -> bool:
    """Whether a parameter of the running command stands on its line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def apart(*wrong: tuple[Any, str, str]) -> None:
    """BadInput where options do not go together: the case, what is wrong, the remedy of each."""
    for is_so, what, remedy in wrong:
        if is_so:
            raise BadInput(what, remedy=remedy)


def unused(names: Iterable[str], why: str) -> None:
    """BadInput where one of these parameters stands on the line: nothing would hear of it."""
    context = click.get_current_context()
    for param in context.command.params:
        if param.name in names and given(param.name):
            raise BadInput(f"{param.opts[-1]} is for nothing: {why}", remedy="leave it out")
