"""Whose turn it is among many nodes, and what a command does to it."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine.ether import alone
from host_sim.engine.home import AWAKE, Home

TIMES = st.integers(0, 10**15)


def home(times: list[int]) -> Home:
    ports: Any = [SimpleNamespace(now_us=us) for us in times]
    return Home(ports, [[0]] * len(times), alone())


def first(times: list[int]) -> tuple[int, int]:
    return min((us, node) for node, us in enumerate(times))


@given(st.lists(TIMES, min_size=1, max_size=70), st.data())
def test_the_next_is_the_earliest_and_of_several_the_lowest(
    times: list[int], data: st.DataObject
) -> None:
    turns = home(times)
    for _ in range(20):
        assert (turns.next_us(), turns.first[1]) == first(times)
        node = data.draw(st.integers(0, len(times) - 1))
        times[node] = data.draw(TIMES)
        turns.plan(node, times[node])
    assert (turns.next_us(), turns.first[1]) == first(times)


def test_a_node_that_is_done_comes_behind_every_other() -> None:
    turns = home([5, 7, 9])
    turns.plan(0, turns.never_us)
    assert (turns.next_us(), turns.first[1]) == (7, 1)


def mailed(turns: Home, at_us: int) -> list[tuple[int, int]]:
    """What node 1 is handed when a command for it comes at this instant."""
    handed: list[tuple[int, int]] = []
    port: Any = SimpleNamespace(deliver=lambda value, at_us: handed.append((value, at_us)))
    turns.ports[1] = port
    turns.ether.mail = [1, 1, at_us]
    turns.ether.mails = 1
    turns.settle()
    assert turns.ether.mails == 0
    return handed


def test_a_command_ends_the_sleep_of_a_node_that_listens() -> None:
    turns = home([5, 1_000])
    turns.kind[1] = 1
    assert mailed(turns, 600) == [(1, 600)]
    assert turns.turn[1] // 2 == 600


def test_a_command_that_comes_later_than_the_sleep_ends_changes_no_turn() -> None:
    turns = home([5, 1_000])
    turns.kind[1] = 1
    mailed(turns, 1_000)
    assert turns.turn[1] // 2 == 1_000


def test_a_node_whose_radio_is_off_sleeps_on() -> None:
    turns = home([5, 1_000])
    assert turns.kind[1] == AWAKE  # its sleep is simulated already
    assert mailed(turns, 600) == [(1, 600)]
    assert turns.turn[1] // 2 == 1_000
