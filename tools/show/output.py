"""What commands print: JSON for programs, tables for people, progress on stderr."""

import json
import os
import time
from typing import Any

import click
from rich.console import Console
from rich.table import Table


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to tools.cli, as for everything that prints."""
        raise BrokenPipeError


# Piped output has no terminal to ask: wide enough that no column of ours is cut.
console = _Console(width=None if os.isatty(1) else 110, highlight=False)


def as_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def table(title: str, *columns: str) -> Table:
    """An empty table; every column but the first is aligned to the right."""
    out = Table(
        title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    for i, column in enumerate(columns):
        out.add_column(column, justify="right" if i else "left", no_wrap=True)
    return out


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
