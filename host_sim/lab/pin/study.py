"""What to tell of a pin that chatters: recorded motion and doors, by ways that wake alike."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from host_sim.engine.ledger import FC_PER_MC
from host_sim.files import scratch
from host_sim.lab import bootstrap, bound, study
from host_sim.lab.pin import recorded, service, ways
from host_sim.lab.pin.recorded import Pin
from host_sim.lab.pin.ways import WAYS, Lived
from host_sim.lab.study import (
    BASELINES,
    ENERGY,
    Goal,
    Row,
    Study,
    Sweep,
    energy_mj,
)
from host_sim.progress import Progress
from host_sim.sim import build
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from host_sim.world.pin import news

BOARDS = ("lolin32_lite", "xiao_esp32c3", "xiao_esp32s3")
MOTION_S, DOOR_S = 120, 30  # the hold
HOLDS_S = (30, 60, 120, 300, 600)  # motion was recorded each half minute
SWEPT = 4  # doors of the sweep
BOUND = "clairvoyant"
TAUGHT = """\
What a PIR sensor costs is what its node tells. A room in use has an edge each minute or two, and a
join costs as much as 3 to 31 starts, by board: to wake at each edge and keep still is worth it as
long as edges are not much closer than the hold. Who leaves the pin alone for the hold starts less
often than ours, but looks at one instant, takes a pause for the end, and tells of it and of the
next begin: two joins for nothing. It comes within 6 % where the hold is ten minutes, as each edge
in them costs ours a start. On motion ours takes 25 % more than the clairvoyant, and that is these
starts: a ULP that counts how long the pin has rested would spare them, and no program does so. The
sleep to an event's end is a start shorter than what is left of the hold: without that the end was
told a start later than by who waits for it in light sleep, and ours was wrong 0.6 s a day longer.

