"""Light for a node to live on: recorded days outdoors and in an office, and a node in them.

No recording that is tuned on has a weekend: that of an office is made here, of round numbers.

The node reads a value and tells it at once, every ten minutes at its fastest, at an eighth of that
at its slowest. How large its panel is is told by what it brings in the mean, of what the node draws
at its fastest; outdoors in the January that is tuned on, so that a June has more. How large its
store is is told by the hours that it carries the node at its fastest.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from host_sim.engine.ledger import FC_PER_MC
from host_sim.engine.parts import SENDS_ACKED, Parts
from host_sim.engine.plain import Life
from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import board
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.hardware.states import DEEP_SLEEP
from host_sim.sim import build, harvest
from host_sim.sim.battery import HOUR_S
from host_sim.sim.harvest import MINUTES_A_DAY
from host_sim.spec.nodefile import Battery, Channel, Node, Report, Task
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Harvest, ScenarioFile, Wifi, World
from host_sim.world import recordings
from host_sim.world.series import Ints

PERIOD_S = 600
SLOWEST = 8  # times the period
FASTEST = 6  # messages an hour
DAY_H = 24
START_PERCENT = 20.0
STORE_MV = 3_000  # of the store at its start, about
OFFICE = ("datatraining", "datatest2")
WEDNESDAY, SATURDAY = 2, 5
MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Light:
    """Days of light from a midnight on, by the minute: what a panel of no size gives, nW."""

    name: str
    nw: Ints
    air_c: float
    mean_nw: float
    """That of the days by which a panel is sized."""

    @property
    def days(self) -> int:
        """Whole ones."""
        return len(self.nw) // MINUTES_A_DAY


@dataclass(frozen=True)
class Place:
    """A node's board, its light, the share of its demand that this brings, and hours of store."""

    light: Light
    board: str
    share: float
    store_h: float


def january() -> Light:
    """What is tuned on: the first half of January."""
    return _sun("January, first half", 1, 0, 15, 0.0)


def judged(data: Path) -> Iterator[Light]:
    """What is judged on."""
    yield _sun("January, second half", 1, 15, 31, 0.0)
    yield _sun("June", 6, 0, 30, 15.0)
    yield office(data)


def weeks() -> Light:
    """What is tuned on, too: three weeks of an office from a Wednesday on, made up.

    Lamps from 8 to 18 h, on Mondays to Fridays; at weekends a tenth of it by windows, 9 to 16 h.
    """
    nw = np.zeros((21, MINUTES_A_DAY), np.int64)
    for day in range(len(nw)):
        if (WEDNESDAY + day) % 7 < SATURDAY:
            nw[day, 8 * 60 : 18 * 60] = 1_000_000
        else:
            nw[day, 9 * 60 : 16 * 60] = 100_000
    return Light("weeks of an office, made up", nw.ravel(), 22.0, float(nw.mean()))


def _sun(name: str, month: int, first: int, last: int, air_c: float) -> Light:
    days = recordings.irradiance(31, month).reshape(31, MINUTES_A_DAY)
    sized = recordings.irradiance(15, 1)
    one = Harvest(panel="kxob25", efficiency_percent=100)
    nw = harvest.power_nw(one, days[first:last].ravel())
    return Light(name, nw, air_c, float(harvest.power_nw(one, sized).mean()))


def office(data: Path) -> Light:
    """The whole days of an office's lamps and windows (UCI Occupancy Detection), by the minute."""
    folder = data / "occupancy" / "uci-occupancy-detection"
    lux = np.concatenate([_whole_days(folder / f"{name}.txt") for name in OFFICE])
    nw = harvest.power_nw(Harvest(panel="am1417", light=0, efficiency_percent=100), lux)
    return Light("an office", nw, 22.0, float(nw.mean()))


