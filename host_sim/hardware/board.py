"""Boards: what a board draws in each state and how long each phase takes, with sources.

A board is a TOML file, wherever it lies. Those that ship are a board.toml in a folder of its name
under boards/, beside the digests that it was fitted on. It says what is the board's own: what it
leaves out is its chip's (layers.py). Every number has its tag and source: D datasheet, V vendor
measurement, M third-party measurement, S source code, I inferred.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import chip as chips
from host_sim.hardware import layers, mac, states
from host_sim.hardware import start as starts
from host_sim.hardware.chip import Chip
from host_sim.hardware.start import FACTORS, Currents, Image, Stage
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict

BOARDS = layers.BOARDS
FILE = "board.toml"
OUTPUT_MV = 3_300  # of a board's regulator
CELL_MV = 3_800  # at which the sleep of boards with a switching one was measured

MEASURED_IMAGE = "files"  # what is in a board's flash, until a scenario says otherwise

Tag = Literal["D", "V", "M", "S", "I"]
Source = Annotated[str, Meta(min_length=8)]
Na = Annotated[int, Meta(ge=0, le=2_000_000_000)]
Us = Annotated[int, Meta(gt=0, le=600_000_000)]
ErrorPercent = Annotated[float, Meta(gt=0, le=900)]
Pin = Annotated[int, Meta(ge=0, le=48)]


class State(Strict, frozen=True):
    """Mean current of a power state; where it was calibrated, how sure that is.

    `sd_na` is the spread of samples, `quantiles_na` 10, 50 and 90 % of the time in stretches of
    the state, `ci95_na` the interval of the mean.
    """

    current_na: Na
    """Mean current at the board's own supply."""
    tag: Tag
    """D datasheet, V vendor measurement, M third-party measurement, S source code, I inferred."""
    source: Source
    """Where it stands."""
    error_percent: ErrorPercent | None = None
    """How far off it may be, where that is known; else its tag says (docs/interval.md)."""
    sd_na: Na | None = None
    """Spread of samples."""
    quantiles_na: Annotated[list[int], Meta(min_length=3, max_length=3)] | None = None
    """10, 50 and 90 % of the time."""
    ci95_na: Annotated[list[int], Meta(min_length=2, max_length=2)] | None = None
    """Interval of the mean."""


class Phase(Strict, frozen=True):
    """Duration of a phase; where it was calibrated, how sure that is."""

    duration_us: Us
    """How long it takes."""
    tag: Tag
    """D datasheet, V vendor measurement, M third-party measurement, S source code, I inferred."""
    source: Source
    """Where it stands."""
    ci95_us: Annotated[list[int], Meta(min_length=2, max_length=2)] | None = None
    """Interval of the mean."""
    error_percent: ErrorPercent | None = None
    """How far off it may be, where that is known; else its tag says (docs/interval.md)."""


class Factor(Strict, frozen=True):
    """What one of a thing that a start counts takes (host_sim.hardware.start)."""

    each: Annotated[int, Meta(gt=0, le=10**9)]
    """ns; of fuel, thousandths of a clock cycle."""
    tag: Tag
    """D datasheet, V vendor measurement, M third-party measurement, S source code, I inferred."""
    source: Source
    """Where it stands."""
    error_percent: ErrorPercent | None = None
    """Half of an interval that should hold the true value in four of five cases."""


class Transmit(Strict, frozen=True):
    """Current during a burst at the eleven levels of states.TX_LEVELS_DBM."""

    current_na: Annotated[list[Na], Meta(min_length=11, max_length=11)]
    """By level, rising: 2, 5, 7, 8.5, 11, 13, 14, 15, 16.5, 18 and 20 dBm."""
    tag: Tag
    """How the numbers are known."""
    source: Source
    """Where they stand."""
    error_percent: ErrorPercent | None = None
    """How far off they may be, where that is known; else their tag says (docs/interval.md)."""


