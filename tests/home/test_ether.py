"""Frames on a shared channel: heard, waited for, lost, at the exact levels."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine.ether import (
    BUCKET_US,
    BUCKETS,
    CAPTURE_QDB,
    DEPTH,
    FREE,
    LATENCY_US,
    LONGEST_US,
    SENSE_QDBM,
    SPOILT,
    Ether,
)
from host_sim.world import pathloss

AIR_US = 1_500
AT_US = 50_000_000
FULL = 80  # quarter-dBm


def ether(*places_cm: tuple[int, int], exponent: float = 3.0) -> Ether:
    """Nodes in these places, the access point in the last."""
    x, y = zip(*places_cm, strict=True)
    return Ether(len(x) - 1, list(x), list(y), pathloss.table_qdb(exponent), [])


def near() -> Ether:
    return ether((0, 0), (300, 0), (150, 0))


def met(air: Ether, at_us: int, qdbm: int = FULL, sender: int = 1) -> int:
    return air.busy(sender, air.nodes, at_us, AIR_US, qdbm)


@pytest.mark.parametrize(
    ("late_us", "found"),
    [
        (-AIR_US, FREE),
        (-AIR_US + 1, AT_US + AIR_US),
        (0, AT_US + AIR_US),
        (AIR_US - 1, AT_US + AIR_US),
        (AIR_US, FREE),
    ],
)
def test_a_frame_is_in_the_way_as_long_as_it_is_on_the_air(late_us: int, found: int) -> None:
    air = near()
    air.add(0, AT_US, AIR_US, FULL)
    assert met(air, AT_US + late_us) == found


def test_nobodys_own_frames_are_in_its_way() -> None:
    air = near()
    air.add(1, AT_US, AIR_US, FULL)
    assert met(air, AT_US) == FREE


def test_of_two_that_are_heard_the_later_end_counts() -> None:
    air = ether((0, 0), (300, 0), (100, 100), (150, 0))
    air.add(0, AT_US, AIR_US, FULL)
    air.add(2, AT_US + 700, AIR_US, FULL)
    air.add(2, AT_US + 800, 100, FULL)
    assert met(air, AT_US + 500) == AT_US + 700 + AIR_US


def test_a_frame_that_began_in_the_bucket_before_is_in_the_way_to_its_end() -> None:
    """Before others, so that it is not the last end that says so."""
    at_us = AT_US // BUCKET_US * BUCKET_US
    air = near()
    air.add(0, at_us - LONGEST_US + 1, LONGEST_US, FULL)
    air.add(0, at_us + 3 * AIR_US, AIR_US, FULL)
    assert met(air, at_us) == at_us + 1
    assert met(air, at_us + 1) == FREE


def test_a_frame_is_heard_from_the_level_of_carrier_sense_on() -> None:
    air = near()
    at_level = SENSE_QDBM + air.path_qdb(0, 1)
    for qdbm, found in ((at_level, AT_US + AIR_US), (at_level - 1, FREE)):
        air = near()
        air.add(0, AT_US, AIR_US, qdbm)
        # Sent strongly enough that what is not heard spoils nothing.
        assert met(air, AT_US, FULL) == found


def test_what_is_not_heard_spoils_a_frame_that_is_not_far_above_it() -> None:
    hidden = ((-6_100, 0), (6_100, 0), (0, 0))
    assert 4 * 20 - ether(*hidden).path_qdb(0, 1) < SENSE_QDBM
    for more_qdb, found in ((CAPTURE_QDB, SPOILT), (CAPTURE_QDB + 1, FREE)):
        air = ether(*hidden)
        air.add(0, AT_US, AIR_US, FULL - more_qdb)
        assert met(air, AT_US, FULL) == found


def test_old_frames_give_way_to_those_of_the_same_bucket() -> None:
    air = near()
    air.add(0, AT_US, AIR_US, FULL)
    air.add(0, AT_US + BUCKETS * BUCKET_US, AIR_US, FULL)
    assert met(air, AT_US) == FREE
    assert met(air, AT_US + BUCKETS * BUCKET_US) != FREE


def test_more_frames_than_a_bucket_holds_are_let_go() -> None:
    air = near()
    for i in range(DEPTH + 5):
        air.add(0, AT_US + i, 10, FULL)
    assert met(air, AT_US + DEPTH + 9) == FREE
    assert met(air, AT_US + DEPTH - 1) == AT_US + DEPTH - 1 + 10


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.sampled_from([2.0, 3.0, 4.5]))
def test_the_table_is_the_model_to_a_sixteenth_of_an_octave(
    x_cm: int, y_cm: int, exponent: float
) -> None:
    air = ether((0, 0), (x_cm, y_cm), (0, 0), exponent=exponent)
    told_db = air.path_qdb(0, 1) / 4
    exact_db = pathloss.loss_db(exponent, hypot(x_cm, y_cm) / 100)
    step_db = pathloss.loss_db(exponent, 17**0.5) - pathloss.loss_db(exponent, 16**0.5)
    assert exact_db - step_db - 0.13 <= told_db <= exact_db + 0.13
    assert air.path_qdb(0, 1) == air.path_qdb(1, 0)


def test_of_many_readings_in_a_message_each_receiver_gets_the_newest() -> None:
    air = Ether(3, [0] * 4, [0] * 4, pathloss.table_qdb(3.0), [0, 7, 1, 0, 7, 2])
    for reading in range(25):
        air.report(0, 7, reading % 2, AT_US + reading)
        air.report(0, 6, 1, AT_US)
    assert air.mails == 2
    assert air.mail == [1, 0, AT_US + 24 + LATENCY_US, 2, 0, AT_US + 24 + LATENCY_US]
