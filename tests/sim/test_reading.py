"""A reading's own time and current: priced to the µA, by both engines, and known to the device."""

import pytest

from host_sim.engine import native, plain
from host_sim.engine.ledger import Entry
from host_sim.sim import run, wakelog
from host_sim.spec import scenario
from host_sim.spec.configure import device

PACE = "node.task.climate.longest_s=300"  # its period, whatever is read
READ = ("node.channel.humidity.read_ms=400", "node.channel.humidity.read_ua=450")


def sensed(*changes: str, engine: type = plain.Life) -> Entry:
    result = run.run(scenario.load("garden", ("days=0.5", PACE, *changes)), engine=engine)
    return next(line for line in result.ledger.by_state() if line.name == "sense")


@pytest.mark.parametrize("engine", [plain.Life, native.Life])
def test_it_is_booked_at_its_time_and_current(engine: type) -> None:
    """Of three channels, one reads for 400 ms at 450 µA more than the board."""
    board = scenario.load("garden").board
    was, now = sensed(engine=engine), sensed(*READ, engine=engine)
    assert now.times == was.times
    readings = (now.duration_us - was.duration_us) / (400_000 - board.phase_us("measure"))
    assert readings == 144  # each five minutes of half a day
    na = board.file.states["sense"].current_na
    longer_fc = (now.duration_us - was.duration_us) * na
    own_fc = 144 * 400_000 * 450_000
    rounded = 144 * 1024 * 2
    assert now.charge_fc - was.charge_fc == pytest.approx(longer_fc + own_fc, abs=rounded)


def test_a_run_that_is_told_wake_by_wake_books_it_too() -> None:
    """As torpor report, view, validate and --export do."""
    given = scenario.load("garden", ("days=0.5", *READ))
    assert wakelog.log(given).result.ledger == run.run(given).ledger


def test_the_device_knows_what_its_task_costs() -> None:
    """config.json has it, by which a budget of charge is kept."""
    given, own = scenario.load("garden"), scenario.load("garden", READ)
    before, after = (device(one.file.node, one.board).tasks[0].cost_uc for one in (given, own))
    na = given.board.file.states["sense"].current_na
    more_us = 400_000 - given.board.phase_us("measure")
    assert after - before == pytest.approx(more_us * na / 1e9 + 400_000 * 450_000 / 1e9, abs=1)
