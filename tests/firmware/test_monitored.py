"""Chip and simulator agree on what the ULP reads; and a whole node lives on it."""

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine.parts import CHANNEL_ROW, SERIES, Parts
from host_sim.engine.port import SimPort
from host_sim.sim import build
from host_sim.spec import scenario
from tests.firmware import rig
from tests.firmware.reader import BY_ULP, HUMIDITY, LUX, TEMPERATURE, Reader, words
from tests.firmware.test_monitor import EVERY_MS, node
from torpor.policy.sleep import DEEP
from torpor.port import RECALLED

CHANNELS = (TEMPERATURE, HUMIDITY, LUX)
MOST = RECALLED + 8  # looks of a sleep
LUX_MV = 50  # from one voltage to the next, with marks between them: what a step is drifts
NEAR_MV = 2

# Values at the marks and beside them, of which each sensor tells all; and such marks.
VALUES = (
    st.sampled_from([-4_500, 1_949, 1_950, 1_951, 2_000, 2_049, 2_050, 2_051, 13_000]),
    st.sampled_from([0, 4_699, 4_700, 4_701, 5_000, 5_299, 5_300, 5_301, 10_000]),
    st.integers(1, 6).map(lambda k: k * LUX_MV),
)
MARKS = (
    st.tuples(
        st.sampled_from([-4_501, -4_500, 1_949, 1_950]), st.sampled_from([2_049, 2_050, 2_051])
    ),
    st.tuples(
        st.sampled_from([4_699, 4_700, 4_701]),
        st.sampled_from([5_299, 5_300, 5_301, 10_000, 10_001]),
    ),
    st.tuples(st.integers(0, 2), st.integers(3, 6)).map(
        lambda k: (k[0] * LUX_MV + LUX_MV // 2, k[1] * LUX_MV + LUX_MV // 2)
    ),
)
LOOKS = st.integers(1, 16)
Marks = tuple[int, int] | None
Row = tuple[int, int, int]


class Outcome(NamedTuple):
    """What woke the node, how often it was read, and by channel what is recalled of it."""

    cause: int
    asleep_ms: int
    counts: list[int]
    recalled: list[list[int]]


def outcome(cause: int, asleep_ms: int, port: Any) -> Outcome:
    counts = [port.monitored(channel) for channel in CHANNELS]
    recalled = [
        [port.recalled(channel, age) for age in range(count)]
        for channel, count in zip(CHANNELS, counts, strict=True)
    ]
    return Outcome(cause, asleep_ms, counts, recalled)


@cache
def _world() -> tuple[Parts, scenario.Scenario]:
    given = scenario.load("garden", (*BY_ULP, "days=1", "world.drift_ppm=0"))
    return build.parts(given), given


def simulated(rows: list[Row], marks: list[Marks], looks: list[int], ms: int) -> Outcome:
    parts, given = _world()
    channels = list(parts.channels)
    for channel in CHANNELS:  # a cell a look, the first of them before any
        first = channel * (len(rows) + 1)
        place = [SERIES, EVERY_MS * 1000, first, len(rows) + 1]
        channels[channel * CHANNEL_ROW : channel * CHANNEL_ROW + 4] = place
    series = [cell for channel in CHANNELS for cell in (0, *(row[channel] for row in rows))]
    port = SimPort(replace(build.again(parts, given), series=series, channels=channels))
    for channel, pair in zip(CHANNELS, marks, strict=True):
        if pair:
            port.monitor(channel, *pair, looks[channel])
    began_us = port.now_us
    cause = port.sleep(DEEP, ms)
    return outcome(cause, (port.now_us - port.start_us - began_us) // 1000, port)


def on_the_chip(rows: list[Row], marks: list[Marks], looks: list[int], ms: int) -> Outcome:
    state = rig.power_on()
    words(24_342, 0x8000, 0x1000)
    port = node(state)
    drivers = [port._scale(channel) for channel in CHANNELS]
    raw = [[one.raw(value) for one, value in zip(drivers, row, strict=True)] for row in rows]

    for channel, pair in zip(CHANNELS, marks, strict=True):
        if pair:
            port.monitor(channel, *pair, looks[channel])
    Reader(lambda run: words(*raw[run - 1]))
    began_ms = state["now_ms"]
    rig.deep_sleep(port, ms)
    return outcome(rig.esp32.cause(rig.esp32.memory()), state["now_ms"] - began_ms, node(state))


@settings(max_examples=100)
@given(
    rows=st.lists(st.tuples(*VALUES), min_size=1, max_size=MOST),
    marks=st.tuples(*(st.none() | one for one in MARKS)),
    looks=st.lists(LOOKS, min_size=3, max_size=3),
)
def test_the_chip_and_the_simulator_agree(
    rows: list[Row], marks: tuple[Marks, ...], looks: list[int]
) -> None:
    """At which reading the node wakes, why, and what it is told then."""
    ms = len(rows) * EVERY_MS + EVERY_MS // 2
    ours = simulated(rows, list(marks), looks, ms)
    theirs = on_the_chip(rows, list(marks), looks, ms)
    assert ours[:3] == theirs[:3]
    for channel in (TEMPERATURE, HUMIDITY):
        assert ours.recalled[channel] == theirs.recalled[channel]
    for one, other in zip(ours.recalled[LUX], theirs.recalled[LUX], strict=True):
        assert one == other or abs(one - other) <= NEAR_MV