A door that closes after three seconds has one edge more than news, and its node's year is sleep:
all ways are within a few percent, and leaving the contact alone spares that one wake. Motion that
was shorter than half a minute was not recorded; a chattering sensor has more edges than these."""


@dataclass(frozen=True)
class Case:
    """A recorded pin on a board, and the hold that is asked for."""

    pin: Pin
    hold_s: int
    scenario: Scenario

    @property
    def news_us(self) -> list[int]:
        """Begin and end of each event, µs."""
        return news(self.pin.edges_us, self.hold_s * 1_000_000)

    @property
    def events(self) -> int:
        """How many there are."""
        return len(self.news_us) // 2

    @property
    def end_us(self) -> int:
        """Of the run."""
        return build.end_us(self.scenario)

    def served(self, life: Lived) -> service.Service:
        """How well a life told of it."""
        return service.of(self.news_us, life.arrived, self.end_us)


def of(data: Path, progress: Progress) -> Study:
    """The study; the motion that it is judged on is not shipped. BadInput."""
    motion, doors = recorded.motion(data), recorded.contacts()
    with scratch.folder() as folder:
        case = partial(_case, folder)
        given = ((motion, MOTION_S), (doors, DOOR_S))
        cases = [[case(p, s, b) for p in pins for b in BOARDS] for pins, s in given]
        rows = []
        for i, (name, way) in enumerate(WAYS.items()):
            lives = [[ways.life(way, one.scenario) for one in some] for some in cases]
            rows.append(_row(name, cases, lives))
            progress((i + 1) / len(WAYS) / 2)
        rows.append(_bound(cases))
        sweeps = (
            _sweep("motion's hold, s", [[case(p, s) for p in motion] for s in HOLDS_S]),
            _sweep("a door's hold, s", [[case(p, s) for p in doors[:SWEPT]] for s in HOLDS_S]),
        )
    return Study(
        policy="pin",
        question="a pin is the other stage 0: it wakes for nothing, at each edge. Which of them is "
        "worth a join, where an event lasts until the pin has rested for a hold?",
        per="an event",
        boards=BOARDS,
        tuning="nothing: the hold is what is asked for, and the rest is counted by the node",
        judged=f"{len(motion)} stretches of a room's two PIR sensors (UCI), hold {MOTION_S} s, and "
        f"the {len(doors)} contacts of a home (kasteren), hold {DOOR_S} s",
        rows=rows,
        sweeps=sweeps,
        goals=_goals(rows, sweeps),
        taught=TAUGHT,
        notes={
            "told": "% of the events, while they last",
            "wrong": "% of the time that what was told was not so",
        },
    )


def _case(folder: Path, pin: Pin, hold_s: int, board: str = BOARDS[0]) -> Case:
    path = folder / f"{pin.name}.csv"
    if not path.exists():
        pin.write(path)
    changes = (
        f"board={board}",
        f"days={pin.days}",
        f'world.door={{csv="{path}"}}',
        f"node.watch.hold_s={hold_s}",
    )
    return Case(pin, hold_s, scenario.load("door", changes))


def _row(name: str, cases: list[list[Case]], lives: list[list[Lived]]) -> Row:
    flat = [pair for some in zip(cases, lives, strict=True) for pair in zip(*some, strict=True)]
    charge, events = [one.charge_mc for _, one in flat], [float(one.events) for one, _ in flat]
    served = [case.served(life) for case, life in flat]
    missed = sum(one.missed for one in served)
    days = sum(one.days for _, one in flat)
    each = [
        sum(one.charge_mc for one in some) / sum(case.events for case in of)
        for of, some in zip(cases, lives, strict=True)
    ]
    figures = {
        ENERGY: energy_mj(sum(charge) / sum(events)),
        "mJ_motion": energy_mj(each[0]),
        "mJ_door": energy_mj(each[1]),
        "wakes_a_day": sum(one.wakes for _, one in flat) / days,
        "messages_a_day": sum(one.messages for _, one in flat) / days,
        "told": 100 * (1 - missed / sum(events)),
        "p95_s": float(np.percentile(np.concatenate([one.late_s for one in served]), 95)),
        "wrong": 100 * sum(one.wrong_us for one in served) / sum(case.end_us for case, _ in flat),
    }
    ci95 = bootstrap.ratio([energy_mj(mc) for mc in charge], events)
    return Row(name, WAYS[name].kind, figures, ci95)


def _bound(cases: list[list[Case]]) -> Row:
    """It sleeps deeply, and starts and tells at each begin and each end alone."""
    charge = [[bound.of(one.scenario).charge_fc / FC_PER_MC for one in some] for some in cases]
    each = [
        sum(some) / sum(case.events for case in of) for of, some in zip(cases, charge, strict=True)
    ]
    events = sum(case.events for some in cases for case in some)
    figures = {
        ENERGY: energy_mj(sum(map(sum, charge)) / events),
        "mJ_motion": energy_mj(each[0]),
        "mJ_door": energy_mj(each[1]),
    }
    return Row(BOUND, "optimum", figures)


def _sweep(over: str, cases: list[list[Case]]) -> Sweep:
    """On the first board, a list of cases for each hold."""
    curves = {
        name: [
            energy_mj(
                sum(ways.life(way, one.scenario).charge_mc for one in some)
                / sum(one.events for one in some)
            )
            for some in cases
        ]
        for name, way in WAYS.items()
    }
    return Sweep(over, HOLDS_S, "energy an event told, mJ", curves, fixed=BOARDS[0])


def _goals(rows: list[Row], sweeps: tuple[Sweep, ...]) -> tuple[Goal, ...]:
    """Of motion what it saves at no worse service; of all that none is better."""
    mine = rows[0].figures
    best = min(row.figures["mJ_motion"] for row in rows if row.kind == "practice")
    saved = 100 * (1 - mine["mJ_motion"] / best)
    least_wrong = min(row.figures["wrong"] for row in rows if row.kind in BASELINES)
    return (
        Goal("15 % less than the best practice, on motion", f"{saved:.1f} %", saved >= 15),
        Goal("all events told", f"{mine['told']:.1f} %", mine["told"] == 100),
        Goal(
            "what is told wrong for no longer than by any baseline",
            f"{mine['wrong']:.4f} against {least_wrong:.4f} % of the time",
            mine["wrong"] <= least_wrong,
        ),
        study.never_worse(rows, sweeps),
    )
