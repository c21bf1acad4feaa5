"""Solar cells: what they give at the best point of their I-V curve, by light.

In lamp light M: the I-V curves that the LENS group at TU Graz took (LENS-TUGraz/simba, MIT), each
told by its light, short-circuit current, open-circuit voltage and most power; linear between
them, and in proportion to the light below the first and above the last. In the sun D: the most
power at 1,000 W/m², in proportion. A lamp has no infrared, so that a lux of it is worth less to
silicon than one of the sun.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Curve = tuple[int, float, int, float]  # lux, short-circuit µA, open-circuit mV, most µW


@dataclass(frozen=True)
class Panel:
    """A solar cell by its I-V curves in lamp light, and its µW for each W/m² of sun, if known."""

    curves: tuple[Curve, ...]
    sun_uw: float | None
    source: str

    def lamp_uw(self, lux: npt.ArrayLike) -> Floats:
        """Most power in lamp light."""
        at = np.array([0, *(curve[0] for curve in self.curves)], dtype=float)
        uw = np.array([0, *(curve[3] for curve in self.curves)])
        light = np.asarray(lux, dtype=float)
        out: Floats = np.where(light > at[-1], light * uw[-1] / at[-1], np.interp(light, at, uw))
        return out


PANELS = {
    "am1417": Panel(
        (
            (300, 18.9, 2390, 29.0),
            (600, 41.3, 2420, 46.9),
            (1_000, 60.3, 2430, 65.0),
            (10_000, 562.1, 2770, 608.5),
            (20_000, 1152.9, 3050, 1259.7),
        ),
        None,
        "Panasonic AM-1417, amorphous, 35 x 14 mm; simba",
    ),
    "exl2-1v50": Panel(
        (
            (300, 87.9, 1110, 68.3),
            (600, 177.3, 1120, 101.2),
            (1_000, 294.4, 1120, 146.6),
            (10_000, 2508.4, 1210, 1938.7),
            (20_000, 5369.8, 1290, 5143.2),
        ),
        None,
        "Lightricity EXL2-1V50; simba",
    ),
    "kxob25": Panel(
        (
            (10_000, 207.9, 2530, 389.8),
            (15_000, 295.1, 3130, 583.2),
            (20_000, 396.6, 3680, 842.1),
        ),
        30.7,
        "Anysolar KXOB25, monocrystalline, 23 x 8 mm: in lamp light the 02X8F, simba; in the sun "
        "the 05X3F's data sheet",
    ),
}
