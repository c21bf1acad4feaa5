"""The cell of a node as its engine knows it: lists of ints over charge, air and transmit level."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from host_sim.hardware import cell, states
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Supply
from host_sim.hardware.cell import AS_ITS_KIND, Ints, Off
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Table
from host_sim.world import table, weather

ROOM_C = 20.0  # where a scenario says nothing of its air
HOUR_S = 3_600
HOURS_A_DAY = 24
YEAR_DAYS = 365
CHIP_MOST_MV = 3_600  # D, the chips' datasheets: supply voltage at most
LEVELS = len(states.TX_LEVELS_DBM)
ON_THE_MAINS = 2**50  # a permille of a cell that never empties


@dataclass(frozen=True)
class Battery:
    """A cell, its air and its board.

    ocv_mv             what the node reads, by permille of charge
    capacity_permille  a thousandth of it, 1,024 fC
    air                index of cell.BANDS_C by the hour; the last one lasts
    leak_per_s         self-discharge a second by that index, 1,024 fC
    leaked             self-discharge up to each of those hours, 1,024 fC
    dead               by that index and the transmit level: the permille at which it is the end
    """

    ocv_mv: list[int]
    capacity_permille: int
    air: list[int]
    leak_per_s: list[int]
    leaked: list[int]
    dead: list[int]

    def leak(self, seconds: int) -> int:
        """Self-discharge of the run's first seconds, as the engine books it."""
        hour = min(seconds // HOUR_S, len(self.air) - 1)
        return self.leaked[hour] + (seconds - hour * HOUR_S) * self.leak_per_s[self.air[hour]]


def of(scenario: Scenario, days: int) -> Battery:
    """The scenario's cell over so many days; on the mains one that lasts."""
    given, bands = scenario.file.node.battery, range(len(cell.BANDS_C))
    if given is None:
        nothing = [0 for _ in bands]
        return Battery([3_300] * 1_001, ON_THE_MAINS, [0], nothing, [0], [-1] * LEVELS)
    air = air_bands(scenario, days)
    off, mah = scenario.cell, given.capacity_mah
    leak = [round(cell.leak_per_s(given.chemistry, mah, c) * off.leak) for c in cell.BANDS_C]
    by_hour = np.array(leak, dtype=np.int64)[air] * HOUR_S
    return Battery(
        (_ocv_mv(given.chemistry) + off.more_mv).tolist(),
        cell.capacity_permille(mah),
        air,
        leak,
        [0, *np.cumsum(by_hour).tolist()][: len(air)],
        _dead(scenario.board, given.chemistry, off),
    )


def _dead(board: Board, chemistry: str, off: Off) -> list[int]:
    file, tx_na = board.file, tuple(board.current_na[states.TX :])
    return _dead_by_band(file.supply, file.brown_out_mv, chemistry, tx_na, off)


@lru_cache(maxsize=16)
def _dead_by_band(
    supply: Supply, brown_out_mv: int, chemistry: str, tx_na: tuple[int, ...], off: Off
) -> list[int]:
    """By all that it follows from; many nodes have one board."""
    return [
        _dead_permille(supply, brown_out_mv, chemistry, na, air_c, off)
        for air_c in cell.BANDS_C
        for na in tx_na
    ]


@cache
def _ocv_mv(chemistry: str) -> Ints:
    return np.array(cell.curve_mv(chemistry))


@cache
def _mohm(chemistry: str, air_c: float) -> Ints:
    return np.array(cell.resistance_mohm(chemistry, air_c))


def dead_permille(
    board: Board, chemistry: str, current_na: int, air_c: float, off: Off = AS_ITS_KIND
) -> int:
    """The charge at which a draw of this current ends a board on such a cell.

    A cell that no chip need fear feeds it by the board's 3.3 V pin, past the regulator.
    """
    file = board.file
    return _dead_permille(file.supply, file.brown_out_mv, chemistry, current_na, air_c, off)


@lru_cache(maxsize=1_024)
def _dead_permille(
    supply: Supply, brown_out_mv: int, chemistry: str, current_na: int, air_c: float, off: Off
) -> int:
    """The same, by all that it follows from; one board has many runs."""
    ocv_mv = _ocv_mv(chemistry) + off.more_mv
    behind = ocv_mv[-1] > CHIP_MOST_MV
    mohm = (_mohm(chemistry, air_c) * off.resistance).astype(np.int64)
    sag_mv = cell.sag_mv(current_na, mohm)
    dropped_mv = supply.dropout_mv + cell.sag_mv(current_na, supply.dropout_mohm) if behind else 0
    cut_off_mv = supply.cut_off_mv if behind else 0
    return cell.dead_permille(ocv_mv, sag_mv, dropped_mv, (cut_off_mv, brown_out_mv))


def air_bands(scenario: Scenario, days: int) -> list[int]:
    """The air around the cell by the hour, as indices of cell.BANDS_C.

    What the scenario says of it, or else the weather where a channel reads it, or else a room's.
    """
    world = scenario.file.world
    if isinstance(world.air, Table):
        series = table.series(scenario.path.parent / world.air.csv, world.air.scale * 100)
        hours = np.arange(days * HOURS_A_DAY) * HOUR_S * 1_000_000 // series.step_us
        return cell.band(np.array(series.values)[hours % len(series.values)] / 100)
    if world.air is None and "temperature" in world.reads.values():
        return _weather_bands(days, world.first_month, scenario.file.seed)
    return cell.band(ROOM_C if world.air is None else world.air)


@lru_cache(maxsize=4)
def _weather_bands(days: int, first_month: int, seed: int) -> list[int]:
    """The same of the weather; one world has many lives."""
    series = weather.climate(days, first_month, seed)[0]
    by_hour = np.array(series.values).reshape(days * HOURS_A_DAY, -1)
    return cell.band(by_hour.mean(axis=1) / 100)
