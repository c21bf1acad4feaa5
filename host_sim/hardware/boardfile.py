"""A board.toml as it is written: its tables, each number beside its tag and source.

D datasheet, V vendor measurement, M third-party measurement, S source code, I inferred.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from host_sim.hardware import chip as chips
from host_sim.toml.file import Strict

Tag = Literal["D", "V", "M", "S", "I"]
LEAST_SAID = 8  # letters of a source
Source = Annotated[str, Meta(min_length=LEAST_SAID)]
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


class Slow(Strict, frozen=True):
    """What a chip that is awake spares by a clock of 80 MHz, the slowest that Wi-Fi works with."""

    spared_na: Na
    """Of an idle CPU; a busy one spares more, which is not counted."""
    tag: Tag
    """How the number is known."""
    source: Source
    """Where it stands."""
    error_percent: ErrorPercent | None = None
    """How far off it may be, where that is known; else its tag says (docs/interval.md)."""


class Radio(Strict, frozen=True):
    """The radio's numbers; what its protocols take is every board's (host_sim.hardware.mac)."""

    tx: Transmit
    """Current of a burst."""
    key: Phase
    """What the driver takes to derive a network's key from its passphrase: a part of `associate`
    that is left out where the key is given.
    """
    slow: Slow
    """The clock of a switch, which is awake all its life. A board whose own `modem_sleep` is given
    spares nothing, unless it says so, too: it was measured on a node that has that clock already.
    """


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
    """By name. `boot`, `wake_cpu` and `link` only where a start from files was measured."""
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
