"""From a scenario to the simulated port: everything that the world will do, laid out as ints."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from host_sim.engine import alarm, chance, events, ledger
from host_sim.engine.ether import Ether, alone
from host_sim.engine.hearing import Hearing
from host_sim.engine.parts import (
    BATTERY,
    COUNTERS,
    OUTPUT,
    PIN_LEVEL,
    SCAN_US,
    SERIES,
    SOUND,
    TIMING,
    Parts,
)
from host_sim.files import inputs
from host_sim.sim import battery, harvest, replays
from host_sim.spec import sources
from host_sim.spec.nodefile import Watch, channel_index
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Contact, Table, Wifi, World
from host_sim.world import loudness, pin, recordings, sound, table, weather, wifi
from host_sim.world.noise import poisson_us
from host_sim.world.recordings import Ints
from torpor.policy.loudness import REMEMBERED
from torpor.policy.txpower import LEVEL_QDBM
from torpor.port import NONE
from torpor.ulp.programs import gates

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
MOST_QDBM = 84  # that esp_wifi_set_max_tx_power() takes (ESP-IDF, esp_wifi.h)
NEXT_SEED = 104_729  # between the nodes of a home
PULL_UP_UV = 3_300_000  # the supply of a chip: of a kilohm, nA
FIRST_TICK = 2**30 - 3_600_000  # the clock wraps an hour into every run

Source = int | str | Table  # of what a channel reads


def parts(
    scenario: Scenario, index: int = 0, ether: Ether | None = None, *, arrays: bool = False
) -> Parts:
    """One node's world, and books that are empty yet.

    `index` is its number in a home, whose channel is `ether`: sun and weather are those of all, the
    link and what happens to the node its own. The longest lists are `arrays` for the compiled
    engine, which takes them as they are.
    """
    file, link = scenario.file, scenario.file.world.wifi
    days = int(np.ceil(file.days))
    seed = (file.seed + NEXT_SEED * index) % 2**31
    series, channels = _channels(scenario, days, arrays)
    replay, replay_us, replay_na = replays.plan(scenario)
    event_us, event_kind, event_value = events.ordered(
        _events(file.world, scenario.path.parent, days, seed)
    )
    return Parts(
        **_books(len(replay_us)),
        **_hardware(scenario, days),
        lost_65536=_lost_65536(link.rate, tuple(_by_hour(link, link.busy))),
        air_time=wifi.air_time(link.rate),
        channel=_channel(link),
        levels=_levels(),
        rssi=_cells(_rssi(file.world, scenario.path.parent, days, seed), arrays),
        series=series,
        channels=channels,
        event_us=event_us,
        event_kind=event_kind,
        event_value=event_value,
        look_us=_look_us(scenario),
        hearing=_hearing(scenario, days, seed),
        replay=replay,
        replay_us=replay_us,
        replay_na=replay_na,
        clock=[file.world.drift_ppm, FIRST_TICK, chance.start(seed), end_us(scenario)],
        watch=[len(file.node.task) + 1, *_ulp(scenario), *_alarm(scenario)],
        ether=ether or alone(),
        index=index,
    )


def again(parts: Parts, scenario: Scenario) -> Parts:
    """The same world around another board or cell, with books of its own, for one life more."""
    hearing = copy(parts.hearing)
    hearing.caught = [0] * len(parts.hearing.caught)
    days = int(np.ceil(scenario.file.days))
    books, hardware = _books(len(parts.replay_us)), _hardware(scenario, days)
    return replace(parts, **books, **hardware, hearing=hearing)


def _cells(found: Ints, arrays: bool) -> Any:
    """One of the longest lists, as the engine is quickest on it."""
    return found if arrays else found.tolist()


def _books(replayed: int) -> dict[str, Any]:
    """The lists that a run fills."""
    return {
        "us": [0] * ledger.CELLS,
        "times": [0] * ledger.CELLS,
        "extra": [0] * ledger.CELLS,
        "count": [0] * COUNTERS,
        "drawn": [0] * replayed,
        "late": [0] * alarm.HISTOGRAM,
    }


def _hardware(scenario: Scenario, days: int) -> dict[str, Any]:
    """What is of the board, of its cell and of the access point."""
    power = battery.of(scenario, days)
    return {
        "current_na": [na + _pulled_na(scenario, days) for na in scenario.board.current_na],
        "timing": _timing(scenario),
        "radio": _radio(scenario.file.world.wifi),
        "battery": power.ocv_mv,
        "capacity_permille": power.capacity_permille,
        "air": power.air,
        "leak_per_s": power.leak_per_s,
        "leaked": power.leaked,
        "dead": power.dead,
        **harvest.parts(scenario, days, power),
    }


def _pulled_na(scenario: Scenario, days: int) -> int:
    """What the resistor at the pin that wakes draws in the mean, through a contact to ground."""
    watch, world = scenario.file.node.watch, scenario.file.world
    if watch is None or watch.pull_up_kohm is None:
        return 0
    end = end_us(scenario)
    edges = _edges(world.door, scenario.path.parent, days, scenario.file.seed)
    turns = [min(at, end) for at in edges]
    open_us = sum(turns[1::2]) - sum(turns[: len(turns) // 2 * 2 : 2])
    if len(turns) % 2:
        open_us += end - turns[-1]
    return round(PULL_UP_UV / watch.pull_up_kohm * (1 - open_us / end))


def news_us(parts: Parts, watch: Watch | None) -> list[int]:
    """When the contact gives something to tell, µs."""
    happened = zip(parts.event_kind, parts.event_us, strict=True)
    edges = [at_us for kind, at_us in happened if kind == events.EDGE and at_us < events.NEVER_US]
    return pin.news(edges, watch.hold_s * 1_000_000 if watch else 0)


def end_us(scenario: Scenario) -> int:
    """The length of the run, µs."""
    return round(scenario.file.days * DAY_US)


def _timing(scenario: Scenario) -> list[int]:
    """The board's durations; the scan is as long as the channels to that of the access point."""
    us = [scenario.board.join_us(name, scenario.file.node.key) for name in TIMING]
    us[SCAN_US] *= scenario.file.world.wifi.channel
    return us