class Radio(Strict, frozen=True):
    """The radio's numbers; what its protocols take is every board's (host_sim.hardware.mac)."""

    tx: Transmit
    """Current of a burst."""


class Supply(Strict, frozen=True):
    """What lies between the cell and the chip. Its own current is part of what the board draws."""

    kind: Literal["none", "ldo", "buck"]
    """The cell feeds the chip; a linear regulator does; or a switching one."""
    tag: Tag
    """How the numbers are known."""
    source: Source
    """Where they stand."""
    dropout_mv: Annotated[int, Meta(ge=0, le=3_000)] = 0
    """By how much its output is below the cell at the least, at any current."""
    dropout_mohm: Annotated[int, Meta(ge=0, le=20_000)] = 0
    """And by how much more as the current rises."""
    cut_off_mv: Annotated[int, Meta(ge=0, le=5_000)] = 0
    """The cell's voltage under which it falls out or switches off; 0: none."""
    efficiency_percent: Annotated[int, Meta(ge=50, le=100)] = 100
    """Of a switching one, while the chip is awake."""


class Step(Strict, frozen=True):
    """One step of a recorded wake: a state for a time, at the board's current or its own charge.

    A batch's step grows with each record in it, in time and in charge (nC).
    """

    state: str
    """Of the board, or any name where it has its own charge."""
    duration_us: Us
    """Its time."""
    charge_nc: Annotated[int, Meta(gt=0)] | None = None
    """Its own charge; by the state's current where left out."""
    per_record_us: int = 0
    """More time for each record of a batch."""
    per_record_nc: int = 0
    """More charge for each record of a batch."""


class Wake(Strict, frozen=True):
    """The recipe of a recorded firmware's wake, for `torpor validate`.

    Either phases of its own, or the first ones of another wake.
    """

    firmware: Source
    """Whose it is."""
    source: Source
    """Where its recordings stand."""
    phases: list[Step] = msgspec.field(default_factory=list)
    """Its steps in order."""
    of: str = ""
    """Another wake, of which it is the beginning."""
    first: Annotated[int, Meta(ge=1)] = 1
    """How many steps of that."""


class BoardFile(Strict, frozen=True):
    """board.toml. What is left out of it from `cpu_mhz` on, but for the pins, is its chip's."""

    name: str
    """What reports call it."""
    title: str
    """One line for `torpor board list`."""
    chip: chips.Name
    """What is on it."""
    cpu_mhz: Annotated[int, Meta(ge=10, le=240)]
    """The clock that its currents were measured at."""
    heap_bytes: Annotated[int, Meta(ge=16_384)]
    """What MicroPython has for objects."""
    brown_out_mv: Annotated[int, Meta(ge=1_800, le=3_300)]
    """The supply under which it stops."""
    pins: dict[str, Pin]
    """By name: the numbers that node.toml may call by it."""
    states: dict[str, State]
    """By name; `deep_sleep` is always the board's own. `boot` is the mean of a start from files,
    where one was measured.
    """
    phases: dict[str, Phase]
    """By name. `boot` and `wake_cpu` only where a start from files was measured."""
    factors: dict[str, Factor]
    """By name: what each of the things that a start counts takes."""
    radio: Radio
    """The link's numbers."""
    supply: Supply
    """Between the cell and the chip."""
    psram_mb: Annotated[int, Meta(ge=0, le=32)] = 0
    """PSRAM that MicroPython's build for the board tests at each start, MiB."""
    wakes: dict[str, Wake] = msgspec.field(default_factory=dict)
    """By name: recipes for `torpor validate`."""


