"""Home Assistant's words for what a number is: the device classes of its sensors.

From its release 2024.3, components/sensor/const.py, without those of dates and words. What is of no
class that it knows it leaves out, and says so in its own log alone.
"""

from difflib import get_close_matches

RELEASE = "2024.3"
COUNTED = ("energy", "gas", "volume", "water")  # which only grow: what is measured is the total
KNOWN = (
    *COUNTED,
    *("apparent_power", "aqi", "atmospheric_pressure", "battery", "carbon_dioxide"),
    *("carbon_monoxide", "current", "data_rate", "data_size", "distance", "duration"),
    *("energy_storage", "frequency", "humidity", "illuminance", "irradiance", "moisture"),
    *("monetary", "nitrogen_dioxide", "nitrogen_monoxide", "nitrous_oxide", "ozone", "ph", "pm1"),
    *("pm10", "pm25", "power", "power_factor", "precipitation", "precipitation_intensity"),
    *("pressure", "reactive_power", "signal_strength", "sound_pressure", "speed"),
    *("sulphur_dioxide", "temperature", "volatile_organic_compounds"),
    *("volatile_organic_compounds_parts", "voltage", "volume_flow_rate", "volume_storage"),
    *("weight", "wind_speed"),
)


def doubt(word: str | None) -> str:
    """What speaks against a class, or nothing; a later release may have more."""
    if not word or word in KNOWN:
        return ""
    near = get_close_matches(word, KNOWN, 1)
    mean = f"did you mean {near[0]}?" if near else "a later one may"
    return f"Home Assistant {RELEASE} knows no device_class {word}; {mean}"


def state_class(word: str | None) -> str:
    """Whether it is a total."""
    return "total_increasing" if word in COUNTED else "measurement"
