"""How often to read: recorded signals, and random walks of any restlessness."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from host_sim.lab import bootstrap, decisions, study
from host_sim.lab.decisions import Configured
from host_sim.lab.sampling import service, signals, ways
from host_sim.lab.sampling.signals import Signal
from host_sim.lab.sampling.ways import Judged
from host_sim.lab.study import ENERGY, Goal, Kind, Row, Study, Sweep, energy_mj
from host_sim.progress import Progress
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario

BOARDS = ("lolin32_lite", "xiao_esp32c3", "firebeetle_esp32")
WAYS: dict[str, tuple[Kind, ways.Way]] = {
    "Torpor": ("ours", ways.ours),
    "Torpor, by the ULP": ("ours", ways.by_ulp),
    "fixed period, by delta": ("practice", ways.fixed),
    "fixed period, by delta at once": ("practice", ways.at_once),
    "fixed period, all told": ("naive", ways.everything),
}
OURS, BY_ULP, FIXED, AT_ONCE, ALL = WAYS
CLAIRVOYANT = "clairvoyant"
SWEPT = (OURS, BY_ULP, FIXED, AT_ONCE)  # to tell all is far off
DELTAS_AN_HOUR = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
DELTA_TIMES = (0.25, 0.5, 1, 2, 4)
PERIODS_S = (60, 120, 300, 600, 900)
WALK_DAYS = 10
GARDEN_DAYS = 120
GARDEN_SEEDS = (1, 2, 3, 4, 5, 6)
GARDEN_BY_ULP = ("node.task.climate.ulp=true", "node.task.light.ulp=true")
NOTES = {
    "wakes": "a day",
    "joins": "a day",
    "now_error": "mean distance of the truth from what has been told by then, in deltas",
    "log_error": "of the truth from the last reading before it, in deltas",
    "away_min": "how long the truth lies a delta or more from what is known, each time it does",
    "away_p95_min": "the same, 95 % of the times",
}

SERVICE = {
    "now_error": "what is known now",
    "log_error": "the log",
    "away_min": "the time to tell of a change",
    "away_p95_min": "95 % of those times",
}
TAUGHT = """\
News that may wait need not have been read yet. Half of what a channel's news may wait is lent to
its readings: read later, told sooner, and a change is known by the same time as ever. How much of
it is borrowed follows from the channel's own variance. The readings that are left are few, so what
was read late goes along with the next message, and the log of those is closer to the truth than
that of many readings of which only deltas are told.

Lent whole, it was paid for by the jumps out of a long rest. Half of it, and a rest that is believed
twice as soon, has the log of the tuned signals 21 % below the fixed period's in place of 7 %, for
the same energy; and more readings are left in time to share a message. What each hour of the day
moved on the days before, kept a channel, changed neither energy nor errors there by 2 % and is left
out.

Where a value jumps out of a long rest the log has the jump at the reading behind it, which a fixed
period would have taken sooner: of {} of {} signals the log is worse ({}). Who wants no log between
the messages does better still by reading as seldom as news may wait, and telling at once: {:.2f}
deltas off in the log instead of {:.2f}, for {:,.0f} mJ a day. A channel whose news must be told at
once has no time to lend and is read at its period.

Good practice is counted with the start of a node that was written without our library, four fifths
of ours. So where a value is restless and the CPU has to read it at its period, ours takes up to
{:.0f} % more than that: what it learns is no use there, and its start costs more. Read by the ULP
it is not so on any such walk, for then the readings cost nothing that counts, and what is left is
to tell.

By the ULP the clairvoyant is a tenth away. What lasts for less than three quarters of the time that
news may wait is not told at once: of an appliance's short pulses the log knows less than that of a
fixed period does, of all else more, as what moved by half of a delta goes along with the next
message. How long news waits, and what goes along, was chosen with the tuning part and the garden of
other months. Every reading is counted at the price of an SHT3x.

