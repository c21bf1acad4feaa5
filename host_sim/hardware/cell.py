"""Cells: capacity, open-circuit voltage, resistance and leakage, over charge and temperature.

What ends a node is not the last charge but the burst that pulls the supply under the chip's
brown-out, so the charge of use follows from the voltage, the resistance at that charge and
temperature, and what the regulator takes (boardfile.Supply). Cold takes no charge away here: it
raises the resistance. A steady load gets less of a cold cell than that (docs/model.md); a node
rests.

`li-ion` is measured, M: a Panasonic NCR18650PF, Kollmeyer, University of Wisconsin-Madison
(Mendeley Data wykht8y7tg): voltage at C/20 and 25 °C, resistance 1 s into pulses of 0.5 C at five
temperatures. Of the others all is inferred, I, from the sources named: typical curves read at
eleven states of charge, a resistance that rises in the cold as that of the li-ion does or less. A
cell of a given make differs by some tens of millivolts. Where the curve is flat just above the
brown-out, as of two alkaline cells, those are weeks of a node's life.

So is the leakage: 2 % a month of 3,000 mAh is 83 µA, more than a node that sleeps well draws. That
is taken for 20 °C, and to double with 10 K (I, Battery University BU-802b, of all chemistries).

A `supercap` is told from 2.5 V on, below which no board runs: its capacity is farads times 2.9 V,
so 10 F of it hold 8.06 mAh. Lithium is not charged in frost, which would plate it (I, Battery
University BU-410).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Row = tuple[int, ...]
Ints = npt.NDArray[np.int64]
Millis = TypeVar("Millis", int, Ints)

# Where the resistance stands in a table. Beyond the last ones it is taken as there.
TEMPERATURES_C = (-20, -10, 0, 10, 25)
# What a node's air is told by: nearest of these, an index each.
BANDS_C = tuple(range(-20, 45, 5))


@dataclass(frozen=True)
class Cell:
    """One chemistry: open-circuit mV and mΩ at 0, 10, … 100 %, the latter by TEMPERATURES_C."""

    ocv_mv: Row
    leak_percent_month: float
    resistance_mohm: tuple[Row, ...]
    source: str
    charge_from_c: int | None = None  # the coldest that it may be charged in; None: never


@dataclass(frozen=True)
class Off:
    """How far a cell is off its chemistry: factors, and mV at any charge."""

    leak: float = 1.0
    resistance: float = 1.0
    more_mv: int = 0


AS_ITS_KIND = Off()


def _colder(mohm: Row, percent: Row) -> tuple[Row, ...]:
    """A resistance by charge at 20 °C, so many percent of it at each of TEMPERATURES_C."""
    return tuple(tuple(one * share // 100 for one in mohm) for share in percent)


LI_ION_COLD = (660, 364, 204, 127, 89)  # half full, M, of the one at 20 °C between its 10 and 25 °C
LITHIUM_COLD = (250, 180, 140, 115, 95)
ALKALINE_COLD = (300, 210, 150, 120, 95)
SUPERCAP_COLD = (170, 150, 130, 115, 100)

CELLS = {
    "li-ion": Cell(
        (2499, 3331, 3461, 3544, 3602, 3665, 3770, 3860, 3946, 4053, 4170),
        2.0,
        # The last states of charge were not reached in the cold: carried on by the same slope, I.
        (
            (320, 302, 283, 264, 246, 225, 218, 220, 229, 271, 353),
            (300, 253, 210, 168, 138, 124, 122, 126, 137, 169, 257),
            (245, 196, 146, 98, 78, 69, 70, 74, 80, 98, 169),
            (180, 137, 89, 52, 45, 43, 45, 48, 47, 56, 92),
            (132, 81, 41, 33, 31, 30, 32, 32, 33, 34, 41),
        ),
        "Panasonic NCR18650PF, Kollmeyer, Mendeley Data wykht8y7tg; self-discharge typical",
        charge_from_c=0,
    ),
    "lifepo4": Cell(
        (2500, 3000, 3170, 3210, 3250, 3270, 3280, 3290, 3300, 3320, 3400),
        2.0,
        _colder((90, 60, 45, 40, 40, 40, 40, 40, 40, 40, 45), LI_ION_COLD),
        "A123 APR18650M1A data sheet, discharge at low rate; self-discharge typical",
        charge_from_c=0,
    ),
    "supercap": Cell(
        (2500, 2790, 3080, 3370, 3660, 3950, 4240, 4530, 4820, 5110, 5400),
        100.0,
        _colder((160,) * 11, SUPERCAP_COLD),
        "two double-layer capacitors of 2.7 V in series: CAP-XX GY series for the resistance; "
        "leakage, as 5 µA of 5 F, between the 30 µA at most of AVX SCCT20B106 after 72 h and the "
        "1 µA measured of it later (J. Sikken, hackaday.io 160470)",
        charge_from_c=-40,
    ),
    "2xaa-lithium": Cell(
        (2000, 2600, 2740, 2820, 2860, 2900, 2920, 2940, 2960, 3000, 3500),
        0.1,
        _colder((600, 400, 330, *(300,) * 8), LITHIUM_COLD),
        "Energizer L91 application manual, two in series; shelf life 20 years",
    ),
    "2xaa-alkaline": Cell(
        (1800, 2100, 2240, 2340, 2420, 2500, 2560, 2640, 2740, 2880, 3160),
        0.25,
        _colder((1500, 1000, 800, 700, 650, 600, 550, 500, 450, 400, 350), ALKALINE_COLD),
        "Energizer E91 data sheet, two in series, low drain; shelf life 10 years",
    ),
}

MONTH_S = 30 * 86_400
# The port counts charge in units of 1,024 fC, so that decades fit 64 bits.
CHARGE_SHIFT = 10
UNIT_FC = 1 << CHARGE_SHIFT


def curve_mv(chemistry: str) -> list[int]:
    """Open-circuit mV at 0 … 1,000 permille, linear between the eleven points."""
    at = np.arange(1001)
    points = np.array([*CELLS[chemistry].ocv_mv, 0])
    below, rest = points[at // 100], at % 100
    curve: list[int] = (below + (points[at // 100 + 1] - below) * rest // 100).tolist()
    return curve


def resistance_mohm(chemistry: str, air_c: float) -> list[int]:
    """Resistance at 0 … 1,000 permille in air of this temperature, rounded up.

    Its logarithm is linear in the temperature between two rows, it itself in the charge.
    """
    rows = np.log(CELLS[chemistry].resistance_mohm)
    at = [np.exp(np.interp(air_c, TEMPERATURES_C, column)) for column in rows.T]
    mohm = np.interp(np.arange(1001), np.arange(0, 1001, 100), at)
    return [int(one) for one in np.ceil(np.round(mohm, 6))]


def band(air_c: npt.ArrayLike) -> list[int]:
    """The index in BANDS_C that stands for each of these temperatures."""
    step = BANDS_C[1] - BANDS_C[0]
    nearest = np.round((np.atleast_1d(air_c) - BANDS_C[0]) / step)
    return [int(one) for one in np.clip(nearest, 0, len(BANDS_C) - 1)]


def capacity_permille(capacity_mah: float) -> int:
    """A thousandth of the capacity in the port's unit of charge."""
    return round(capacity_mah * 3.6 * 1e12 / UNIT_FC)


def leak_per_s(chemistry: str, capacity_mah: float, air_c: float) -> int:
    """Self-discharge a second in the port's unit of charge."""
    per_month = capacity_mah * 3.6e15 * CELLS[chemistry].leak_percent_month / 100
    return round(per_month / MONTH_S / UNIT_FC * 2 ** ((air_c - 20) / 10))


def sag_mv(current_na: int, resistance_mohm: Millis) -> Millis:
    """How far a burst of this current pulls the voltage down behind a resistance, or each one."""
    return current_na // 1000 * resistance_mohm // 1_000_000


def dead_permille(ocv_mv: Ints, sag_mv: Ints, dropped_mv: int, least_mv: tuple[int, int]) -> int:
    """The charge at or under which a burst ends a node; 0 where the cell can be emptied.

    `sag_mv` is what it takes of the cell's voltage by charge, `dropped_mv` what the regulator takes
    of the rest, `least_mv` what must be left: of the cell, and for the chip.
    """
    left_mv = ocv_mv - sag_mv
    ends = (left_mv < least_mv[0]) | (left_mv - dropped_mv < least_mv[1])
    ends[0] = True
    return int(np.flatnonzero(ends)[-1])
