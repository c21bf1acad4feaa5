"""A scenario's world reaches the port as plain ints, the same for the same seed."""

from typing import Any

import pytest

from host_sim.engine import kernel
from host_sim.engine.hearing import Hearing
from host_sim.errors import BadInput
from host_sim.sim import build
from host_sim.spec import scenario

EVENTS = slice(10, 13)  # event_us, event_kind, event_value


def arguments(name: str, *changes: str) -> tuple[Any, ...]:
    return build.arguments(scenario.load(name, ("days=2", *changes)))


def plain(value: Any) -> Any:
    return vars(value) if isinstance(value, Hearing) else value


@pytest.mark.parametrize("name", scenario.names())
def test_everything_is_a_list_of_ints_and_its_seed(name: str) -> None:
    given = arguments(name)
    lists = [value for value in given if not isinstance(value, Hearing)]
    assert all(type(cell) is int for value in lists for cell in value)
    assert [plain(value) for value in given] == [plain(value) for value in arguments(name)]


def test_another_seed_is_another_world() -> None:
    assert arguments("garden")[7:9] != arguments("garden", "seed=2")[7:9]


def test_events_come_in_order_with_a_sentinel_and_the_door_opens_first() -> None:
    at_us, kinds, values = arguments("door", "days=28")[EVENTS]
    assert at_us == sorted(at_us)
    assert at_us[-1] == kernel.NEVER_US
    assert set(kinds) == {kernel.EDGE}
    assert values[:-1] == [1, 0] * 100


def test_an_outage_takes_the_access_point_away_and_brings_it_back() -> None:
    outage = "world.wifi.outage=[{start_h=1.5, hours=0.25}]"
    at_us, kinds, _ = arguments("garden", outage)[EVENTS]
    assert kinds[:2] == [kernel.AP_DOWN, kernel.AP_UP]
    assert at_us[:2] == [5_400_000_000, 6_300_000_000]


def test_a_transmit_level_is_the_highest_not_above_what_was_asked() -> None:
    levels = arguments("garden")[6]
    assert [levels[qdbm] for qdbm in (0, 7, 8, 19, 20, 79, 80, 84)] == [0, 0, 0, 0, 1, 9, 10, 10]


def test_a_link_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(BadInput, match=r"none\.csv: no such file"):
        arguments("garden", "world.wifi.recording=none.csv")
