"""What commands print: JSON for programs, tables for people, progress on stderr."""

import json
import os
import re
import shutil
import time
from collections.abc import Iterable
from typing import Any

import click
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table


class _Console(Console):
    def print(self, *objects: Any, **how: Any) -> None:
        """Print as rich does, but without the blanks that fill a table's last column."""
        with self.capture() as printed:
            super().print(*objects, **how)
        click.echo(FILLED.sub("", printed.get()), nl=False, color=True)  # as rich has it


FILLED = re.compile(r" +$", re.MULTILINE)
NARROWEST = 80  # columns that every table fits; also what a pipe gets, which has no width to ask
console = _Console(
    width=max(NARROWEST, shutil.get_terminal_size((NARROWEST, 24)).columns), highlight=False
)


def as_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def table(title: str, *columns: str) -> Table:
    """An empty table: names to the left, figures to the right.

    Where a row is too long its name is folded; no cell is ever cut.
    """
    out = Table(
        title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    for i, column in enumerate(columns):
        figures = i > 0
        justify: JustifyMethod = "right" if figures else "left"
        out.add_column(column, justify=justify, no_wrap=figures, overflow="fold")
    return out


def facts(title: str, pairs: Iterable[tuple[str, str]]) -> Table:
    """A name and what it is a line; text is taken as it is."""
    out = table(title, "")
    out.show_header = False
    out.add_column(overflow="fold")
    for name, value in pairs:
        out.add_row(escape(name), escape(value))
    return out


def doubts(lines: Iterable[str]) -> None:
    """What to know before a result is believed, a line each on stderr."""
    for line in lines:
        click.echo(f"torpor: {line}", err=True)


class Progress:
    """A line on stderr, from the second second on, on a terminal only."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.started = self.shown = time.monotonic()
        self.visible = False

    def __call__(self, done: float) -> None:
        """Show a fraction of 1."""
        now = time.monotonic()
        if now - self.started < 2 or now - self.shown < 0.2 or not os.isatty(2):
            return
        self.shown = now
        self.visible = True
        left_s = (now - self.started) * (1 - done) / max(done, 1e-9)
        click.echo(f"\r{self.what}: {done:4.0%}, {left_s:3.0f} s left ", err=True, nl=False)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Clear the line."""
        if self.visible:
            click.echo("\r" + " " * (len(self.what) + 24) + "\r", err=True, nl=False)


class Compiling(Progress):
    """The progress of compiling the engine, announced at once: it takes a while."""

    def __init__(self) -> None:
        super().__init__("compiling")
        self.said = False

    def __call__(self, done: float) -> None:
        """Show a fraction of 1."""
        if not self.said:
            click.echo("torpor: compiling the engine, once for this machine: a minute", err=True)
            self.said = True
        super().__call__(done)
