"""The colours of the pictures, as readers of each kind of sight see them."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.colors import to_rgb

from host_sim.trace.draw import style, view

Vector = npt.NDArray[np.float64]

# Linear RGB as it is seen: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A physiologically-
# based model for simulation of color vision deficiency", IEEE TVCG 15 (2009), severity 1.0.
SIGHT = {
    "common": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(  # IEC 61966-2-1, against its white
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
) / np.array([[0.9505], [1.0], [1.089]])
APART = 15.0  # CIE 1976; 2.3 can just be told side by side


def linear(colour: str) -> Vector:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: Vector) -> Vector:
    """CIE L*a*b* of linear RGB."""
    xyz = TO_XYZ @ np.clip(rgb, 0, 1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", [tuple(view.COLOURS.values()), style.EIGHT])
def test_every_reader_tells_the_colours_apart(colours: tuple[str, ...], sight: str) -> None:
    seen = [(one, lab(SIGHT[sight] @ linear(one))) for one in colours]
    near = [(a, b) for (a, p), (b, q) in combinations(seen, 2) if np.linalg.norm(p - q) < APART]
    assert near == []


@pytest.mark.parametrize("colour", [style.FIRST, style.SECOND])
def test_ours_and_the_baseline_stand_out_from_white(colour: str) -> None:
    """WCAG 2.1, 1.4.11: 3 to 1 for what must be seen to understand a picture."""
    luminance = float(TO_XYZ[1] @ linear(colour))
    assert 1.05 / (luminance + 0.05) >= 3
