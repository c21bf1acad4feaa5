"""Configurations whose heap is counted: the least sensor, and what has a part beside what lacks it."""

from typing import Any

from host_sim.spec import wiring
from tests.firmware import chip

Config = dict[str, Any]
LONGEST = "n" * 24  # host_sim.spec.nodefile.NAME
SSID = "s" * 32
MICROPHONE = {"driver": "microphone", "pin": 34}
METER = {"driver": "bl0937", "pin": 5, "mj_per_pulse": 1_500}


def ready(config: Config) -> Config:
    """As it is, but that chance does not put off its join, nor its own first seconds."""
    return {**config, "spread": {**config["spread"], "within_ms": 0}}


def least() -> Config:
    """A sensor of one channel, with names as long as they get."""
    config = chip.garden(1883)
    light, delivery = {**config["tasks"][1], "channels": [0]}, config["tasks"][-1]
    config["tasks"] = [light, delivery]
    config["channels"] = [{**config["channels"][2], "name": LONGEST}]
    config.update(name=LONGEST, report_task=1, watch_task=2, battery_channel=-1)
    config["wifi"] = {"ssid": SSID}
    return ready(config)


def plug() -> Config:
    """A switch whose power is read by a driver of every image."""
    config = ready(chip.plug(1883))
    config["channels"][0] = {**_without_driver(config["channels"][0]), "driver": "analog", "pin": 5}
    return config


def pair(part: str) -> tuple[Config, Config]:
    """With it, and without."""
    plain = ready(chip.garden(1883))
    if part == "harvest":
        return {**plain, "energy": {**plain["energy"], "capacity_mc": 57_600}}, plain
    if part == "markers":
        return {**plain, "pins": {"markers": [18, 19]}}, plain
    if part == "microphone":
        return heard(plain), plain
    if part == "ulp":
        unheard = heard(plain)
        stages = [{"margin": 100, "ratio_x16": 36, "band": 0}] * 3
        cascade = {**plain["cascade"], "stages": stages, "interval_ms": 120}
        binary = wiring.ulp("esp32", 34, [100, 200, 56])
        return {**unheard, "watch_channel": 2, "cascade": cascade, "ulp": binary}, unheard
    if part == "bl0937":
        config = plug()
        power = {**_without_driver(config["channels"][0]), **METER}
        return {**config, "channels": [power, config["channels"][1]]}, config
    assert part == "switch"
    return plug(), least()


def heard(config: Config) -> Config:
    """With a microphone where the garden has its light."""
    channels = list(config["channels"])
    channels[2] = {**_without_driver(channels[2]), **MICROPHONE}
    return {**config, "channels": channels}


def _without_driver(channel: Config) -> Config:
    return {key: channel[key] for key in ("name", "delta", "within_ms")}
