"""Ways to tell of a pin: what there is to tell, what was told, and what of it was late or wrong."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine.ledger import FC_PER_MC
from host_sim.lab import bound
from host_sim.lab.pin import recorded, service, ways
from host_sim.lab.pin.recorded import Pin
from host_sim.lab.pin.study import _case
from host_sim.lab.pin.ways import OURS, WAYS
from host_sim.units import DAY_S
from host_sim.world.pin import news

SECOND = 1_000_000
EDGES = st.lists(st.integers(1, 10**9), max_size=40).map(
    lambda gaps: [sum(gaps[: i + 1]) for i in range(len(gaps))]
)


@given(EDGES, st.integers(0, 10**9))
def test_an_event_ends_where_the_pin_has_rested_for_the_hold(edges: list[int], hold: int) -> None:
    told = news(edges, hold)
    assert told == sorted(told)
    begins, ends = told[::2], told[1::2]
    assert set(begins) <= set(edges[::2])
    assert {end - hold for end in ends} <= set(edges[1::2])
    rests = [b - a for a, b in pairwise(edges)][1::2]
    assert len(begins) == len(edges[::2]) - sum(rest < hold for rest in rests)


def test_without_a_hold_each_edge_is_news() -> None:
    assert news([5, 5, 7], 0) == [5, 5, 7]
    assert news([1, 2, 11, 12, 22, 30], 10) == [1, 22, 22, 40]
    assert news([1, 2, 11, 12, 21, 30], 10) == [1, 40]


def test_a_service_is_what_was_known_when() -> None:
    told = [10, 20, 50, 60]
    assert service.of(told, [(10, 1), (20, 0), (50, 1), (60, 0)], 100).wrong_us == 0
    late = service.of(told, [(12, 1), (25, 0)], 100)
    assert (late.late_s, late.missed, late.wrong_us) == ([2e-6], 1, 2 + 5 + 10)
    flaps = service.of(told, [(10, 1), (14, 0), (16, 1), (20, 0), (59, 1)], 100)
    assert (flaps.late_s, flaps.missed, flaps.wrong_us) == ([0, 9e-6], 0, 2 + 9 + 40)
    assert service.of(told, [(8, 1)], 100).late_s == [0, 0]


def test_ours_wakes_at_each_edge_and_tells_begin_and_end(tmp_path: Path) -> None:
    """Twenty edges 40 s apart: each way but the one that tells each of them, tells an event."""
    edges = [SECOND * (40_000 + 40 * i) for i in range(20)]
    case = _case(tmp_path, Pin("chatter", edges, 1), 120)
    lives = {name: ways.life(way, case.scenario) for name, way in WAYS.items()}
    told = {name: len([1 for _, level in one.arrived if level]) for name, one in lives.items()}
    assert case.events == 1
    assert told[OURS] == told["light sleep for the hold"] == 1
    assert told["Torpor, each edge told"] == told["each edge told, deep at once"] == 10
    ours = lives[OURS]
    assert case.served(ours).missed == 0
    assert min(lives.values(), key=lambda one: one.charge_mc) == ours
    assert ours.charge_mc > bound.of(case.scenario).charge_fc / FC_PER_MC


def test_the_recorded_motion_begins_and_ends_at_rest(recordings: Path) -> None:
    pins = recorded.motion(recordings)
    assert len({pin.name for pin in pins}) == len(pins) >= 5
    for pin in pins:
        assert len(pin.edges_us) % 2 == 0
        assert all(a < b for a, b in pairwise(pin.edges_us))
        assert 0 < pin.edges_us[0] < pin.edges_us[-1] < pin.days * DAY_S * SECOND
