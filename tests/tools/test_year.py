"""The picture of torpor sim --plot."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from host_sim.engine import native, plain
from host_sim.lab import decisions
from host_sim.sim import plot, run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from tests import pictures


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def simulated(
    name: str, *changes: str, compare: bool = True, engine: type[plain.Life] = native.Life
) -> list[Result]:
    given = scenario.load(name, changes)
    results = [run.run(given, engine=engine)]
    if compare:
        naive, device = decisions.without(given, decisions.NAIVE)
        results.append(run.run(naive, device=device, engine=engine))
    return results


def test_it_says_why_a_line_ends_and_each_life() -> None:
    ours, theirs = simulated("garden", "days=158")
    assert ours.alive
    assert not theirs.alive
    words = pictures.words(plot.picture([ours, theirs]))
    assert f"Torpor: {ours.ledger.average_current_ua:,.4g} µA on average" in words
    assert f"battery life {ours.battery_life_days:.0f} days" in words
    assert words.count(f"brown-out after {theirs.days:.0f} days") == 2  # at its end, in the key


def test_without_a_cell_there_is_no_life() -> None:
    (result,) = simulated("plug", "days=2", compare=False)
    words = pictures.words(plot.picture([result]))
    assert f"{result.ledger.average_current_ua / 1000:.2f} mA on average" in words
    assert "life" not in words


@pytest.mark.parametrize("days", [0.25, 1, 3])
def test_a_run_is_drawn_from_its_start_to_its_end(days: float) -> None:
    (result,) = simulated("garden", f"days={days}", compare=False, engine=plain.Life)
    (line,) = plot.picture([result]).axes[0].lines
    at_day = np.asarray(line.get_xdata())
    assert (at_day[0], at_day[-1]) == (0, pytest.approx(days, abs=1e-3))


def test_a_sleep_of_days_is_drawn_as_long_as_it_is() -> None:
    """The door sleeps longer than a day at times: its stretches end where they end."""
    (result,) = simulated("door", "days=200", compare=False, engine=plain.Life)
    assert len(result.chunk_ua) < 199
    at_day = np.asarray(plot.picture([result]).axes[0].lines[0].get_xdata())
    assert at_day[-1] == pytest.approx(200, abs=2)
    charge_mc = float(np.dot(result.chunk_ua, np.diff(at_day))) * 86.4
    assert charge_mc == pytest.approx(result.ledger.charge_fc / 1e12, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("garden", ["days=1"]),
        ("garden", ["days=150"]),
        ("garden", ["days=20", "node.battery.capacity_mah=20"]),
        ("door", ["days=3650"]),
        ("plug", ["days=1"]),
        ("sound", ["days=1", "node.watch.ulp=true"]),
        ("garden", ["days=1", "title=" + "A title that nobody shortened " * 9]),
        ("garden", ["days=1", "title=" + "W" * 300]),
    ],
)
def test_no_text_is_cut_off_or_lies_over_another(name: str, changes: list[str]) -> None:
    assert pictures.faults(plot.picture(simulated(name, *changes))) == []