def _whole_days(path: Path) -> Ints:
    """Lux by the minute, from the first midnight to the last."""
    if not path.is_file():
        raise BadInput("is missing", where=path, remedy="give the recordings' folder: --data")
    rows = list(csv.reader(inputs.text(path, MOST_BYTES).splitlines()))[1:]
    when = [datetime.fromisoformat(row[1]) for row in rows]
    midnight = datetime(when[0].year, when[0].month, when[0].day)
    at_min = np.array([round((one - midnight).total_seconds() / 60) for one in when])
    minutes = np.arange(MINUTES_A_DAY, at_min[-1] // MINUTES_A_DAY * MINUTES_A_DAY)
    lux = np.array([float(row[4]) for row in rows])
    return np.round(lux[np.searchsorted(at_min, minutes, side="right") - 1]).astype(np.int64)


def node(mah: float, low: int, critical: int, *, harvested: bool, times: float = 1) -> Node:
    """The node that is compared: a value, told at once."""
    return Node(
        kind="sensor",
        key="stored",
        report=Report(period_s=round(2 * PERIOD_S * times), early_s=PERIOD_S),
        lease_h=8_760,
        channel=[Channel(name="value"), Channel(name="cell", delta=9_000, within_s=86_400)],
        task=(
            Task(
                name="value",
                channels=["value", "cell"],
                period_s=round(PERIOD_S * times),
                priority=4,
            ),
        ),
        battery=Battery(
            chemistry="supercap",
            capacity_mah=mah,
            channel="cell",
            low_percent=low,
            critical_percent=critical,
            harvested=harvested,
        ),
    )


def scenario(place: Place, of: Node) -> Scenario:
    """The node in its place."""
    file = ScenarioFile(
        title=place.light.name,
        board=place.board,
        node=of,
        world=World(
            reads={"value": 3, "cell": "battery"},
            air=place.light.air_c,
            wifi=Wifi(mean_dbm=-60),
            harvest=Harvest(panel="kxob25", charged_percent=START_PERCENT),
        ),
        days=place.light.days,
    )
    return Scenario(file.title, Path(file.title), file, board.load(place.board))


def power_nw(place: Place) -> Ints:
    """What the charger stores by the minute."""
    full_nw = demand_mc_h(place.board) / HOUR_S * STORE_MV * 1_000
    return np.round(place.light.nw * place.share * full_nw / place.light.mean_nw).astype(np.int64)


def parts(place: Place, given: Scenario) -> Parts:
    """Its world."""
    built = _world(place.board, place.light.days)
    return replace(build.again(built, given), harvest=power_nw(place).tolist())


@cache
def _world(board_name: str, days: int) -> Parts:
    """What is the same for every life on a board, made once."""
    light = Light("dark", np.zeros(days * MINUTES_A_DAY, np.int64), 20.0, 1.0)
    return build.parts(scenario(Place(light, board_name, 0, 1), node(1, 0, 0, harvested=False)))


def capacity_mah(place: Place) -> float:
    """Of its store."""
    return place.store_h * demand_mc_h(place.board) / HOUR_S


@cache
def message_mc(board_name: str) -> float:
    """What a reading takes that is told, start and all, by a life of them."""
    days = 5
    dark = Light("dark", np.zeros(days * MINUTES_A_DAY, np.int64), 20.0, 1.0)
    place = Place(dark, board_name, 0, 1)
    given = scenario(place, node(100_000, 0, 0, harvested=False))
    life = Life(build.parts(given), given.device())
    life.live(build.end_us(given))
    awake_mc = (life.used << CHARGE_SHIFT) / FC_PER_MC - days * DAY_H * asleep_mc_h(board_name)
    return awake_mc / life.parts.count[SENDS_ACKED]


def asleep_mc_h(board_name: str) -> float:
    """What an hour of sleep takes."""
    return board.load(board_name).current_na[DEEP_SLEEP] * HOUR_S / 1e6


def demand_mc_h(board_name: str) -> float:
    """What an hour at its fastest takes."""
    return asleep_mc_h(board_name) + FASTEST * message_mc(board_name)
