"""What sensors draw all the time is in every state, and in the bound."""

import pytest

from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.lab import bound
from host_sim.lab.report import document
from host_sim.sim import build, run, wakelog
from host_sim.spec import scenario

WET, COLD = "node.channel.humidity.standby_ua", "node.channel.temperature.standby_ua"
STANDBY = (f"{WET}=10.25", f"{COLD}=2")  # of two sensors


def garden(*changes: str) -> scenario.Scenario:
    return scenario.load("garden", ("days=3", *changes))


def test_every_state_draws_it_and_nothing_else_changes() -> None:
    with_it, without = run.run(garden(*STANDBY)), run.run(garden())
    for more, less in zip(with_it.ledger.current_na, without.ledger.current_na, strict=True):
        assert more - less == 12_250
    assert with_it.ledger.us == without.ledger.us


def test_the_bound_draws_it_too() -> None:
    more = bound.of(garden(*STANDBY)).average_current_ua - bound.of(garden()).average_current_ua
    assert more == pytest.approx(12.25)


def test_a_budget_that_it_uses_up_is_refused() -> None:
    """63 µA and 100 µA are 227 and 360 mC an hour."""
    of_hour = "node.battery.budget_mc_per_hour={}".format
    garden(of_hour(587), f"{WET}=100")
    with pytest.raises(BadInput, match="sleep alone takes 587 mC an hour of it"):
        garden(of_hour(586), f"{WET}=100")


def test_it_is_told_beside_the_board_s_source() -> None:
    told = document.of(wakelog.log(garden(*STANDBY)))["energy"]["states"]["deep_sleep"]
    assert told["ua"] == 75.25
    assert told["source"].endswith("; and 12.25 µA by sensors and a pull-up")


@pytest.mark.parametrize(
    ("name", "state", "less"),
    [
        ("plug", "modem_sleep", True),
        ("plug", "associate", False),
        ("plug", "tx_20", False),
        ("garden", "modem_sleep", False),
    ],
)
def test_what_a_switch_spares_is_told_beside_its_source(name: str, state: str, less: bool) -> None:
    told = document.of(wakelog.log(scenario.load(name, ("days=0.01",))))["energy"]["states"][state]
    assert ("; less 8.4 mA by a clock of 80 MHz (" in told["source"]) == less


def test_a_current_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="expected float >= 0"):
        garden(f"{WET}=-0.1")
    assert build.parts(garden(f"{WET}=0.0004")).current_na[states.DEEP_SLEEP] == 63_000
