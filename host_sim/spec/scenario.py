"""Scenarios: a board, a node, a world, a length and budgets, in one TOML file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from host_sim.errors import BadInput
from host_sim.hardware import board as boards
from host_sim.spec import faults
from host_sim.spec.nodefile import Name, Node
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict

SCENARIOS = Path(__file__).parents[1] / "scenarios"

Percent = Annotated[float, Meta(ge=0, le=100)]


class Outage(Strict, frozen=True):
    """The access point is away from this hour of the run on, for so long."""

    start_h: Annotated[float, Meta(ge=0)]
    hours: Annotated[float, Meta(gt=0)]


class Wifi(Strict, frozen=True):
    """The link: modelled around a mean, or replayed from a recording."""

    mean_dbm: Annotated[float, Meta(ge=-100, le=-20)] = -65.0
    sd_db: Annotated[float, Meta(ge=0, le=20)] = 3.3
    correlation_s: Annotated[float, Meta(gt=0)] = 600.0
    recording: str | None = None
    rate: Literal["1M", "6M", "24M", "54M", "MCS0", "MCS4", "MCS7"] = "6M"
    ap_dbm: Annotated[float, Meta(ge=0, le=30)] = 20.0
    outage: tuple[Outage, ...] = ()


class Sound(Strict, frozen=True):
    """What a sound detector hears: words and noise bursts an hour, background gains in 1/16."""

    words_per_hour: Annotated[float, Meta(ge=0, le=600)]
    bursts_per_hour: Annotated[float, Meta(ge=0, le=600)]
    night_gain_x16: Annotated[int, Meta(ge=0, le=64)]
    day_gain_x16: Annotated[int, Meta(ge=0, le=64)]


class World(Strict, frozen=True):
    """Where each channel's readings come from, and what else happens."""

    reads: dict[Name, str]
    wifi: Wifi = Wifi()
    sound: Sound | None = None
    door: str | None = None
    commands_per_day: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    first_month: Annotated[int, Meta(ge=1, le=12)] = 1
    drift_ppm: Annotated[int, Meta(ge=-500, le=500)] = 0


class Replay(Strict, frozen=True):
    """A phase or a state of the board, drawn from recordings or digests (host_sim.engine.replay).

    `segments` is the state in them that is meant, by default the one of that name. From `unseen`
    nothing is drawn: what was is compared with them.
    """

    of: str
    recordings: Annotated[tuple[str, ...], Meta(min_length=1)]
    segments: str = ""
    unseen: tuple[str, ...] = ()


class Budget(Strict, frozen=True):
    """A figure that must hold: at most or at least."""

    name: Literal[
        "average_current_ua",
        "battery_life_days",
        "charge_mc_per_day",
        "delivered_percent",
        "caught_percent",
        "joins_per_day",
        "wakes_per_day",
    ]
    at_most: float | None = None
    at_least: float | None = None


class Baseline(Strict, frozen=True):
    """What people do today, where it is not the same for every node."""

    report_s: Annotated[int, Meta(ge=1, le=259_200)]
    poll_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0


class ScenarioFile(Strict, frozen=True):
    """The file."""

    title: str
    board: Annotated[str, Meta(min_length=1)]
    node: Node
    world: World
    baseline: Baseline
    days: Annotated[float, Meta(gt=0, le=36_500)]
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    budget: tuple[Budget, ...] = ()
    replay: tuple[Replay, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with its board."""

    name: str
    path: Path
    file: ScenarioFile
    board: boards.Board


def names() -> list[str]:
    """The scenarios that ship."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def find(name: str) -> Path:
    """The file of a shipped scenario by name, or the path itself."""
    if name in names():
        return SCENARIOS / f"{name}.toml"
    path = Path(name)
    if path.suffix != ".toml":
        raise BadInput(
            f"no scenario named {name}", remedy=f"one of {', '.join(names())}, or a .toml file"
        )
    return path


def load(name: str, changes: tuple[str, ...] = ()) -> Scenario:
    """Read a scenario; each change is key=value with a dotted key and a TOML value."""
    path = find(name)
    text = tomlfile.read_text(path)
    file = tomlfile.decode(text, path, ScenarioFile)
    if changes:
        file = _changed(file, changes)
    board = boards.named_in(path, text, file.board)
    for what, key, remedy in faults.of(file, board):
        raise tomlfile.located(what, text, path, key, remedy)
    return Scenario(path.stem, path, file, board)


def inputs(given: Scenario) -> list[Path]:
    """The files that a run reads and an output must not replace."""
    recording = given.file.world.wifi.recording
    recorded = [given.path.parent / recording] if recording else []
    for one in given.file.replay:
        recorded += [given.path.parent / name for name in (*one.recordings, *one.unseen)]
    return [given.path, given.board.folder / "board.toml", *recorded]


def _changed(file: ScenarioFile, changes: tuple[str, ...]) -> ScenarioFile:
    """Apply --set key=value."""
    document: Any = msgspec.to_builtins(file)
    document = _without_none(document)
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise BadInput(f"--set {change} has no value", remedy="write --set key=value")
        _set(document, key.strip().split("."), _value(value), change)
    return tomlfile.convert(document, "", "--set", ScenarioFile)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(child) for key, child in value.items() if child is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(child) for child in value]
    return value


def _value(text: str) -> Any:
    """A TOML value, or the text itself where it is none (so that strings need no quotes)."""
    try:
        return tomlfile.value(text)
    except ValueError:
        return text


def _set(document: Any, parts: list[str], value: Any, change: str) -> None:
    """Set one key; a part may be an index or the name of an entry of a list."""
    *above, last = parts
    at = document
    for part in above:
        at = _child(at, part, change)
    if isinstance(at, list):
        raise BadInput(f"--set {change}: {last} is an entry of a list", remedy="name a key in it")
    at[last] = value


def _child(at: Any, part: str, change: str) -> Any:
    if isinstance(at, dict):
        found = at.get(part)
    else:
        entries = (child for child in enumerate(at) if isinstance(child[1], dict))
        found = next((c for i, c in entries if part in (str(i), c.get("name"))), None)
    if isinstance(found, (dict, list)):
        return found
    raise BadInput(f"--set {change}: there is no {part}", remedy="see the scenario's file")
