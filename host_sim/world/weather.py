"""Temperature and humidity: a model driven by recorded sun.

The air follows the year (a sine with its coldest day in mid-January) and the recorded irradiance,
which warms it with a lag of two hours; passing weather is a first-order noise of two days. Relative
humidity falls as the air warms, about 3 points a kelvin around its mean. The constants are typical
of a temperate garden: all of them inferred (I), none fitted.
"""

from functools import lru_cache
from itertools import accumulate

import numpy as np

from host_sim.world.noise import gauss_markov
from host_sim.world.recordings import irradiance
from host_sim.world.series import Series

STEP_MIN = 5
STEP_US = STEP_MIN * 60_000_000

MEAN_CC = 1_050  # centi-degrees Celsius
YEAR_SWING_CC = 900
SUN_CC_PER_W = 0.9  # of lagged irradiance, W/m²
SUN_LAG_MIN = 120
WEATHER_SD_CC = 300
WEATHER_LAG_MIN = 2 * 1440
SENSOR_SD_CC = 5  # reading noise, of the order of an SHT3x's repeatability
HUMIDITY_MEAN = 7_200  # centi-percent at the mean temperature
HUMIDITY_PER_CC = -3.0


def _lagged(drive: np.ndarray, lag_steps: float) -> np.ndarray:
    """First-order low-pass of a series."""
    keep = float(np.exp(-1 / lag_steps))
    values = drive.tolist()
    lagged = accumulate(values, lambda state, v: keep * state + (1 - keep) * v, initial=values[0])
    return np.fromiter(lagged, float)[1:]


@lru_cache(maxsize=4)
def climate(days: int, first_month: int, seed: int) -> tuple[Series, Series]:
    """Temperature (centi-°C) and relative humidity (centi-%) under the recorded sun.

    Chance is drawn step by step: the days of a short run are the first ones of a long run. Many
    nodes share one; a sweep over seeds has many.
    """
    sun = irradiance(days, first_month).reshape(-1, STEP_MIN).mean(axis=1)
    day = (first_month - 1) * 365 / 12 + np.arange(len(sun)) * STEP_MIN / 1440
    year = -np.cos((day - 15) / 365 * 2 * np.pi) * YEAR_SWING_CC
    normal = np.random.default_rng([seed, 1]).standard_normal((len(sun), 3))
    weather = gauss_markov(normal[:, 0], WEATHER_SD_CC, WEATHER_LAG_MIN / STEP_MIN)
    air = MEAN_CC + year + weather + _lagged(sun, SUN_LAG_MIN / STEP_MIN) * SUN_CC_PER_W
    read = air + normal[:, 1] * SENSOR_SD_CC
    humidity = HUMIDITY_MEAN + (read - MEAN_CC) * HUMIDITY_PER_CC
    humidity += normal[:, 2] * (4 * SENSOR_SD_CC)
    return (
        Series(STEP_US, np.round(read).astype(np.int64).tolist()),
        Series(STEP_US, np.clip(np.round(humidity), 500, 10_000).astype(np.int64).tolist()),
    )
