"""What a command's words are: files to read, files to write, ports, names and numbers.

Each is checked as click reads the line, before the command runs. A command that declares its words
so needs no checks of its own, and tests/bad tries every bad one on it.
"""

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs, picture
from host_sim.files.outputs import Made, nobodys
from host_sim.hardware import board
from host_sim.home import home
from host_sim.spec import scenario
from host_sim.spec.scenariofile import LEAST_DAYS, MOST_DAYS

Type = click.ParamType[Any]


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
        if path.suffix in (".html", ".toml") and not path.exists():
            what = "ends as a file does, and a folder is written"
            raise BadInput(what, where=path, remedy=f"name it {path.stem}")
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
