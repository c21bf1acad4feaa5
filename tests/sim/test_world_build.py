"""A scenario's world reaches the port as plain ints, the same for the same seed."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from host_sim.engine import events
from host_sim.engine.parts import CHANNEL_ROW, LOST_65536, Parts
from host_sim.errors import BadInput
from host_sim.sim import build, outside, run
from host_sim.spec import scenario
from host_sim.units import DAY_US


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
        "capacity_permille",
        "restart_permille",
        "stored",
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
    assert outside.news_us(world, None) == world.event_us[:-1]


def test_an_outage_takes_the_access_point_away_and_brings_it_back() -> None:
    outage = "world.wifi.outage=[{start_h=1.5, hours=0.25}]"
    world = parts("garden", outage)
    assert world.event_kind[:2] == [events.AP_DOWN, events.AP_UP]
    assert world.event_us[:2] == [5_400_000_000, 6_300_000_000]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75])
def test_a_share_that_is_lost_is_a_chance_of_65536(share: float) -> None:
    world = parts("garden", f"world.wifi.disturbed_loss={share}", f"world.wifi.disturbed={share}")
    assert world.radio[LOST_65536] == world.channel[1] == share * 65_536


def test_a_transmit_level_is_the_highest_not_above_what_was_asked() -> None:
    levels = parts("garden").levels
    assert [levels[qdbm] for qdbm in (0, 7, 8, 19, 20, 79, 80, 84)] == [0, 0, 0, 0, 1, 9, 10, 10]


def test_a_link_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(BadInput, match=r"none\.csv: no such file"):
        parts("garden", "world.wifi.recording=none.csv")


def within(given: scenario.Scenario, days: int) -> dict[str, Any]:
    """All that a world holds of its first days."""
    world = build.parts(given)
    until_us = days * DAY_US
    minutes = days * 1440

    def cells(channel: int) -> list[int]:
        _, step_us, first, count = world.channels[CHANNEL_ROW * channel :][:4]
        return [world.series[first + at % count] for at in range(until_us // step_us)]

    columns = zip(world.event_us, world.event_kind, world.event_value, strict=True)
    hearing = world.hearing
    heard = zip(
        hearing.event_us, hearing.event_clip, hearing.event_gain, hearing.event_word, strict=True
    )
    return {
        "rssi": [world.rssi[at % len(world.rssi)] for at in range(minutes)],
        "series": [
            cells(i)
            for i in range(len(world.channels) // CHANNEL_ROW)
            if world.channels[CHANNEL_ROW * i] == 0
        ],
        "events": [row for row in columns if row[0] < until_us],
        "heard": [row for row in heard if row[0] < until_us],
    }


COMMANDS = "world.commands_per_day=50"
OUTAGE = "world.wifi.outage=[{start_h=30, hours=200}]"


@pytest.mark.parametrize("name", ["door", "garden", "plug", "sound"])
@hypothesis.given(
    st.integers(1, 12), st.integers(1, 40), st.integers(0, 2**31 - 1), st.integers(1, 12)
)
@hypothesis.settings(max_examples=12)
def test_a_seed_is_one_world_however_long_the_run(
    name: str, days: int, more: int, seed: int, month: int
) -> None:
    changes = [f"seed={seed}", f"world.first_month={month}", OUTAGE]
    changes += [COMMANDS] if name == "plug" else []
    short, long = (
        scenario.load(name, (*changes, f"days={length}")) for length in (days - 0.5, days + more)
    )
    assert within(short, days) == within(long, days)


def test_commands_come_at_their_rate() -> None:
    world = parts("plug", "days=100", COMMANDS)
    assert len(world.event_us) - 1 == pytest.approx(5_000, abs=4 * 71)  # four times the root
    commands = world.event_value[:-1]
    assert commands == [i % 2 for i in range(len(commands))]  # each tells other than the last


@pytest.mark.parametrize("name", scenario.names())
def test_the_first_days_of_a_long_run_are_those_of_a_short_one(name: str) -> None:
    short, long = (run.run(scenario.load(name, (f"days={days}", "seed=4"))) for days in (3, 4))
    same = [i for i, end in enumerate(short.chunk_end_days) if end < 3]
    assert same
    assert [long.chunk_ua[i] for i in same] == [short.chunk_ua[i] for i in same]
