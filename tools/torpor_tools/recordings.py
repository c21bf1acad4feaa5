"""Recordings read and written with progress on stderr, and the options to read them by."""

from functools import wraps
from pathlib import Path
from typing import Any

import click

from host_sim.trace import reader, writer
from host_sim.trace.recording import Recording
from torpor_tools import params
from torpor_tools.show import output

Told = tuple[str | None, float | None, str | None]  # unit, volts, channel


def told(command: Any) -> Any:
    """Options for what a file does not say itself, as one argument `told`."""

    @click.option(
        "--unit", type=click.Choice(["A", "mA", "uA", "mW"]), help="Of a file that does not say."
    )
    @click.option(
        "--volts",
        type=params.Number(reader.LEAST_V, reader.MOST_V, " V"),
        help="The supply, where the file does not hold it.",
    )
    @click.option("--channel", type=params.TEXT, help="The current, where several could be it.")
    @wraps(command)
    def wrapped(unit: str | None, volts: float | None, channel: str | None, **rest: Any) -> None:
        command(told=(unit, volts, channel), **rest)

    return wrapped


def read(path: Path, told: Told = (None, None, None)) -> Recording:
    """As reader.read."""
    with output.Progress("reading") as progress:
        return reader.read(path, *told, progress)


def write(path: Path, recording: Recording) -> list[str]:
    """As writer.write."""
    with output.Progress("writing") as progress:
        return writer.write(path, recording, progress)
