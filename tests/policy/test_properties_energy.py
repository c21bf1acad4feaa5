"""Modes and budget under any readings."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT
from tests.policy.wakes import Play
from torpor import record
from torpor.policy import energy
from torpor.policy.energy import CRITICAL, NORMAL, SAVE

LOW, CRITICAL_AT, BAND = 300, 100, 50


def cell() -> list[int]:
    """A cell whose curve is a straight line: a permille is a millivolt."""
    r = [0] * (AT + energy.SIZE)
    r[AT + energy.LOW_PERMILLE] = LOW
    r[AT + energy.CRITICAL_PERMILLE] = CRITICAL_AT
    r[AT + energy.BAND_PERMILLE] = BAND
    r[AT + energy.OCV_MV : AT + energy.OCV_MV + 11] = range(3000, 4001, 100)
    r[AT + energy.SOC_PERMILLE] = -1
    return r


@given(st.lists(st.integers(2900, 4100), max_size=100))
def test_a_mode_is_entered_at_its_threshold_and_left_a_band_above(readings: list[int]) -> None:
    r = cell()
    before = NORMAL
    for mv in readings:
        mode = energy.update(r, AT, mv, 0)
        soc = r[AT + energy.SOC_PERMILLE]
        assert (mode == CRITICAL) == (
            soc < CRITICAL_AT or (before == CRITICAL and soc < CRITICAL_AT + BAND)
        )
        if mode == NORMAL:
            assert soc >= (LOW if before == NORMAL else LOW + BAND)
        if mode == SAVE and before == NORMAL:
            assert soc < LOW
        before = mode


@given(st.integers(2900, 4100), st.lists(st.integers(-12, 12), max_size=100))
def test_noise_below_the_band_changes_the_mode_at_most_once(mv: int, noise: list[int]) -> None:
    r = cell()
    modes = [energy.update(r, AT, mv + each, 0) for each in [0, *noise]]
    assert sum(a != b for a, b in pairwise(modes)) <= 1


@given(st.integers(3000, 4000), st.integers(3000, 4000))
def test_more_voltage_is_never_less_charge(a: int, b: int) -> None:
    r = cell()
    low, high = sorted((a, b))
    assert energy.soc_permille(r, AT, low) <= energy.soc_permille(r, AT, high)


@given(st.integers(0, 30000))
def test_the_bucket_holds_a_day_and_a_debt_of_one(seed: int) -> None:
    play = Play(seed)
    for _ in range(200):
        play.step()
        bucket_uc = play.r[record.ENERGY + energy.BUCKET_UC]
        assert abs(bucket_uc) <= play.r[record.ENERGY + energy.BUDGET_UC_MIN] * 1440