@dataclass(frozen=True)
class Board:
    """A checked board, with an image in its flash; `scale` multiplies factors of its start."""

    file: BoardFile
    path: Path
    image: str = MEASURED_IMAGE
    scale: Mapping[str, float] = field(default_factory=dict)

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

    def starting(self, image: str, scale: Mapping[str, float] | None = None) -> "Board":
        """The board with this image, one of start.IMAGES, in its flash."""
        return Board(self.file, self.path, image, scale or {})

    @cached_property
    def stages(self) -> list[Stage]:
        """Its start, stage by stage, and last our own code; scaled to what was measured."""
        *begun, own = self.modelled(starts.images()[self.image], self.scale)
        *base, base_own = self.modelled(starts.images()[MEASURED_IMAGE], self.scale)
        phases, drawn = self.file.phases, self.file.states.get("boot")
        us, own_us = (phases[n].duration_us if n in phases else None for n in states.START)
        na = drawn.current_na if drawn else None
        return [
            *starts.as_measured(begun, base, us, na),
            *starts.as_measured([own], [base_own], own_us, None),
        ]

    def modelled(self, image: Image, scale: Mapping[str, float] | None = None) -> list[Stage]:
        """The stages of any image, with nothing measured."""
        file, ratio = self.file, scale or {}
        each = {name: one.each * ratio.get(name, 1.0) for name, one in file.factors.items()}
        currents = Currents(*(file.states[name].current_na for name in Currents._fields))
        return starts.stages(image, each, file.cpu_mhz, currents, file.psram_mb)

    @cached_property
    def current_na(self) -> list[int]:
        """Current by state in nA, in the order of states.NAMES; of a start, its mean."""
        fixed = {name: state.current_na for name, state in self.file.states.items()}
        fixed["boot"] = starts.mean_na(self.stages[:-1])
        tx = self.file.radio.tx.current_na
        return [*(fixed[name] for name in states.NAMES[: states.TX]), *tx]

    def steps(self, wake: str) -> list[Step]:
        """The steps of one of the board's wakes."""
        recipe = self.file.wakes[wake]
        return self.file.wakes[recipe.of].phases[: recipe.first] if recipe.of else recipe.phases

    def phase_us(self, name: str) -> int:
        """Duration of a phase, µs."""
        if name == "boot":
            return starts.total_us(self.stages[:-1])
        return self.stages[-1].us if name == "wake_cpu" else self.file.phases[name].duration_us


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
    _check(file, text, path)
    return Board(drawn(file, own), path)


def named_in(path: Path, text: str, name: str) -> Board:
    """The board that a file's `board` key names: a name, or a path as seen from the file."""
    try:
        return load(str(path.parent / name) if name.endswith(".toml") else name)
    except BadInput as error:
        if str(error).startswith("no board"):
            remedy = f"one of {', '.join(names())}, or the path of a board.toml"
            what = f"no board named {name}"
            raise tomlfile.located(what, text, path, ("board",), remedy) from None
        raise


def drawn(file: BoardFile, own: dict[str, Any]) -> BoardFile:
    """A board's file with its chip's currents as the cell sees them.

    What a board draws beside its chip in deep sleep it draws in every state, and a switching
    regulator takes less of the cell than the chip gets. What the file itself says is left as it is:
    that was measured on the whole board.
    """
    beside_na = file.states["deep_sleep"].current_na - chips.CHIPS[file.chip].asleep_na
    states_ = {
        name: state if name in own.get("states", ()) else _beside(state, file.supply, beside_na)
        for name, state in file.states.items()
    }
    radio = file.radio
    if "tx" not in own.get("radio", ()):
        tx = [_at_the_cell(na, file.supply, beside_na) for na in radio.tx.current_na]
        radio = replace(radio, tx=replace(radio.tx, current_na=tx))  # inferred before, and still
    return replace(file, states=states_, radio=radio)


def _beside(state: State, supply: Supply, beside_na: int) -> State:
    na = _at_the_cell(state.current_na, supply, beside_na)
    if na == state.current_na:
        return state
    source = f"{state.source}; {(na - state.current_na) / 1e6:+,.3f} mA by what is beside the chip"
    tag: Tag = state.tag if abs(na - state.current_na) * 100 < state.current_na else "I"
    return replace(state, current_na=na, tag=tag, source=source)


