"""A budget of charge an hour: what is drawn keeps it, whatever the channel costs."""

import pytest

from host_sim.errors import BadInput
from host_sim.sim import run
from host_sim.spec import scenario


@pytest.mark.parametrize("mc_per_hour", [240, 300, 340])
@pytest.mark.parametrize("mean_dbm", [-68, -86])
def test_what_is_drawn_keeps_the_budget_and_something_is_still_told(
    mc_per_hour: int, mean_dbm: int
) -> None:
    asked = (f"node.battery.budget_mc_per_hour={mc_per_hour}", f"world.wifi.mean_dbm={mean_dbm}")
    result = run.run(scenario.load("garden", ("days=20", *asked)))
    drawn = result.figure("charge_mc_per_day")
    assert drawn
    assert 0.9 * mc_per_hour <= drawn / 24 <= 1.02 * mc_per_hour
    assert result.counters["delivered"] > 10


def test_a_budget_that_sleep_alone_exceeds_is_refused() -> None:
    with pytest.raises(BadInput, match=r"sleep alone takes 227 mC an hour of it; raise it"):
        scenario.load("garden", ("node.battery.budget_mc_per_hour=226",))
    scenario.load("garden", ("node.battery.budget_mc_per_hour=227",))


def test_a_switch_stays_associated_and_so_no_budget_holds() -> None:
    cell = 'node.battery={chemistry="li-ion", capacity_mah=3000, budget_mc_per_hour=20000}'
    with pytest.raises(BadInput, match="sleep alone takes 81983 mC an hour of it"):
        scenario.load("plug", (cell,))
