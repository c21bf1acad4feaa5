"""How to share wakes and joins: random task sets, and a weather station's."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from host_sim.hardware import board, price, states
from host_sim.hardware.board import Board
from host_sim.hardware.price import FC_PER_UC
from host_sim.lab import bootstrap, study
from host_sim.lab.schedule import optimum, sets, ways
from host_sim.lab.schedule.sets import Tasks
from host_sim.lab.schedule.ways import Woken
from host_sim.lab.study import ENERGY, Goal, Kind, Row, Study, Sweep, energy_mj
from host_sim.progress import Progress
from host_sim.trace.recording import Floats
from host_sim.units import DAY_S

BOARDS = ("lolin32_lite", "xiao_esp32c3", "firebeetle_esp32")
WAYS: dict[str, tuple[Kind, Callable[[Tasks, int], Woken]]] = {
    "Torpor": ("ours", ways.ours),
    "timer slack (Linux)": ("practice", ways.timer_slack),
    "batches (Android)": ("practice", ways.batches),
    "own timers": ("naive", ways.own_timers),
    "one fixed period": ("naive", ways.common_period),
}
LEAST = "least possible"
SETS, SWEPT_SETS, HORIZON_S = 1_000, 100, 6 * 3_600
TIMES = (0.25, 0.5, 1, 2, 4, 8)
WIDTHS = (0.05, 0.1, 0.2, 0.4, 0.6)
SENSING = (1, 2, 3, 4, 5, 6)
NOTES = {
    "wakes": "a day",
    "joins": "a day",
    "over_percent": "more than the least possible, mean",
    "worst_percent": "the same, at worst",
}
TAUGHT = """\
No schedule has fewer wakes than one at each first end of a window, and Linux's timers come close.
What is left is where the joins go: to each wake that has one to make, or, as ours does, to the last
before one must be. Ours is over the least possible where one more wake would have saved a join that
it could not see coming. On a weather station's six tasks, {} windows a day, Linux's timers take
{:.1f} %, Android's {:.1f} %, own timers {:.0f} % more than the least, ours {:.1f} %."""

Price = tuple[int, int]  # of a wake and of a join, µC


def of(data: Path | None, progress: Progress) -> Study:
    """The study; it needs no recordings."""
    prices = [_price(board.load(name)) for name in BOARDS]
    rows = _rows([sets.some(seed) for seed in range(SETS)], prices, progress)
    sweeps = tuple(_sweeps(prices[0]))
    over, worst = (rows[0].figures[name] for name in ("over_percent", "worst_percent"))
    progress(1.0)
    return Study(
        policy="schedule",
        question="which wakes serve which windows, and which of them join, when neither is free?",
        per="a day",
        boards=BOARDS,
        tuning="nothing",
        judged=f"{SETS:,} random sets of 3 to 7 tasks, {HORIZON_S // 3_600} h each, at a board's "
        "charge of a start and of a join in turn; nothing else is counted",
        rows=rows,
        sweeps=sweeps,
        goals=(
            Goal("1 % over the least on average", f"{over:.2f} %", over <= 1),
            Goal("5 % over it at worst", f"{worst:.1f} %", worst <= 5),
            study.never_worse(rows, sweeps),
        ),
        taught=_taught(prices[0]),
        notes=NOTES,
    )


def _price(of: Board) -> Price:
    """A start, and a remembered join with its message at the lowest level."""
    start_fc = sum(
        price.state_fc(of, state, of.phase_us(phase))
        for state, phase in (("boot", "boot"), ("cpu", "wake_cpu"))
    )
    join_fc = price.join_fc(of, states.CACHED_JOIN, 0) + price.message_fc(of, 0)
    return start_fc // FC_PER_UC, join_fc // FC_PER_UC


def _rows(given: list[Tasks], prices: list[Price], progress: Progress) -> list[Row]:
    """Every way on every set, at one board's prices each."""
    each = [prices[i % len(prices)] for i in range(len(given))]
    least = np.zeros(len(given))
    for i, (tasks, price_uc) in enumerate(zip(given, each, strict=True)):
        least[i] = optimum.least(tasks, HORIZON_S, *price_uc).cost(*price_uc)
        progress(0.5 * i / len(given))
    rows = []
    for name, (kind, way) in (*WAYS.items(), (LEAST, ("optimum", None))):
        woken = [
            way(tasks, HORIZON_S) if way else optimum.least(tasks, HORIZON_S, *price_uc)
            for tasks, price_uc in zip(given, each, strict=True)
        ]
        rows.append(_row(name, kind, woken, each, least))
    return rows


def _row(name: str, kind: Kind, woken: list[Woken], prices: list[Price], least: Floats) -> Row:
    cost = np.array([one.cost(*price_uc) for one, price_uc in zip(woken, prices, strict=True)])
    over = 100 * (cost / least - 1)
    a_day = DAY_S / HORIZON_S
    figures = {
        ENERGY: energy_mj(a_day * float(cost.mean()) / 1_000),
        "wakes": a_day * float(np.mean([one.wakes for one in woken])),
        "joins": a_day * float(np.mean([one.joins for one in woken])),
        "over_percent": float(over.mean()),
        "worst_percent": float(over.max()),
    }
    ci95 = bootstrap.mean([energy_mj(mc) for mc in (a_day * cost / 1_000).tolist()])
    return Row(name, kind, figures, ci95)


def _sweeps(price_uc: Price) -> list[Sweep]:
    """Over the charge of a join, the width of the windows, and how many tasks sense."""
    seeds = range(SETS, SETS + SWEPT_SETS)
    any_of = [sets.some(seed) for seed in seeds]
    joins = [_swept(any_of, (1_000, round(1_000 * times))) for times in TIMES]
    widths = [_swept([sets.some(seed, width=one) for seed in seeds], price_uc) for one in WIDTHS]
    sizes = [_swept([sets.some(seed, sensing=n) for seed in seeds], price_uc) for n in SENSING]
    return [
        _sweep("charge of a join, in starts", TIMES, joins),
        _sweep("a window's share of its period", WIDTHS, widths),
        _sweep("tasks that sense", SENSING, sizes),
    ]


def _swept(given: list[Tasks], price_uc: Price) -> dict[str, float]:
    """Mean charge of each way over the least possible; one fixed period is far off."""
    least = [optimum.least(tasks, HORIZON_S, *price_uc).cost(*price_uc) for tasks in given]
    out = {}
    for name, (_, way) in list(WAYS.items())[:-1]:
        cost = [way(tasks, HORIZON_S).cost(*price_uc) for tasks in given]
        out[name] = float(np.mean(np.divide(cost, least)))
    return out


def _sweep(over: str, at: tuple[float, ...], found: list[dict[str, float]]) -> Sweep:
    curves = {name: [one[name] for one in found] for name in found[0]}
    return Sweep(over, at, "charge over the least possible", curves, f"{SWEPT_SETS} random sets")


def _taught(price_uc: Price) -> str:
    tasks = sets.station()
    least = optimum.least(tasks, DAY_S, *price_uc).cost(*price_uc)
    mine, linux, android, own, _ = (
        100 * (way(tasks, DAY_S).cost(*price_uc) / least - 1) for _, way in WAYS.values()
    )
    windows = sum(len(one.windows(DAY_S)) for one in tasks)
    return TAUGHT.format(windows, linux, android, own, mine)