def _radio(link: Wifi) -> list[int]:
    """The link's plain numbers, in the order of host_sim.engine.parts."""
    return [
        round(link.ap_dbm * 4),
        wifi.HALF_LOST_DBM * 4,
        round(link.disturbed_loss * 65_536),
    ]


def _channel(link: Wifi) -> list[int]:
    """How busy and how disturbed the channel is: a row, or one for each hour of the day."""
    rows = zip(_by_hour(link, link.busy), _by_hour(link, link.disturbed), strict=True)
    return [
        cell for busy, disturbed in rows for cell in (wifi.wait_us(busy), round(disturbed * 65_536))
    ]


def _by_hour(link: Wifi, shares: float | list[float]) -> list[float]:
    """A share for all hours, or for each of the day where the link has any by hour."""
    if isinstance(shares, list):
        return shares
    hourly = isinstance(link.busy, list) or isinstance(link.disturbed, list)
    return [shares] * (24 if hourly else 1)


@lru_cache(maxsize=4)
def _lost_65536(rate: str, busy: tuple[float, ...]) -> list[int]:
    """The same for all nodes on a channel."""
    return wifi.lost_65536(rate, busy)


@cache
def _levels() -> list[int]:
    """Transmit level by quarter-dBm: the highest of the eleven that is not above it."""
    asked = range(MOST_QDBM + 1)
    return [max([i for i, qdbm in enumerate(LEVEL_QDBM) if qdbm <= q] or [0]) for q in asked]


def _rssi(world: World, folder: Path, days: int, seed: int) -> Ints:
    link = world.wifi
    if link.recording:
        return wifi.recorded_rssi(folder / link.recording)
    return wifi.modelled_rssi(link.mean_dbm, link.sd_db, link.correlation_s, days, seed)


def _channels(scenario: Scenario, days: int, arrays: bool) -> tuple[list[int], list[int]]:
    """All series one behind the other, and a row a channel that says where its own lies."""
    file, folder = scenario.file, scenario.path.parent
    world, channels = file.world, file.node.channel
    read = tuple(world.reads[channel.name] for channel in channels)
    tables = tuple(inputs.text(folder / one.csv) for one in read if isinstance(one, Table))
    series, places = _laid_out(read, tables, folder, days, world.first_month, file.seed, arrays)
    rows = []
    for channel, place in zip(channels, places, strict=True):
        rows += [*place, (channel.read_ms or 0) * 1000, channel.read_ua * 1000]
    return series, rows


@lru_cache(maxsize=2)
def _laid_out(
    read: tuple[Source, ...],
    tables: tuple[str, ...],
    folder: Path,
    days: int,
    first_month: int,
    seed: int,
    arrays: bool,
) -> tuple[list[int], list[tuple[int, int, int, int]]]:
    """The series that channels read, and of each its row's beginning; many nodes share one world.

    `tables` is what those of the sources say that are tables.
    """
    fixed = {
        "battery": BATTERY,
        "door": PIN_LEVEL,
        "sound": SOUND,
        "output": OUTPUT,
    }
    series = [np.zeros(0, dtype=np.int64)]
    places = []
    first = 0
    for source in read:
        if isinstance(source, str) and source in fixed:
            places.append((fixed[source], 1, 0, 1))
            continue
        one = _series(source, folder, days, first_month, seed)
        places.append((SERIES, one.step_us, first, len(one.values)))
        series.append(np.array(one.values, dtype=np.int64))
        first += len(one.values)
    return _cells(np.concatenate(series), arrays), places


