"""What three instruments tell of a board that is not as its file says: docs/validate.md's table.

`python -m tests.fidelity.instruments` measures it anew, in two minutes: each seed is another world,
in which the page's made-up board is recorded on its second day and laid beside the one that ships.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from host_sim.lab import match, verdict, wakes
from host_sim.lab.verdict import Line
from host_sim.lab.wakes import SENSE, Predicted
from host_sim.sim import instrument, waveform
from host_sim.sim.instrument import INSTRUMENTS, Traced
from host_sim.sim.traced import ON_AIR
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from tests.docs import pages

PAGE = "docs/validate.md"
FROM_S = 27 * 3_600
SEEDS = {"ina219": 100, "otii_arc": 50, "ppk2": 100}
RECORDED_S = {"ina219": 3 * 3_600, "otii_arc": 3_600}  # a PPK2: a wake of each kind
MESSAGE = "cached join"
HEADS = "| | INA219 | Otii Arc | PPK2 |\n"


class Told(NamedTuple):
    """What one recording tells, beside what is so: points by kind of wake, days, µA."""

    off_pct: dict[str, float]
    half_pct: dict[str, float]
    sleep_ua: float | None
    mean_held: bool
    days_off: float


Cell = Callable[[Sequence[Told]], str]


class Pair(NamedTuple):
    """The board as its file says, and as it is: the garden's wakes on either; and that file."""

    ours: Predicted
    true: Predicted
    board: Path


@contextmanager
def pair() -> Iterator[Pair]:
    """Of the page's board."""
    with TemporaryDirectory() as folder:
        board = Path(folder, "true.toml")
        board.write_text(pages.files(PAGE)[board.name], encoding="utf-8")
        keys = ("days=3",), ("days=3", f"board={board}")
        ours, true = (wakes.predict(scenario.load("garden", some)) for some in keys)
        yield Pair(ours, true, board)


def measured(of: Pair, by: str, count: int) -> list[Told]:
    """What an instrument tells in so many worlds."""
    worlds = [("days=2", f"seed={seed}", f"board={of.board}") for seed in range(1, count + 1)]
    return [_told(of.ours, of.true, scenario.load("garden", world), by) for world in worlds]


def _told(ours: Predicted, true: Predicted, world: Scenario, by: str) -> Told:
    device = world.device()
    run = waveform.traced(world, device, 0, FROM_S + 4 * 3_600)
    seen = [
        instrument.see(run, INSTRUMENTS[by], *window, world.file.seed)
        for window in _windows(run, by)
    ]
    told = verdict.judge(ours, [match.cut(ours, one, Path(by)) for one in seen])
    whole = {line.kind: line for line in told.lines if line.phase is None}
    kinds = [name for name in (SENSE, MESSAGE) if name in whole]
    more_mc = (true.result.ledger.charge_fc - ours.result.ledger.charge_fc) / 1e12
    if not told.sleep.judged:
        more_mc -= true.sleep_s * (true.sleep_ma - ours.sleep_ma)
    days = told.days(told.all_mc), true.result.battery_life_days
    return Told(
        {name: whole[name].error_pct - true_pct(ours, true, name) for name in kinds},
        {name: _half_pct(whole[name], true_pct(ours, true, name)) for name in kinds},
        told.sleep.recorded_ma * 1_000 if told.sleep.judged else None,
        abs(told.all_mc - more_mc) <= told.half_mc,
        (days[0] or 0.0) - (days[1] or 0.0),
    )


def _windows(run: Traced, by: str) -> list[tuple[float, float]]:
    """When it is recorded: for a stretch, or for the five seconds of a wake of each kind."""
    if by in RECORDED_S:
        return [(FROM_S, FROM_S + RECORDED_S[by])]
    begins_s = run.start_us / 1e6
    later = begins_s > FROM_S
    woken_s = begins_s[later & (run.na > 1_000_000) & (np.roll(run.na, 1) <= 1_000_000)]
    on_air_s = begins_s[later & (run.mark == ON_AIR)]
    speaks = np.searchsorted(on_air_s, woken_s + 3) > np.searchsorted(on_air_s, woken_s)
    return [(at_s - 1, at_s + 4) for at_s in (woken_s[~speaks][0], woken_s[speaks][0])]


