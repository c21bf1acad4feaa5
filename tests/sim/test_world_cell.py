"""Cells: monotone curves, exact charge, and a life that can be added up by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import cell

CHEMISTRIES = sorted(cell.CELLS)
any_chemistry = pytest.mark.parametrize("chemistry", CHEMISTRIES)


@any_chemistry
def test_a_fuller_cell_never_has_less_voltage(chemistry: str) -> None:
    curve = cell.curve_mv(chemistry)
    assert len(curve) == 1_001
    assert all(type(mv) is int for mv in curve)
    assert curve == sorted(curve)


@any_chemistry
def test_the_curve_goes_through_its_eleven_points(chemistry: str) -> None:
    assert tuple(cell.curve_mv(chemistry)[::100]) == cell.CELLS[chemistry].ocv_mv


def test_between_two_points_the_curve_is_straight() -> None:
    assert cell.curve_mv("li-ion")[:3] == [3_000, 3_004, 3_009]  # 450 mV over 100 permille
    assert cell.curve_mv("li-ion")[50] == 3_225


@any_chemistry
def test_every_cell_names_its_source(chemistry: str) -> None:
    one = cell.CELLS[chemistry]
    assert one.source
    assert one.resistance_mohm > 0
    assert one.leak_percent_month > 0


def test_a_thousand_permille_are_the_capacity() -> None:
    unit_mah = cell.UNIT_FC / 3.6e15
    assert cell.capacity_permille(3_000) * 1_000 * unit_mah == pytest.approx(3_000, rel=1e-9)


@any_chemistry
def test_a_month_of_leakage_is_the_share_given(chemistry: str) -> None:
    units = cell.leak_per_s(chemistry, 3_000) * cell.MONTH_S
    percent = units / cell.capacity_permille(3_000) / 10
    assert percent == pytest.approx(cell.CELLS[chemistry].leak_percent_month, rel=1e-5)


def test_life_by_hand() -> None:
    # 2 % a month of 3,000 mAh: 60 mAh in 720 h, 83.3 µA; 3,000 mAh / 183.3 µA = 16,364 h.
    assert cell.life_days(100, 3_000, "li-ion") == pytest.approx(16_363.6 / 24, rel=1e-4)


@given(
    st.sampled_from(CHEMISTRIES), st.floats(0, 1e6), st.floats(1e-3, 1e5), st.floats(10, 100_000)
)
def test_a_greater_draw_shortens_a_life_that_leakage_bounds(
    chemistry: str, average_ua: float, more_ua: float, capacity_mah: float
) -> None:
    life = cell.life_days(average_ua, capacity_mah, chemistry)
    assert cell.life_days(average_ua + more_ua, capacity_mah, chemistry) < life
    months = 100 / cell.CELLS[chemistry].leak_percent_month
    assert 0 < life <= months * 30 * 1.001
