"""Waits by chance: within their bound, of every length, another for each node."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import spread


def node(within_ms, state=1):
    r = blank(AT + spread.SIZE)
    r[AT + spread.STATE] = state
    r[AT + spread.WITHIN_MS] = within_ms
    return r


def waits(r, count, least_ms=0):
    out = []
    for _ in range(count):
        with locked:
            ms = spread.wait_ms(r, AT, least_ms)
        out.append(ms)
    return out


def test_without_a_bound_nothing_waits():
    assert waits(node(0), 100) == [0] * 100


def test_a_wait_is_shorter_than_its_bound():
    for within_ms in (1, 2, 1000, 0x3FFF, 0x4000, 300000, 0x10000000):
        found = waits(node(within_ms), 2000)
        assert min(found) >= 0
        assert max(found) < within_ms


def test_the_larger_of_two_bounds_counts():
    for within_ms, least_ms in ((0, 5000), (4999, 5000), (5000, 4999), (5000, 0)):
        assert waits(node(within_ms), 50, least_ms) == waits(node(5000), 50)


def test_every_tenth_of_the_bound_is_as_likely():
    r = node(1000000)
    tenths = [0] * 10
    for _ in range(20000):
        tenths[spread.wait_ms(r, AT, 0) // 100000] += 1
    assert min(tenths) > 1900
    assert max(tenths) < 2100


def test_nodes_that_start_alike_wait_apart():
    first = [waits(node(60000, state), 1)[0] for state in range(100)]
    assert len(set(first)) == 100


def test_the_generator_comes_back_after_all_its_states_and_not_before():
    r = node(60000)
    began = r[AT + spread.STATE]
    spread.wait_ms(r, AT, 0)
    count = 1
    while r[AT + spread.STATE] != began:
        spread.wait_ms(r, AT, 0)
        count += 1
    assert count == 65536
