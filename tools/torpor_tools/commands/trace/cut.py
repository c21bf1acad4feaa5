"""A recording cut into states, and the options for what tells them apart."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, cast

import click

from host_sim.errors import BadInput
from host_sim.hardware import board as boards
from host_sim.trace.cut import labels, levels, segment
from host_sim.trace.cut.segment import Found
from host_sim.trace.recording import Recording
from torpor_tools import params, recordings
from torpor_tools.recordings import Told
from torpor_tools.show import output

Command = Callable[..., None]


@dataclass(frozen=True)
class How:
    """What the user says of a recording and its states."""

    told: Told
    board: str | None
    labels: str | None

    def cut(self, file: Path) -> tuple[Recording, Found]:
        """Read a recording and find its states."""
        if self.board and self.labels:
            raise BadInput("--labels name the states", remedy="leave --board out")
        of_board = levels.of_board(boards.load(self.board)) if self.board else None
        states = labels.parse(self.labels) if self.labels else None
        recording = recordings.read(file, self.told)
        progress = output.Progress("cutting")
        if states is not None:
            found = labels.find(recording, states, file, progress)
        else:
            found = segment.find(recording, of_board, progress)
        progress.close()
        return recording, found


def how(command: Command) -> Command:
    """These and the options for what tells the states apart, as one argument `how`."""

    @recordings.told
    @click.option(
        "--board", type=params.BOARD, help="A board whose currents tell the states apart."
    )
    @click.option(
        "--labels",
        type=params.TEXT,
        help="States by the digital channels' pattern: 0=sleep,1=boot.",
    )
    @wraps(command)
    def wrapped(told: Told, board: str | None, labels: str | None, **rest: Any) -> None:
        command(how=How(told, board, labels), **rest)

    return cast(Command, wrapped)
