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


def test_a_sag_by_hand() -> None:
    assert cell.sag_mv(392_000_000, 600) == 235  # 0.392 A × 0.6 Ω


@pytest.mark.parametrize(
    ("sag_mv", "brown_out_mv", "permille"),
    [
        (0, 0, 1000),
        (0, 3_004, 1000),  # 1 permille left: 3,004 mV, at which it still runs
        (1, 3_004, 999),
        (0, 4_180, 1),  # full at 4,180 mV: the first permille gone is the end
        (1, 4_180, 0),
        (0, 3_550, 801),  # 200 permille left are 3,550 mV
        (0, 3_551, 799),  # and so are 201, in whole millivolts
    ],
)
def test_of_use_is_what_lies_over_the_brown_out(
    sag_mv: int, brown_out_mv: int, permille: int
) -> None:
    assert cell.usable_permille(cell.curve_mv("li-ion"), sag_mv, brown_out_mv) == permille


@given(
    st.sampled_from(CHEMISTRIES),
    st.integers(0, 2_000),
    st.integers(1, 2_000),
    st.integers(0, 4_000),
)
def test_a_stronger_burst_leaves_no_more_of_use(
    chemistry: str, sag_mv: int, more_mv: int, brown_out_mv: int
) -> None:
    curve = cell.curve_mv(chemistry)
    usable = cell.usable_permille(curve, sag_mv, brown_out_mv)
    assert 0 <= cell.usable_permille(curve, sag_mv + more_mv, brown_out_mv) <= usable <= 1000