The garden's goals are of 120 days by six seeds, none of which was tuned on. By one alone, how long
a change waits to be told lies up to 7 points off."""

Found = dict[str, list[Judged]]  # of each way, by signal


def of(data: Path, progress: Progress) -> Study:
    """The study; BadInput without the recordings."""
    judged = list(signals.judged(data))
    found = {name: _judge(judged, name, progress, i) for i, name in enumerate(BOARDS)}
    first = found[BOARDS[0]]
    rows = [_row(name, kind, judged, found) for name, (kind, _) in WAYS.items()]
    rows.append(_row(CLAIRVOYANT, "optimum", judged, found))
    sweeps = tuple(_sweeps(judged))
    progress(1.0)
    return Study(
        policy="sampling",
        question="a reading costs a start: when can a value have moved, so that it is worth one?",
        per="a day",
        boards=BOARDS,
        tuning="uci datatraining, the first stretch of uci estimation, three appliances of "
        "tracebase, the garden's weather of another seed and half-year",
        judged=f"{len(judged)} signals: uci datatest and datatest2, the other stretches of uci "
        "estimation, five appliances of tracebase, the garden's weather",
        rows=rows,
        sweeps=sweeps,
        goals=(*_goals(rows, sweeps), *_garden_goals()),
        taught=_taught(judged, first, _all(ways.seldom, judged), sweeps[0]),
        notes=NOTES,
    )


def _judge(judged: list[Signal], board: str, progress: Progress, done: int) -> Found:
    """Every way on every signal."""
    out: Found = {name: [] for name in (*WAYS, CLAIRVOYANT)}
    for i, signal in enumerate(judged):
        for name, (_, way) in WAYS.items():
            out[name].append(ways.judge(way, signal, board))
        out[CLAIRVOYANT].append(ways.optimum(signal, board, out[ALL][-1]))
        progress(0.8 * (done + (i + 1) / len(judged)) / len(BOARDS))
    return out


def _mean(of: Callable[[Judged], float], some: Iterable[Judged]) -> float:
    return float(np.mean([of(one) for one in some]))


def _row(name: str, kind: Kind, judged: list[Signal], found: dict[str, Found]) -> Row:
    """A way over all signals and boards; its interval by recording."""
    of_boards = [found[board][name] for board in BOARDS]
    each = [float(np.mean([one[i].charge_mc for one in of_boards])) for i in range(len(judged))]
    recordings = sorted({signal.recording for signal in judged})
    some = [
        [mc for mc, s in zip(each, judged, strict=True) if s.recording == r] for r in recordings
    ]
    energies = [energy_mj(sum(one)) for one in some]
    ci95 = bootstrap.ratio(energies, [float(len(one)) for one in some])
    first = of_boards[0]
    figures = {
        ENERGY: energy_mj(float(np.mean(each))),
        "wakes": _mean(lambda one: one.wakes, first),
        "joins": _mean(lambda one: one.joins, first),
        "now_error": _mean(lambda one: one.service.now_error, first),
        "log_error": _mean(lambda one: one.service.log_error, first),
        "away_min": _mean(lambda one: one.service.away_min, first),
        "away_p95_min": _mean(lambda one: one.service.away_p95_min, first),
    }
    return Row(name, kind, figures, ci95)


def _sweeps(judged: list[Signal]) -> Iterable[Sweep]:
    """Over restlessness, delta and period, on one board."""
    walks = [[signals.walk(rate, WALK_DAYS, 1)] for rate in DELTAS_AN_HOUR]
    yield _sweep("deltas that a random walk spreads in an hour", DELTAS_AN_HOUR, walks)
    some = [one for one in judged if one.recording == "uci datatest2.txt"]
    deltas = [
        [replace(one, delta=max(1, round(one.delta * by))) for one in some] for by in DELTA_TIMES
    ]
    yield _sweep("delta, times that of the table", DELTA_TIMES, deltas, "uci datatest2")
    periods = [[replace(one, period_s=period_s) for one in some] for period_s in PERIODS_S]
    yield _sweep("period, s", PERIODS_S, periods, "uci datatest2")


def _sweep(over: str, at: tuple[float, ...], each: list[list[Signal]], fixed: str = "") -> Sweep:
    curves = {
        name: [
            energy_mj(_mean(lambda one: one.charge_mc, _all(WAYS[name][1], some))) for some in each
        ]
        for name in SWEPT
    }
    return Sweep(over, at, "mJ a day", curves, ", ".join(filter(None, (BOARDS[0], fixed))))


def _all(way: ways.Way, some: list[Signal]) -> list[Judged]:
    return [ways.judge(way, signal, BOARDS[0]) for signal in some]


def _goals(rows: list[Row], sweeps: tuple[Sweep, ...]) -> Iterable[Goal]:
    every = {row.name: row.figures for row in rows}
    fixed = every[FIXED]
    for name, how in ((OURS, ""), (BY_ULP, "by the ULP, ")):
        fewer = 100 * (1 - every[name]["wakes"] / fixed["wakes"])
        yield Goal(f"{how}50 % fewer wakes than a fixed period", f"{fewer:.0f} %", fewer >= 50)
        for figure, what in SERVICE.items():
            by = 100 * (every[name][figure] / fixed[figure] - 1)
            yield Goal(f"{how}{what} no worse", f"{by:+.0f} %", by <= 0)
    yield study.never_worse(rows, sweeps)


def _garden_goals() -> Iterable[Goal]:
    """The shipped garden, and read by the ULP, beside good practice: its charge and its service.

    Means over seeds: of one, how long a change waits to be told is a matter of some percent.
    """
    practice = [_garden(decisions.practice, seed) for seed in GARDEN_SEEDS]
    for changes, where in (((), "in the garden"), (GARDEN_BY_ULP, "in the garden by the ULP")):
        ours = [_garden(_whole, seed, *changes) for seed in GARDEN_SEEDS]
        charge, others = (sum(one.ledger.charge_fc for one, _ in some) for some in (ours, practice))
        saved = 100 * (1 - charge / others)
        asleep = np.mean([one.asleep_percent for one, _ in ours])
        told = f"{saved:.0f} %; {asleep:.0f} % of what is left is the board's sleep"
        yield Goal(f"{where}, 30 % less than practice", told, saved >= 30)
        for figure, what in SERVICE.items():
            by = {name: _more_percent(ours, practice, name, figure) for name in ours[0][1]}
            told = ", ".join(f"{name} {percent:+.0f} %" for name, percent in by.items())
            yield Goal(f"{where}, {what} no worse", told, max(by.values()) <= 0)


Lived = tuple[Result, dict[str, service.Service]]


def _garden(how: Callable[[Scenario], Configured], seed: int, *changes: str) -> Lived:
    given = scenario.load("garden", (f"days={GARDEN_DAYS}", f"seed={seed}", *changes))
    return service.of_scenario(*how(given))


def _whole(given: Scenario) -> Configured:
    """Ours, as it ships."""
    return decisions.without(given, ())


def _more_percent(ours: list[Lived], others: list[Lived], channel: str, figure: str) -> float:
    mine, theirs = (
        sum(float(getattr(one[channel], figure)) for _, one in some) for some in (ours, others)
    )
    return 100 * (mine / theirs - 1)


def _taught(judged: list[Signal], found: Found, seldom: list[Judged], restless: Sweep) -> str:
    """What it taught; its numbers are of the first board."""
    pairs = zip(judged, found[OURS], found[FIXED], strict=True)
    behind = [s for s, mine, one in pairs if mine.service.log_error > one.service.log_error + 0.01]
    names = ", ".join(sorted({one.name for one in behind}))
    mine, theirs = (
        _mean(lambda one: one.service.log_error, some) for some in (found[OURS], seldom)
    )
    energy = energy_mj(_mean(lambda one: one.charge_mc, seldom))
    pairs_mj = zip(*(restless.curves[name] for name in (OURS, FIXED, AT_ONCE)), strict=True)
    over = max(one / min(others) - 1 for one, *others in pairs_mj)
    told = len(behind), len(judged), names or "none", theirs, mine, energy, 100 * over
    return TAUGHT.format(*told)