def _at_the_cell(na: int, supply: Supply, beside_na: int) -> int:
    """A current of the chip's at 3.3 V, as the cell sees it."""
    if supply.kind == "buck":
        na = na * OUTPUT_MV * 100 // (CELL_MV * supply.efficiency_percent)
    return na + max(0, beside_na)


Fault = tuple[str, tuple[Any, ...], str]


def _check(file: BoardFile, text: str, path: Path) -> None:
    """What a schema cannot say."""
    for what, key, remedy in chain(_table_faults(file), _value_faults(file)):
        raise tomlfile.located(what, text, path, key, remedy)


def _table_faults(file: BoardFile) -> Iterator[Fault]:
    """States and phases that are missing, or that nothing reads."""
    wanted: tuple[tuple[str, Iterable[str], Sequence[str]], ...] = (
        ("states", file.states, (*states.NAMES[: states.TX], *Currents._fields[:2])),
        ("phases", file.phases, states.PHASES),
        ("factors", file.factors, tuple(FACTORS)),
    )
    for kind, have, want in wanted:
        for name in sorted(set(want) - {*have, *states.START}):
            yield f"{name} is missing", (kind,), f"add [{kind}.{name}] with its source"
        for name in sorted(set(have) - set(want)):
            yield f"{kind} has no {name}", (kind, name), f"known: {', '.join(want)}"


def _value_faults(file: BoardFile) -> Iterator[Fault]:
    """Frames that outlast their phase, transmit currents that fall, recipes with no such state."""
    yield from _supply_faults(file.supply)
    for part in dict.fromkeys((*states.JOIN, *states.CACHED_JOIN)):
        air_us = part.frames * mac.air_us(mac.FRAME_BYTES)
        if file.phases[part.phase].duration_us < air_us:
            what = f"shorter than the {air_us:,} µs that its frames are on the air"
            yield what, ("phases", part.phase, "duration_us"), "a phase holds its frames"
    tx = file.radio.tx.current_na
    for dbm, below, here in zip(states.TX_LEVELS_DBM[1:], tx, tx[1:], strict=False):
        if here < below:
            what = f"{dbm:g} dBm draws less than the level below it"
            yield what, ("radio", "tx", "current_na"), "a higher level never draws less"
    yield from _wake_faults(file.wakes)


def _supply_faults(supply: Supply) -> Iterator[Fault]:
    """What this kind of supply does not have."""
    odd = {
        "none": (supply.dropout_mv, supply.dropout_mohm, 100 - supply.efficiency_percent),
        "ldo": (0, 0, 100 - supply.efficiency_percent),
        "buck": (0, 0, 0),
    }[supply.kind]
    for value, key in zip(odd, ("dropout_mv", "dropout_mohm", "efficiency_percent"), strict=True):
        if value:
            yield f"a supply of kind {supply.kind} has none", ("supply", key), "leave it out"


def _wake_faults(wakes: dict[str, Wake]) -> Iterator[Fault]:
    for name, wake in wakes.items():
        if wake.of and (wake.of not in wakes or not wakes[wake.of].phases):
            yield f"no wake named {wake.of} with phases", ("wakes", name, "of"), "name one that has"
        elif bool(wake.of) == bool(wake.phases):
            yield "a wake has phases, or is of another", ("wakes", name), "write one of both"
        for i, step in enumerate(wake.phases):
            if step.charge_nc is None and step.state not in states.NAMES:
                key = ("wakes", name, "phases", i)
                remedy = f"one of {', '.join(states.NAMES)}, or give its charge_nc"
                yield f"no state named {step.state}", key, remedy


def as_json(board: Board) -> dict[str, Any]:
    """The board file as plain data."""
    plain: dict[str, Any] = msgspec.to_builtins(board.file)
    return plain
