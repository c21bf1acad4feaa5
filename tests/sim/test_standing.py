"""A baseline: exact, sorted, an entry a line, and refused in a line where it is damaged."""

import re
import subprocess
from pathlib import Path

import pytest

from host_sim.engine.ledger import CELLS
from host_sim.errors import BadInput
from host_sim.hardware.cell import UNIT_FC
from host_sim.lab import standing
from host_sim.lab.cause import Why, mean_na
from host_sim.sim import run, runfile
from host_sim.sim.runfile import Run
from host_sim.spec import scenario


def simulated(seed: int, *changes: str) -> Run:
    given = scenario.load("garden", ("days=0.5", f"seed={seed}", *changes))
    return runfile.of(run.run(given))


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [simulated(1), simulated(2)]


@pytest.fixture(scope="module")
def whole(runs: list[Run]) -> str:
    return standing.text({"garden": standing.of(runs), "nodes/a b.toml": standing.of(runs[:1])})


def test_what_is_read_is_what_was_kept(runs: list[Run], whole: str, tmp_path: Path) -> None:
    path = tmp_path / "power.toml"
    path.write_text(whole)
    kept = standing.load(path).scenario
    assert kept == {"garden": standing.of(runs), "nodes/a b.toml": standing.of(runs[:1])}
    assert kept["garden"].seeds == [1, 2]
    for name, values in kept["garden"].figures.items():
        assert values == [one.figures[name] for one in runs]
    assert standing.text(kept) == whole


def test_its_books_are_those_of_all_seeds(runs: list[Run]) -> None:
    books = standing.of(runs).ledger
    assert books.charge_fc == sum(one.ledger.charge_fc for one in runs)
    assert books.duration_us == sum(one.ledger.duration_us for one in runs)
    assert books.times == [a + b for a, b in zip(*(one.ledger.times for one in runs), strict=True)]


def test_why_is_the_mean_of_the_seeds_whys(runs: list[Run]) -> None:
    """They last equally long; so the parts are exact for the seeds together."""
    dear = [simulated(seed, "node.task.climate.warmup_ms=500") for seed in (1, 2)]
    was, now = standing.of(runs), standing.of(dear)
    why = Why(was, now)
    assert sum(one.total for one in why.causes) == mean_na(now.ledger) - mean_na(was.ledger)
    assert why.keys == [("node.task.climate.warmup_ms", 15, 500)]


def test_another_seed_is_no_key_that_differs(runs: list[Run]) -> None:
    assert Why(standing.of(runs[:1]), standing.of(runs[1:])).keys == []


def test_a_change_shows_in_its_lines_alone(whole: str, runs: list[Run]) -> None:
    other = standing.text(
        {
            "garden": standing.of([simulated(1, "node.task.climate.warmup_ms=16"), runs[1]]),
            "nodes/a b.toml": standing.of(runs[:1]),
        }
    )
    before, after = whole.splitlines(), other.splitlines()
    assert len(before) == len(after)
    moved = [a for a, b in zip(before, after, strict=True) if a != b]
    assert '"node.task.climate.warmup_ms" = 15' in moved
    assert any(line.startswith("climate.scheduled.light_sleep = [") for line in moved)
    assert not any(re.search(r"\blight\b", line) for line in moved)


def test_branches_that_moved_different_scenarios_merge(runs: list[Run], tmp_path: Path) -> None:
    was, now = standing.of(runs[:1]), standing.of([simulated(1, "node.task.light.warmup_ms=9")])
    sides = {
        "ours": {"a": now, "b": was},
        "base": {"a": was, "b": was},
        "theirs": {"a": was, "b": now},
    }
    for name, standings in sides.items():
        (tmp_path / name).write_text(standing.text(standings))
    subprocess.run(["git", "merge-file", *sides], cwd=tmp_path, check=True)
    assert standing.load(tmp_path / "ours").scenario == {"a": now, "b": now}


def test_a_scenario_is_called_as_seen_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "power.toml"
    assert standing.label("garden", path) == "garden"
    assert standing.label(str(tmp_path / "nodes" / "a.toml"), path) == "nodes/a.toml"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("torpor_baseline = 1\n", "", ": no baseline of torpor's; write one by torpor check"),
        ("torpor_baseline = 1", "torpor_baseline = 9", ": a baseline of version 9; write one by"),
        ("seeds = [1, 2]", "seeds = [1]", "scenario.garden: is damaged (figures and seeds of diff"),
        (
            "price_na]\naddress = ",
            "price_na]\naddres = ",
            "scenario.garden: is damaged (price_na); write it anew",
        ),
        (
            "climate.scheduled.light_sleep = [",
            "clima.scheduled.light_sleep = [",
            "(no clima.scheduled.light_sleep)",
        ),
        ("climate.scheduled.light_sleep = [", "climate.scheduled.light_sleep = [-", "got -"),
        ("seeds = [1, 2]", "<<<<<<< ours", "invalid statement; mend the TOML syntax"),
    ],
)
def test_what_is_damaged_is_refused(
    old: str, new: str, said: str, whole: str, tmp_path: Path
) -> None:
    path = tmp_path / "power.toml"
    text = whole.replace(old, new, 1)
    assert text != whole
    path.write_text(text)
    with pytest.raises(BadInput) as raised:
        standing.load(path)
    assert str(raised.value).startswith(str(path))
    assert said.lower() in str(raised.value).lower()


def test_its_books_hold_what_each_seed_s_contact_let_through() -> None:
    """A contact at random is open for longer with one seed: its resistor draws less. 0.4 % off."""
    door = ("days=2", "world.door={per_day=30, open_s=2000}", "node.watch.pull_up_kohm=100")
    runs = [runfile.of(run.run(scenario.load("door", (*door, f"seed={at}")))) for at in (1, 2)]
    assert runs[0].price_na != runs[1].price_na
    whole_fc = sum(one.ledger.charge_fc for one in runs)
    assert abs(standing.of(runs).ledger.charge_fc - whole_fc) < CELLS * UNIT_FC
