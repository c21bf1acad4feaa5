"""Cells: monotone curves, exact charge, and a life that can be added up by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
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
    assert cell.curve_mv("lifepo4")[:3] == [2_500, 2_505, 2_510]  # 500 mV over 100 permille
    assert cell.curve_mv("lifepo4")[50] == 2_750


@any_chemistry
def test_every_cell_names_its_source(chemistry: str) -> None:
    one = cell.CELLS[chemistry]
    assert one.source
    assert [len(row) for row in one.resistance_mohm] == [11] * len(cell.TEMPERATURES_C)
    assert one.leak_percent_month > 0


def test_a_thousand_permille_are_the_capacity() -> None:
    unit_mah = cell.UNIT_FC / 3.6e15
    assert cell.capacity_permille(3_000) * 1_000 * unit_mah == pytest.approx(3_000, rel=1e-9)


@any_chemistry
@pytest.mark.parametrize(("air_c", "times"), [(20, 1), (30, 2), (0, 0.25)])
def test_a_month_of_leakage_is_the_share_given_and_doubles_with_10_k(
    chemistry: str, air_c: float, times: float
) -> None:
    units = cell.leak_per_s(chemistry, 3_000, air_c) * cell.MONTH_S
    percent = units / cell.capacity_permille(3_000) / 10
    assert percent == pytest.approx(cell.CELLS[chemistry].leak_percent_month * times, rel=1e-4)


def test_a_sag_by_hand() -> None:
    assert cell.sag_mv(392_000_000, 600) == 235  # 0.392 A × 0.6 Ω


@any_chemistry
@given(air_c=st.floats(-40, 60), colder_k=st.floats(0, 30))
@settings(max_examples=20)
def test_a_colder_cell_never_has_less_resistance(
    chemistry: str, air_c: float, colder_k: float
) -> None:
    warm, cold = (cell.resistance_mohm(chemistry, c) for c in (air_c, air_c - colder_k))
    assert len(warm) == 1_001
    assert all(here >= there > 0 for here, there in zip(cold, warm, strict=True))


@pytest.mark.parametrize("row", range(len(cell.TEMPERATURES_C)))
def test_the_resistance_goes_through_its_table(row: int) -> None:
    mohm = cell.resistance_mohm("li-ion", cell.TEMPERATURES_C[row])
    assert tuple(mohm[::100]) == cell.CELLS["li-ion"].resistance_mohm[row]


def test_the_cold_multiplies_a_resistance_that_was_read_at_20_c() -> None:
    assert cell.resistance_mohm("2xaa-lithium", 0)[500] == 420  # 140 % of 300


@pytest.mark.parametrize(
    ("air_c", "nearest_c"),
    [(-60, -20), (-17.6, -20), (-17.4, -15), (0, 0), (7.4, 5), (7.6, 10), (99, 40)],
)
def test_air_is_told_by_the_nearest_band(air_c: float, nearest_c: int) -> None:
    assert [cell.BANDS_C[one] for one in cell.band(air_c)] == [nearest_c]


@pytest.mark.parametrize(
    ("sag_mv", "dropped_mv", "least_mv", "dead"),
    [
        (0, 0, (0, 0), 0),
        (0, 0, (0, 2_505), 0),  # 1 permille left: 2,505 mV, at which it still runs
        (0, 0, (0, 2_506), 1),
        (1, 0, (0, 2_505), 1),
        (0, 1, (0, 2_505), 1),
        (0, 0, (2_506, 0), 1),
        (0, 99, (2_505, 0), 0),  # what the regulator takes is not the cell's to keep
        (0, 0, (0, 3_400), 999),  # full at 3,400 mV: the first permille gone is the end
        (1, 0, (0, 3_400), 1000),
        (0, 0, (0, 3_170), 199),  # 200 permille left are 3,170 mV
        (0, 0, (0, 3_171), 202),  # and so are 201 and 202, in whole millivolts
    ],
)
def test_the_end_is_where_a_burst_pulls_it_too_low(
    sag_mv: int, dropped_mv: int, least_mv: tuple[int, int], dead: int
) -> None:
    curve = np.array(cell.curve_mv("lifepo4"))
    assert cell.dead_permille(curve, np.full(1_001, sag_mv), dropped_mv, least_mv) == dead


# Kollmeyer's NCR18650PF, Mendeley Data wykht8y7tg, as the li-ion's table; from the same recordings,
# but no number of the table: pulses of 2.9 A, twice those that it was read from. °C, Ah drawn,
# volts before the pulse and 1 s into it.
PULSES = [
    (25, 0.294, 4.057, 3.958), (25, 1.454, 3.663, 3.574), (25, 2.179, 3.512, 3.414),
    (10, 0.294, 4.047, 3.887), (10, 1.454, 3.651, 3.524), (10, 2.179, 3.498, 3.333),
    (0, 0.294, 4.042, 3.774), (0, 1.454, 3.647, 3.445), (0, 2.179, 3.485, 3.189),
    (-10, 0.294, 4.032, 3.603), (-10, 1.454, 3.641, 3.303), (-10, 2.179, 3.470, 3.007),
    (-20, 0.294, 4.010, 3.361), (-20, 1.454, 3.622, 3.066), (-20, 2.179, 3.441, 2.743),
]  # fmt: skip
CAPACITY_AH = 2.995


@pytest.mark.parametrize(("air_c", "drawn_ah", "before_v", "under_v"), PULSES)
def test_a_cold_cell_sags_as_one_did(
    air_c: int, drawn_ah: float, before_v: float, under_v: float
) -> None:
    """Within 11 % of the sag down to 0 °C; below too far, by a quarter at most: a larger current
    meets less of that resistance.
    """
    left = round(1000 * (1 - drawn_ah / CAPACITY_AH))
    mohm = cell.resistance_mohm("li-ion", air_c)[left]
    predicted, measured = cell.sag_mv(2_900_000_000, mohm), 1000 * (before_v - under_v)
    assert 0.99 * measured < predicted < (1.11 if air_c >= 0 else 1.23) * measured


@pytest.mark.parametrize(("air_c", "drawn_ah", "before_v", "under_v"), PULSES)
def test_a_rested_cell_has_its_voltage_in_the_cold_too(
    air_c: int, drawn_ah: float, before_v: float, under_v: float
) -> None:
    """Within 35 mV down to 0 °C; below up to 90 mV less, the tester's rests being short for it."""
    left = round(1000 * (1 - drawn_ah / CAPACITY_AH))
    more_mv = cell.curve_mv("li-ion")[left] - 1000 * before_v
    assert -5 <= more_mv <= (35 if air_c >= 0 else 90)
