"""The resistor at a pin that wakes draws while its contact is closed, and not while it is open."""

import pytest

from host_sim.engine import events
from host_sim.hardware import states
from host_sim.lab.report import document
from host_sim.sim import build, wakelog
from host_sim.spec import scenario


def pulled_na(*changes: str) -> int:
    given = scenario.load("door", changes)
    return build.parts(given).current_na[0] - given.board.current_na[0]


@pytest.mark.parametrize("kohm", [45, 1_000])
def test_it_draws_for_the_share_of_the_time_that_the_contact_is_closed(kohm: int) -> None:
    given = scenario.load("door", ("days=20", f"node.watch.pull_up_kohm={kohm}"))
    parts = build.parts(given)
    level, since_us, closed_us = 0, 0, 0
    edges = zip(parts.event_us, parts.event_kind, parts.event_value, strict=True)
    turns = [(at, value) for at, kind, value in edges if kind == events.EDGE]
    end_us = build.end_us(given)
    for at, value in [*((at, value) for at, value in turns if at < end_us), (end_us, 0)]:
        closed_us += 0 if level else at - since_us
        level, since_us = value, at
    expected = 3_300_000 / kohm * closed_us / end_us
    assert pulled_na("days=20", f"node.watch.pull_up_kohm={kohm}") == pytest.approx(expected, abs=1)


def test_a_home_s_second_contact_opens_at_times_of_its_own() -> None:
    given = scenario.load("door", ("days=2", "world.door={per_day=30, open_s=2000}"))
    parts = build.parts(given, index=1)
    turns = [
        at
        for at, kind in zip(parts.event_us, parts.event_kind, strict=True)
        if kind == events.EDGE and at < build.end_us(given)
    ]
    opened, closed = turns[::2], turns[1::2] + [build.end_us(given)] * (len(turns) % 2)
    share = 1 - (sum(closed) - sum(opened)) / build.end_us(given)
    assert parts.current_na[0] - given.board.current_na[0] == round(3_300 * share)
    again = build.again(parts, given)
    assert again.current_na == parts.current_na


def test_an_esp32_s_own_draws_what_was_measured_of_one() -> None:
    """73.4 µA (refcircuit.com, article 850); 45 kΩ: ESP32-WROOM-32 datasheet 2.5, table 7."""
    na = pulled_na("days=20", "node.watch.pull_up_kohm=45")
    assert na == pytest.approx(73_400, rel=0.01)


def test_without_a_resistor_nothing_is_drawn() -> None:
    assert pulled_na("days=2", "node.watch.pull_up_kohm=10_000") == pytest.approx(330, abs=2)
    given = scenario.load("garden", ("days=2",))
    assert build.parts(given).current_na == given.board.current_na


def test_what_is_told_of_sleep_holds_the_resistor() -> None:
    """The page said 63 µA of 136, and both 1,729 days of sleep alone, whatever the resistor."""
    log = wakelog.log(scenario.load("door", ("days=1", "node.watch.pull_up_kohm=45")))
    na = log.result.ledger.current_na[states.DEEP_SLEEP]
    told = document.of(log)
    asleep = told["energy"]["states"]["deep_sleep"]
    assert asleep["ua"] == na / 1000 > 130
    assert asleep["source"].endswith(f"; and {(na - 63_000) / 1000:g} µA by sensors and a pull-up")
    lasts = log.result.asleep_days
    assert lasts is not None
    assert lasts == told["life"]["asleep_days"]
    assert lasts < 3_000_000 / (na / 1000) / 24