def true_pct(ours: Predicted, true: Predicted, name: str, phase: str | None = None) -> float:
    """The error that a perfect recording of all wakes of a kind, or of a phase, would show."""
    means = []
    for one in (ours, true):
        _, mc, times = next(kind for kind in one.kinds if kind.name == name).each(phase)
        means.append(float(np.average(mc, weights=times)))
    return 100 * (means[0] / means[1] - 1)


def _half_pct(line: Line, true_pct: float) -> float:
    """From the error that was found to the interval's end on the true one's side."""
    low, high = line.ci95_pct or (-np.inf, np.inf)
    return high - line.error_pct if true_pct > line.error_pct else line.error_pct - low


def table() -> str:
    """The page's."""
    with pair() as of:
        lives = [measured(of, by, count) for by, count in SEEDS.items()]
        rows = [*_rows(lives), [f"true errors: {_so(of)}", *[""] * len(lives)]]
    return HEADS + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _so(of: Pair) -> str:
    """What a perfect recording of all wakes would show."""
    without, with_one = (true_pct(of.ours, of.true, name) for name in (SENSE, MESSAGE))
    days = [one.result.battery_life_days or 0.0 for one in (of.ours, of.true)]
    return f"{without:+.1f} %, with a message {with_one:+.1f} %, life {days[0] - days[1]:+.0f} days"


def _rows(lives: Sequence[Sequence[Told]]) -> Iterator[list[str]]:
    yield ["---"] * (1 + len(lives))
    yield ["recorded, of each seed", "3 h", "1 h", "5 s each of a wake of both kinds"]
    yield ["seeds", *(str(len(some)) for some in lives)]
    for name, what in ((SENSE, "wakes without a message"), (MESSAGE, "with a message")):
        for row, cell in (
            (f"error found less true one, {what}: rms, greatest", _off(name)),
            ("half of its interval: median", _half(name)),
            ("the true error lay within", _held(name)),
        ):
            yield [row, *map(cell, lives)]
    for row, cell in (("sleep of 80 µA", _asleep), ("the true mean current lay within", _mean)):
        yield [row, *map(cell, lives)]
    yield ["life: rms", *map(_life, lives)]


def _off(name: str) -> Cell:
    def cell(some: Sequence[Told]) -> str:
        off = np.array([one.off_pct[name] for one in some if name in one.off_pct])
        return f"{np.sqrt(np.mean(off**2)):.2f}, {np.abs(off).max():.2f} points"

    return cell


def _half(name: str) -> Cell:
    return lambda some: (
        f"{np.median([one.half_pct[name] for one in some if name in one.half_pct]):.1f} points"
    )


def _held(name: str) -> Cell:
    def cell(some: Sequence[Told]) -> str:
        held = [abs(one.off_pct[name]) <= one.half_pct[name] for one in some if name in one.off_pct]
        return f"{sum(held)} of {len(held)}"

    return cell


def _asleep(some: Sequence[Told]) -> str:
    ua = [one.sleep_ua for one in some if one.sleep_ua is not None]
    return f"{min(ua):.1f} … {max(ua):.1f} µA" if ua else "not judged"


def _mean(some: Sequence[Told]) -> str:
    awake = "" if some[0].sleep_ua else ", but for sleep"
    return f"{sum(one.mean_held for one in some)} of {len(some)}{awake}"


def _life(some: Sequence[Told]) -> str:
    return f"{np.sqrt(np.mean([one.days_off**2 for one in some])):.1f} days off"


if __name__ == "__main__":
    pages.put(PAGE, table())
