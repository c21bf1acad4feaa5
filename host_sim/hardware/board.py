"""Boards: what a board draws in each state and how long each phase takes, with sources.

A board is a TOML file, wherever it lies. Those that ship are a board.toml in a folder of its name
under boards/, beside the digests that it was fitted on. It says what is the board's own: what it
leaves out is its chip's (layers.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import beside, boardfaults, layers, states
from host_sim.hardware import chip as chips
from host_sim.hardware import start as starts
from host_sim.hardware.boardfile import BoardFile, Step
from host_sim.hardware.chip import Chip
from host_sim.hardware.start import Currents, Image, Stage
from host_sim.toml import file as tomlfile

BOARDS = layers.BOARDS
FILE = "board.toml"
MEASURED_IMAGE = "files"  # what is in a board's flash, until a scenario says otherwise
SLOW_MHZ = 80
SLOWED = ("modem_sleep", "idle", "cpu", "sense", "listen")  # a switch joins once: as any node


@dataclass(frozen=True)
class Board:
    """A checked board, with an image in its flash; `scale` multiplies factors of its start.

    The image is of a node that nothing but its timer wakes, or of one that `watches`; `link` is
    its way to the broker, `monitors` says that its ULP reads, and `slow` that it is a switch, whose
    CPU has a clock of 80 MHz.
    """

    file: BoardFile
    path: Path
    image: str = MEASURED_IMAGE
    scale: Mapping[str, float] = field(default_factory=dict)
    watches: bool = False
    link: str = "wifi"
    monitors: bool = False
    slow: bool = False

    @property
    def folder(self) -> Path:
        """Where its digests lie."""
        return self.path.parent

    @property
    def files(self) -> list[Path]:
        """All that it was read from."""
        return [self.path, *layers.files(self.file.chip)]

    @property
    def chip(self) -> Chip:
        """What its chip can do."""
        return chips.CHIPS[self.file.chip]

    def starting(
        self,
        image: str,
        scale: Mapping[str, float] | None = None,
        watches: bool = False,
        link: str = "wifi",
        monitors: bool = False,
        slow: bool = False,
    ) -> "Board":
        """The board with this image, one of start.IMAGES, in its flash."""
        return Board(self.file, self.path, image, scale or {}, watches, link, monitors, slow)

    @cached_property
    def stages(self) -> list[Stage]:
        """Its start by stages, then our own code and the link; scaled to what was measured."""
        image = starts.fitting(self.image, self.watches, self.link, self.monitors)
        measured_image = starts.fitting(MEASURED_IMAGE, False, "wifi")
        *begun, own, link = self.modelled(image)
        *base, base_own, base_link = self.modelled(measured_image)
        phases, drawn = self.file.phases, self.file.states.get("boot")
        measured = (phases[n].duration_us if n in phases else None for n in states.START)
        us, own_us, link_us = measured
        na = drawn.current_na if drawn else None
        return [
            *starts.as_measured(begun, base, us, na),
            *starts.as_measured([own], [base_own], own_us, None),
            *starts.as_measured([link], [base_link], link_us, None),
        ]

    def modelled(self, image: Image) -> list[Stage]:
        """The stages of any image, with nothing measured."""
        file = self.file
        each = {name: one.each * self.scale.get(name, 1.0) for name, one in file.factors.items()}
        currents = Currents(*(file.states[name].current_na for name in Currents._fields))
        return starts.stages(image, each, file.cpu_mhz, currents, file.psram_mb)

    @cached_property
    def current_na(self) -> list[int]:
        """Current by state in nA, in the order of states.NAMES; of a start, its mean."""
        fixed = {name: state.current_na for name, state in self.file.states.items()}
        fixed["boot"] = starts.mean_na(self.stages[:-2])
        for name in SLOWED if self.slow else ():
            fixed[name] = max(0, fixed[name] - self.file.radio.slow.spared_na)
        tx = self.file.radio.tx.current_na
        return [*(fixed[name] for name in states.NAMES[: states.TX]), *tx]

    def join_us(self, phase: str, key: str) -> int:
        """Duration of a phase, µs: a join derives no key that is "stored"."""
        derived_us = self.file.radio.key.duration_us
        spared_us = derived_us if phase == "associate" and key == "stored" else 0
        return max(0, self.phase_us(phase) - spared_us)

    def steps(self, wake: str) -> list[Step]:
        """The steps of one of the board's wakes."""
        recipe = self.file.wakes[wake]
        return self.file.wakes[recipe.of].phases[: recipe.first] if recipe.of else recipe.phases

    def phase_us(self, name: str) -> int:
        """Duration of a phase, µs."""
        if name == "boot":
            return starts.total_us(self.stages[:-2])
        if name in states.START:
            us = self.stages[-2 if name == "wake_cpu" else -1].us
            return us * max(self.file.cpu_mhz, SLOW_MHZ) // SLOW_MHZ if self.slow else us
        return self.file.phases[name].duration_us


def names() -> list[str]:
    """The boards that ship."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.toml"))


def load(name: str) -> Board:
    """A board by its name, or by the path of a board.toml or of its folder."""
    path = Path(name)
    if name in names():
        path = BOARDS / name / "board.toml"
    elif path.is_dir():
        path = path / "board.toml"
    elif path.suffix != ".toml":
        raise BadInput(
            f"no board named {name}", remedy=f"one of {', '.join(names())}, or a board.toml"
        )
    return parsed(inputs.text(path), path)


def parsed(text: str, path: Path) -> Board:
    """A board from the text of its file; `path` is where that lies or will lie."""
    own = tomlfile.parse(text, path)
    file = tomlfile.convert(layers.completed(own), text, path, BoardFile)
    for what, key, remedy in boardfaults.of(file):
        raise tomlfile.located(what, text, path, key, remedy)
    file = beside.drawn(file, own)
    for what, key, remedy in boardfaults.of_switch(file):
        raise tomlfile.located(what, text, path, key, remedy)
    return Board(file, path)


def named_in(text: str, path: Path, name: str) -> Board:
    """The board that a file's `board` key names: a name, or a path as seen from the file."""
    try:
        return load(str(path.parent / name) if name.endswith(".toml") else name)
    except BadInput as error:
        if str(error).startswith("no board"):
            remedy = f"one of {', '.join(names())}, or the path of a board.toml"
            what = f"no board named {name}"
            raise tomlfile.located(what, text, path, ("board",), remedy) from None
        raise


def as_json(board: Board) -> dict[str, Any]:
    """The board file as plain data."""
    plain: dict[str, Any] = msgspec.to_builtins(board.file)
    return plain
