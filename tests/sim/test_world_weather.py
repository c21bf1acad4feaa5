"""The air follows the year and the recorded sun, and starts without a transient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.world import noise, weather
from host_sim.world.recordings import irradiance

DAY = 288  # steps


def by_day(values: list[int]) -> np.ndarray:
    return np.array(values).reshape(-1, DAY)


def test_a_year_has_seasons() -> None:
    air, _ = weather.climate(365, 1, 1)
    days = by_day(air.values).mean(axis=1)
    assert (air.step_us, len(air.values)) == (300_000_000, 365 * DAY)
    assert 1_000 < days.mean() < 1_500
    assert days[:31].mean() < 500
    assert days[181:212].mean() > 1_900


@pytest.mark.parametrize("seed", range(8))
def test_the_first_day_is_as_cold_as_its_month(seed: int) -> None:
    air, _ = weather.climate(31, 1, seed)
    days = by_day(air.values).mean(axis=1)
    assert abs(days[0] - days.mean()) < 4 * weather.WEATHER_SD_CC


def test_the_air_is_warmest_after_the_sun_is_highest() -> None:
    air, _ = weather.climate(365, 1, 1)
    june = by_day(air.values)[120:240].mean(axis=0)
    sun = irradiance(365)[120 * 1440 : 240 * 1440].reshape(-1, DAY, 5).mean(axis=(0, 2))
    lag_min = (int(june.argmax()) - int(sun.argmax())) * 5
    assert 0 < lag_min <= 2 * weather.SUN_LAG_MIN


def test_warm_air_is_dry_air_within_what_can_be() -> None:
    air, humidity = weather.climate(365, 1, 1)
    inner = [(a, h) for a, h in zip(air.values, humidity.values, strict=True) if h < 9_900]
    assert np.corrcoef(*np.array(inner).T)[0, 1] < -0.98
    assert 500 <= min(humidity.values) <= max(humidity.values) == 10_000
    off = [h - 7_200 + 3 * (a - weather.MEAN_CC) for a, h in inner if 9_000 > h > 1_000]
    assert np.std(off) == pytest.approx(4 * weather.SENSOR_SD_CC, rel=0.05)


def test_a_seed_is_a_weather() -> None:
    weather.climate.cache_clear()
    one = weather.climate(3, 1, 5)
    weather.climate.cache_clear()
    assert weather.climate(3, 1, 5) == one
    assert weather.climate(3, 1, 6) != one
    assert all(type(value) is int for series in one for value in series.values)


def test_a_run_that_starts_in_july_starts_warm() -> None:
    air, _ = weather.climate(3, 7, 1)
    assert np.mean(air.values) > 1_500


@given(st.integers(0, 2**31 - 1), st.floats(0.5, 50))
@settings(max_examples=20)
def test_noise_has_its_spread_and_correlation(seed: int, lag: float) -> None:
    runs = 400
    random = np.random.default_rng(seed)
    values = np.array(
        [noise.gauss_markov(random.standard_normal(60), 3.0, lag) for _ in range(runs)]
    )
    bound = 3.0 * 6 / np.sqrt(2 * runs)
    assert abs(values[:, 0].std() - 3) < bound  # from the first value on
    assert abs(values[:, -1].std() - 3) < bound
    steps = max(1, round(lag))
    found = np.corrcoef(values[:, 0], values[:, steps % 60])[0, 1]
    assert abs(found - np.exp(-steps / lag)) < 6 / np.sqrt(runs)


def test_noise_of_no_spread_is_none() -> None:
    assert noise.gauss_markov(np.ones(3), 0.0, 10.0).tolist() == [0.0, 0.0, 0.0]
    assert noise.gauss_markov(np.ones(0), 1.0, 10.0).tolist() == []
