"""Ways to sample, as configurations of one node that reads one channel; and the clairvoyant.

The node is the garden's with one sensor; what differs is in config.json alone, so the firmware that
is judged is the one that ships. Good practice starts as a node without our library does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from host_sim.engine import parts
from host_sim.engine.ledger import FC_PER_MC
from host_sim.hardware import board
from host_sim.hardware.start import PLAIN
from host_sim.hardware.states import DEEP_SLEEP
from host_sim.lab.sampling import service
from host_sim.lab.sampling.service import Heeded, Service
from host_sim.lab.sampling.signals import Signal
from host_sim.sim import build
from host_sim.spec.configure import device
from host_sim.spec.device import Device, as_config
from host_sim.spec.figures import NA_PER_MA
from host_sim.spec.nodefile import Channel, Node, Report, Task
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import ScenarioFile, World
from host_sim.units import DAY_S
from host_sim.world.series import Ints

edited = msgspec.structs.replace
HEARTBEAT_S = 10_800
Way = Callable[[Device], Device]


@dataclass(frozen=True)
class Judged:
    """What a way took on a signal, a day, and how well the signal was known."""

    charge_mc: float
    wakes: float
    joins: float
    service: Service


def scenario(signal: Signal, board_name: str, way: Way) -> Scenario:
    """A node that reads one channel, with the start of its way."""
    node = Node(
        kind="sensor",
        report=Report(period_s=HEARTBEAT_S, early_s=1_800, late_s=1_800),
        channel=[Channel(name="value", delta=signal.delta, within_s=signal.within_s)],
        task=(
            Task(
                name="value",
                channels=["value"],
                period_s=signal.period_s,
                ulp=way is by_ulp,
                warmup_ms=15,
            ),
        ),
    )
    file = ScenarioFile(
        title=signal.name,
        board=board_name,
        node=node,
        world=World(reads={"value": 0}),
        days=signal.days,
    )
    started = node.on(board.load(board_name))
    if way in PRACTICE:
        started = replace(started, image=PLAIN[node.image])
    return Scenario(signal.name, Path(signal.name), file, started)


def ours(given: Device) -> Device:
    """As it ships."""
    return given


def by_ulp(given: Device) -> Device:
    """As it ships where the ULP reads."""
    return given


def fixed(given: Device) -> Device:
    """Each period; told when it moved by delta, within the time allowed."""
    return edited(given, tasks=[edited(task, longest_ms=0) for task in given.tasks])


def at_once(given: Device) -> Device:
    """Each period; told at once when it moved by delta."""
    channels = [edited(channel, within_ms=0) for channel in given.channels]
    return edited(fixed(given), channels=channels)


def everything(given: Device) -> Device:
    """Each period; told at once, whatever its value."""
    channels = [edited(channel, delta=0, within_ms=0) for channel in given.channels]
    return edited(fixed(given), channels=channels)


def seldom(given: Device) -> Device:
    """As late as any may read that tells at once by when the others have told."""
    channels = [edited(channel, within_ms=0) for channel in given.channels]
    within_ms = given.channels[0].within_ms
    longest = [edited(task, period_ms=task.period_ms + within_ms) for task in given.tasks]
    return fixed(edited(given, tasks=longest, channels=channels))


PRACTICE = fixed, at_once, seldom  # what starts without our library


def lived(way: Way, signal: Signal, given: Scenario) -> Heeded:
    """A life of a node that samples a signal."""
    built = build.parts(given)
    row = [parts.SERIES, signal.step_s * 1_000_000, 0, len(signal.values), *built.channels[4:]]
    return service.lived(
        replace(built, series=signal.values, channels=row),
        as_config(way(device(given.file.node, given.board))),
        build.end_us(given),
    )


def judge(way: Way, signal: Signal, board_name: str) -> Judged:
    """Let a node sample a signal."""
    life = lived(way, signal, scenario(signal, board_name, way))
    return Judged(
        charge_mc=life.used * 1024 / FC_PER_MC / signal.days,
        wakes=life.parts.count[parts.WAKES] / signal.days,
        joins=life.parts.count[parts.JOINS] / signal.days,
        service=service.of_channel(life, 0, signal.delta),
    )


def clairvoyant(signal: Signal) -> list[int]:
    """When one reads who knows the signal, by its steps: as seldom as it can be.

    Between two readings the signal stays within a delta of the first, but for less than the period
    and the time that news may wait; and a heartbeat comes as often as the node's. By dynamic
    programming from the end: the fewest readings from an instant on are one more than the fewest
    from any that it reaches.
    """
    x = np.array(signal.values)
    bound = (signal.period_s + signal.within_s) // signal.step_s
    longest = HEARTBEAT_S // signal.step_s
    fewest = np.zeros(len(x) + 1, np.int64)
    after = np.zeros(len(x), np.int64)
    for at in range(len(x) - 1, -1, -1):
        reached = fewest[at + 1 : _reach(x, at, signal.delta, bound, longest) + 1]
        after[at] = at + 1 + int(reached.argmin())
        fewest[at] = 1 + reached.min()
    out = [0]
    while after[out[-1]] < len(x):
        out.append(int(after[out[-1]]))
    return out


def _reach(x: Ints, at: int, delta: int, bound: int, longest: int) -> int:
    """The last instant at which the reading after this one may be taken."""
    away = np.abs(x[at : at + longest] - x[at]) >= delta
    steps = np.arange(len(away))
    since = steps - np.maximum.accumulate(np.where(away, -1, steps))  # it has been away for
    over = np.flatnonzero(since >= bound)
    return at + int(over[0]) if len(over) else min(len(x), at + longest)


def optimum(signal: Signal, board_name: str, everything_told: Judged) -> Judged:
    """The clairvoyant's readings, each told at once at the price of those of a node like it."""
    reads = np.array(clairvoyant(signal))
    floor_na = board.load(board_name).current_na[DEEP_SLEEP]
    floor_mc = floor_na * DAY_S / NA_PER_MA
    each_mc = (everything_told.charge_mc - floor_mc) / everything_told.wakes
    a_day = len(reads) / signal.days
    truth = np.array(signal.values)
    last = np.searchsorted(reads, np.arange(len(truth)), side="right") - 1
    known = service.of(truth, truth[reads], last, last, signal.delta, signal.step_s)
    return Judged(floor_mc + a_day * each_mc, a_day, a_day, known)
