"""A change of charge is more often, for longer, at another current: exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine.ledger import CELLS, Ledger
from host_sim.hardware import states
from host_sim.sim import run
from host_sim.sim.change import Change, change
from host_sim.spec import scenario

TASKS = ["climate", "report"]
BOOT = states.BOOT


def mean_na(books: Ledger) -> Fraction:
    return Fraction(books.charge_fc, books.duration_us)


def books(cells: dict[int, tuple[int, int, int]], price_na: int, tasks: list[str]) -> Ledger:
    us, times, extra = [0] * CELLS, [0] * CELLS, [0] * CELLS
    for at, row in cells.items():
        us[at], times[at], extra[at] = row
    return Ledger(us, [price_na + 7 * state for state in range(states.STATES)], tasks, extra, times)


CELL = st.tuples(st.integers(1, 10**14), st.integers(1, 10**8), st.integers(-(10**9), 10**12))
BOOKS = st.builds(
    books,
    st.dictionaries(st.integers(0, CELLS - 1), CELL, min_size=1, max_size=12),
    st.integers(0, 10**9),
    st.sampled_from([TASKS, ["battery", *TASKS], []]),
)


@given(BOOKS, BOOKS)
def test_the_parts_are_all_that_changed(before: Ledger, after: Ledger) -> None:
    cells = change(before, after)
    assert sum(cell.total for cell in cells) == mean_na(after) - mean_na(before)
    assert all(type(part) is Fraction for one in cells for part in (one.rate, one.duration))


@given(BOOKS, BOOKS)
def test_the_way_back_is_the_way_there(before: Ledger, after: Ledger) -> None:
    there, back = (
        {(one.task, one.decision, one.state): one for one in change(*pair)}
        for pair in ((before, after), (after, before))
    )
    assert there.keys() == back.keys()
    for key, one in there.items():
        assert (one.rate, one.duration, one.current) == (
            -back[key].rate,
            -back[key].duration,
            -back[key].current,
        )


@given(BOOKS)
def test_no_change_is_none(same: Ledger) -> None:
    assert not any(one.rate or one.duration or one.current for one in change(same, same))


def one(us: int, times: int, na: int, asleep_us: int) -> Ledger:
    """A cell of boot, and sleep at no current up to a fixed length."""
    cells = {BOOT: (us, times, 0), 0: (asleep_us, 1, 0)}
    made = books(cells, 0, TASKS)
    return Ledger(
        made.us, [0] * BOOT + [na] * (states.STATES - BOOT), TASKS, made.extra, made.times
    )


@pytest.mark.parametrize(
    ("after", "parts"),
    [
        (one(200, 20, 5, 800), (Fraction(1, 2), 0, 0)),  # twice as often
        (one(200, 10, 5, 800), (0, Fraction(1, 2), 0)),  # twice as long
        (one(100, 10, 10, 900), (0, 0, Fraction(1, 2))),  # twice the current
        (one(400, 20, 5, 600), (Fraction(3, 4), Fraction(3, 4), 0)),  # both, alike
        (one(200, 20, 5, 1800), (0, 0, 0)),  # the same for twice as long
        (one(0, 0, 5, 1000), (Fraction(-1, 2), 0, 0)),  # no more
    ],
)
def test_each_change_by_hand(after: Ledger, parts: tuple[Fraction, ...]) -> None:
    found = {row.state: row for row in change(one(100, 10, 5, 900), after)}["boot"]
    assert (found.rate, found.duration, found.current) == parts
    assert found == Change("climate", "sleep", "boot", *parts)


def test_what_only_one_run_did_is_a_change_of_rate() -> None:
    before, after = one(0, 0, 5, 1000), one(100, 10, 5, 900)
    (found,) = (row for row in change(before, after) if row.state == "boot")
    assert (found.rate, found.total) == (Fraction(1, 2), Fraction(1, 2))


def test_runs_tell_why() -> None:
    """Another price is a current and nothing else; a longer period is rarer, and nothing else."""
    short, long = (
        run.run(scenario.load("garden", ("days=1", f"node.task.light.period_s={s}"))).ledger
        for s in (900, 1_800)
    )
    cells = change(short, long)
    assert sum(cell.total for cell in cells) == mean_na(long) - mean_na(short)
    sensed = [cell for cell in cells if (cell.task, cell.state) == ("light", "sense")]
    assert sum(cell.rate for cell in sensed) < 0
    assert not any(cell.duration or cell.current for cell in sensed)
    dearer = Ledger(
        short.us, [2 * na for na in short.current_na], short.task_names, times=short.times
    )
    assert not any(cell.rate or cell.duration for cell in change(short, dearer))
