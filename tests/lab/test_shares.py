"""Shapley's value: by its axioms, and on games whose value is known."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.lab import shares

NAMES = ("a", "b", "c")


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8))
def test_the_shares_add_up_to_the_whole(values: list[float]) -> None:
    def value(some: Collection[str]) -> float:
        return values[sum(1 << NAMES.index(name) for name in some)]

    found = shares.shapley(NAMES, value)
    assert sum(found.values()) == pytest.approx(values[7] - values[0], abs=1e-9)


def test_a_left_and_two_right_gloves() -> None:
    found = shares.shapley(NAMES, lambda some: float("a" in some and len(some) > 1))
    assert found == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


def test_one_that_changes_nothing_has_no_share() -> None:
    found = shares.shapley(NAMES, lambda some: 3.0 * ("b" in some) + ("c" in some))
    assert found == pytest.approx({"a": 0, "b": 3, "c": 1})


def test_drawn_orders_add_up_too_and_ask_no_more_than_they_say() -> None:
    names = "abcdefg"
    asked: set[frozenset[str]] = set()

    def value(some: Collection[str]) -> float:
        asked.add(frozenset(some))
        return len(some) ** 2 + 10.0 * ("a" in some and "b" in some)

    found = shares.shapley(names, value)
    assert sum(found.values()) == pytest.approx(59)
    assert len(asked) <= shares.runs(names) < 2 ** len(names)
    assert found["a"] > found["c"]
