"""The plan of a store, whatever its days were."""

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT
from torpor.policy import energy, harvest
from torpor.policy.energy import (
    CAPACITY_MC,
    DEMAND_MC,
    HOURS_KNOWN,
    NET_MC,
    OWED_MC,
    PLANNED_H,
    RESTED_PERMILLE,
    SPELL_MC,
    SPENT_UC,
    STORED_MC,
)

CAPACITY = 100_000
NETS = st.lists(st.integers(-5_000, 20_000), min_size=24, max_size=24)
MC = st.integers(0, CAPACITY)
HOURS = st.integers(0, 2 * harvest.WEEK_H)


def store(nets: list[int], stored: int, spell: int = 0, owed: int = 0, hour: int = 0) -> list[int]:
    r = [0] * (AT + energy.SIZE)
    r[AT + CAPACITY_MC] = CAPACITY
    r[AT + STORED_MC], r[AT + SPELL_MC], r[AT + OWED_MC] = stored, spell, owed
    r[AT + PLANNED_H], r[AT + HOURS_KNOWN], r[AT + DEMAND_MC] = hour, 24, 800
    r[AT + NET_MC : AT + NET_MC + 24] = nets
    return r


@given(NETS, MC, MC, MC, MC, HOURS)
def test_a_longer_spell_and_less_in_store_never_let_a_node_spend_more(
    nets: list[int], stored: int, spell: int, longer: int, owed: int, hour: int
) -> None:
    shorter, longer = sorted((spell, longer))
    may_mc = harvest.spend_mc(store(nets, stored, shorter, owed, hour), AT)
    assert harvest.spend_mc(store(nets, stored, longer, owed, hour), AT) <= may_mc
    assert harvest.spend_mc(store(nets, stored // 2, shorter, owed, hour), AT) <= may_mc


@given(NETS, MC, MC, st.integers(0, harvest.WEEK_H - 1))
def test_who_knows_a_week_is_never_the_slower_for_it(
    nets: list[int], stored: int, spell: int, hour: int
) -> None:
    new = harvest.spend_mc(store(nets, stored, spell, hour=hour), AT)
    old = harvest.spend_mc(store(nets, stored, spell, hour=hour + harvest.WEEK_H), AT)
    assert new <= old


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 1000), MC), max_size=60))
def test_a_spell_is_the_most_that_is_owed_and_never_more_than_a_store(
    plans: list[tuple[int, int, int]],
) -> None:
    r = store([0] * 24, CAPACITY // 2)
    hour = 0
    for hours, permille, spent_mc in plans:
        hour += hours
        r[AT + RESTED_PERMILLE], r[AT + SPENT_UC] = permille, spent_mc * 1000
        more_x16 = harvest.pace_x16(r, AT, hour, 0)
        assert 0 <= more_x16 <= harvest.MOST_X16
        assert 0 <= r[AT + OWED_MC] <= r[AT + SPELL_MC] <= CAPACITY
        assert permille < harvest.FULL_PERMILLE or more_x16 == 0
