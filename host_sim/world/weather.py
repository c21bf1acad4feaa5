"""Temperature and humidity: a model driven by recorded sun.

The air follows the year (a sine with its coldest day in mid-January) and the recorded irradiance,
which warms it with a lag of two hours; passing weather is a first-order noise of two days. Relative
humidity falls as the air warms, about 3 points a kelvin around its mean. The constants are typical
of a temperate garden and inferred, not fitted.
"""

import numpy as np

from host_sim.world.recordings import Ints, Series

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
    out = np.empty(len(drive))
    state = drive[0]
    keep = np.exp(-1 / lag_steps)
    for i, value in enumerate(drive.tolist()):
        state = keep * state + (1 - keep) * value
        out[i] = state
    return out


def climate(irradiance: Ints, seed: int, first_day: int = 0) -> tuple[Series, Series]:
    """Temperature (centi-°C) and relative humidity (centi-%) for irradiance by the minute."""
    random = np.random.default_rng([seed, 1])
    sun = irradiance.reshape(-1, STEP_MIN).mean(axis=1)
    days = first_day + np.arange(len(sun)) * STEP_MIN / 1440
    year = -np.cos((days - 15) / 365 * 2 * np.pi) * YEAR_SWING_CC
    lag = WEATHER_LAG_MIN / STEP_MIN
    kicks = random.normal(0, WEATHER_SD_CC * np.sqrt(2 * lag), len(sun))
    weather = _lagged(kicks, lag)
    air = MEAN_CC + year + weather + _lagged(sun, SUN_LAG_MIN / STEP_MIN) * SUN_CC_PER_W
    read = air + random.normal(0, SENSOR_SD_CC, len(sun))
    humidity = HUMIDITY_MEAN + (read - MEAN_CC) * HUMIDITY_PER_CC
    humidity += random.normal(0, 4 * SENSOR_SD_CC, len(sun))
    return (
        Series(STEP_US, np.round(read).astype(np.int64).tolist()),
        Series(STEP_US, np.clip(np.round(humidity), 500, 10_000).astype(np.int64).tolist()),
    )
