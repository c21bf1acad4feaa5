import math

import numpy as np
import pytest

from host_sim.sim.twosample import p_value


def test_a_known_distance_has_its_tabulated_chance() -> None:
    # D = 0.061 of twice 1,000 values: x = 1.3716, and the first two terms of the series.
    x = (math.sqrt(500) + 0.12 + 0.11 / math.sqrt(500)) * 0.061
    expected = 2 * (math.exp(-2 * x**2) - math.exp(-8 * x**2))
    assert p_value(range(1000), range(61, 1061)) == pytest.approx(expected, rel=1e-9)
    assert 0.04 < expected < 0.05


def test_alike_passes_and_apart_fails() -> None:
    assert p_value([1, 2, 3], [1, 2, 3]) == 1.0
    assert p_value(range(50), range(100, 150)) < 1e-20


def test_chance_rejects_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    p = [p_value(random.normal(size=40), random.normal(size=60)) for _ in range(1000)]
    assert 30 <= sum(one < 0.05 for one in p) <= 70  # 50, give or take three deviations
    assert p_value(random.normal(size=400), random.normal(0.3, size=400)) < 0.01


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="without values"):
        p_value([], [1.0])
