"""A scenario's world reaches the port as plain ints, the same for the same seed."""

from typing import Any

import pytest

from host_sim.engine import events
from host_sim.engine.parts import Parts
from host_sim.errors import BadInput
from host_sim.sim import build
from host_sim.spec import scenario


def parts(name: str, *changes: str) -> Parts:
    return build.parts(scenario.load(name, ("days=2", *changes)))


def plain(world: Parts) -> dict[str, Any]:
    within = {"hearing": vars(world.hearing), "ether": vars(world.ether)}
    return {**vars(world), **within}


@pytest.mark.parametrize("name", scenario.names())
def test_everything_is_a_list_of_ints_and_its_seed(name: str) -> None:
    given = parts(name)
    lists = [value for value in vars(given).values() if isinstance(value, list)]
    assert {name for name, value in vars(given).items() if not isinstance(value, list)} == {
        "hearing",
        "ether",
        "index",
    }
    assert all(type(cell) is int for value in lists for cell in value)
    assert plain(given) == plain(parts(name))


def test_another_seed_is_another_world() -> None:
    one, other = parts("garden"), parts("garden", "seed=2")
    assert one.rssi != other.rssi
    assert one.series != other.series


def test_events_come_in_order_with_a_sentinel_and_the_door_opens_first() -> None:
    world = parts("door", "days=28")
    assert world.event_us == sorted(world.event_us)
    assert world.event_us[-1] == events.NEVER_US
    assert set(world.event_kind) == {events.EDGE}
    assert world.event_value[:-1] == [1, 0] * 100


def test_an_outage_takes_the_access_point_away_and_brings_it_back() -> None:
    outage = "world.wifi.outage=[{start_h=1.5, hours=0.25}]"
    world = parts("garden", outage)
    assert world.event_kind[:2] == [events.AP_DOWN, events.AP_UP]
    assert world.event_us[:2] == [5_400_000_000, 6_300_000_000]


def test_a_transmit_level_is_the_highest_not_above_what_was_asked() -> None:
    levels = parts("garden").levels
    assert [levels[qdbm] for qdbm in (0, 7, 8, 19, 20, 79, 80, 84)] == [0, 0, 0, 0, 1, 9, 10, 10]


def test_a_link_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(BadInput, match=r"none\.csv: no such file"):
        parts("garden", "world.wifi.recording=none.csv")