def _series(
    source: Source, folder: Path, days: int, first_month: int, seed: int
) -> recordings.Series:
    if isinstance(source, Table):
        return table.series(folder / source.csv, source.scale)
    if isinstance(source, int):
        return recordings.Series(DAY_US, [source])
    if source in ("temperature", "humidity"):
        return weather.climate(days, first_month, seed)[source == "humidity"]
    if source == "irradiance":
        sun = recordings.irradiance(days, first_month)
        return recordings.Series(recordings.MINUTE_US, sun.tolist())
    return recordings.appliance_mw(source.removeprefix(sources.APPLIANCE))


def _edges(door: str | Contact | None, folder: Path, days: int, seed: int) -> list[int]:
    """When the contact opens and closes in turn, µs."""
    if door is None:
        return []
    if isinstance(door, str):
        return recordings.door_edges(door, days)
    if door.csv is not None:
        return table.edges(folder / door.csv, days)
    assert door.per_day is not None  # one of both, by spec.sources
    return recordings.random_edges(door.per_day, round(door.open_s * 1e6), days, seed)


def _events(world: World, folder: Path, days: int, seed: int) -> list[tuple[int, int, int]]:
    """What happens from outside, in any order."""
    out: list[tuple[int, int, int]] = []
    for outage in world.wifi.outage:
        start_us = round(outage.start_h * HOUR_US)
        out.append((start_us, events.AP_DOWN, 0))
        out.append((start_us + round(outage.hours * HOUR_US), events.AP_UP, 0))
    for i, at in enumerate(_edges(world.door, folder, days, seed)):
        out.append((at, events.EDGE, (i + 1) % 2))
    if world.commands_per_day:
        for i, at in enumerate(_commands(world.commands_per_day, days, seed)):
            out.append((at, events.COMMAND, i % 2))
    return out


def _commands(per_day: float, days: int, seed: int) -> Iterator[int]:
    """When commands come, µs."""
    stream = poisson_us(np.random.default_rng([seed, 4]), DAY_US / per_day)
    return takewhile(lambda at_us: at_us < days * DAY_US, stream)


def _look_us(scenario: Scenario) -> list[int]:
    """Of each of the detector's stages."""
    if _by_ulp(scenario):
        return list(sound.JUDGE_US)
    return list(sound.LOOK_US) if scenario.file.world.sound else [0, 20_000]


def _by_ulp(scenario: Scenario) -> bool:
    watch = scenario.file.node.watch
    return watch is not None and watch.ulp


def _alarm(scenario: Scenario) -> tuple[int, int]:
    """The channel that events are told on, and what passes before a wake's first tick, ms.

    Of a node that sleeps deeply as from there: what wakes it while it lingers seems later by that.
    """
    node, board = scenario.file.node, scenario.board
    if not node.watch:
        return NONE, 0
    start = "boot" if node.kind == "sensor" and node.deepest_sleep == "deep" else "light_exit"
    start_us = board.phase_us(start) + board.phase_us("wake_cpu")
    listened_us = (REMEMBERED - 1) * sound.STEP_US if node.watch.ulp else 0
    return channel_index(node, node.watch.channel), (start_us + listened_us) // 1000


def _ulp(scenario: Scenario) -> tuple[int, int]:
    """Length and current of a look by the ULP, 0 where the CPU looks."""
    return loudness.price(scenario.board.file.chip) if _by_ulp(scenario) else (0, 0)


def _hearing(scenario: Scenario, days: int, seed: int) -> Hearing:
    world = scenario.file.world
    if world.sound is None:
        return sound.silence() if world.door is None else sound.contact()
    given = world.sound
    folder = scenario.path.parent
    sounds = sound.Sounds(
        given.words_per_hour,
        given.bursts_per_hour,
        given.night_gain_x16,
        given.day_gain_x16,
        given.word_gain_x16,
        tuple(_clip(folder, clip) for clip in given.words),
        tuple(_clip(folder, clip) for clip in given.bursts),
        _clip(folder, given.background),
    )
    watch = scenario.file.node.watch
    if watch is None or not watch.ulp:
        return sound.hearing(sounds, days, seed)
    hears = partial(loudness.clip_levels, scenario.board.file.chip)
    return sound.hearing(sounds, days, seed, hears, gates([one.margin for one in watch.stages]))


def _clip(folder: Path, clip: str) -> str:
    """A WAV as seen from the scenario's file, or the name of a shipped one."""
    return str(folder / clip) if clip.endswith(".wav") else clip
