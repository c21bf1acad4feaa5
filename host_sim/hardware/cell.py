"""Cells: capacity, open-circuit voltage, leakage and resistance, and how much of one is of use.

The curves are typical discharge curves at room temperature and low current, read at eleven states
of charge. All of it is inferred (I) from the data sheets named, none measured here: a cell of a
given make differs by some tens of millivolts. Where the curve is flat just above the brown-out
voltage, as of two alkaline cells, those are weeks of a node's life. So is the leakage: 2 % a month
of 3,000 mAh is 83 µA, more than a node that sleeps well draws. It is taken as constant, though a
new cell leaks most and a cold one little. What the chip runs on is the board's (`brown_out_mv`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One chemistry: open-circuit mV at 0, 10, … 100 %, leakage, resistance, source."""

    ocv_mv: tuple[int, ...]
    leak_percent_month: float
    resistance_mohm: int
    source: str


CELLS = {
    "li-ion": Cell(
        (3000, 3450, 3550, 3610, 3650, 3700, 3780, 3860, 3950, 4050, 4180),
        2.0,
        60,
        "Panasonic NCR18650B data sheet, discharge at 0.2 C; self-discharge typical",
    ),
    "lifepo4": Cell(
        (2500, 3000, 3170, 3210, 3250, 3270, 3280, 3290, 3300, 3320, 3400),
        2.0,
        40,
        "A123 APR18650M1A data sheet, discharge at low rate; self-discharge typical",
    ),
    "2xaa-lithium": Cell(
        (2000, 2600, 2740, 2820, 2860, 2900, 2920, 2940, 2960, 3000, 3500),
        0.1,
        300,
        "Energizer L91 application manual, two in series; shelf life 20 years",
    ),
    "2xaa-alkaline": Cell(
        (1800, 2100, 2240, 2340, 2420, 2500, 2560, 2640, 2740, 2880, 3160),
        0.25,
        600,
        "Energizer E91 data sheet, two in series, low drain; shelf life 10 years",
    ),
}

MONTH_S = 30 * 86_400
# The port counts charge in units of 1,024 fC, so that decades fit 64 bits.
CHARGE_SHIFT = 10
UNIT_FC = 1 << CHARGE_SHIFT


def curve_mv(chemistry: str) -> list[int]:
    """Open-circuit mV at 0 … 1,000 permille, linear between the eleven points."""
    points = CELLS[chemistry].ocv_mv
    out = []
    for permille in range(1000):
        step, rest = divmod(permille, 100)
        out.append(points[step] + (points[step + 1] - points[step]) * rest // 100)
    return [*out, points[10]]


def capacity_permille(capacity_mah: float) -> int:
    """A thousandth of the capacity in the port's unit of charge."""
    return round(capacity_mah * 3.6 * 1e12 / UNIT_FC)


def leak_per_s(chemistry: str, capacity_mah: float) -> int:
    """Self-discharge a second in the port's unit of charge."""
    per_month = capacity_mah * 3.6e15 * CELLS[chemistry].leak_percent_month / 100
    return round(per_month / MONTH_S / UNIT_FC)


def sag_mv(current_na: int, resistance_mohm: int) -> int:
    """How far a burst of this current pulls the cell under its open-circuit voltage."""
    return current_na // 1000 * resistance_mohm // 1_000_000


def usable_permille(curve_mv: list[int], sag_mv: int, brown_out_mv: int) -> int:
    """How much of a full cell may be gone before bursts that sag it so far end a node.

    0 where even a full cell browns out at such a burst, 1,000 where it can be emptied.
    """
    full = len(curve_mv) - 1
    dead = (at for at in range(full, 0, -1) if curve_mv[at] - sag_mv < brown_out_mv)
    return full - next(dead, 0)
