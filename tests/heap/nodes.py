"""Nodes whose heap is counted: the least, what has a part beside what lacks it, the shipped."""

import random
from dataclasses import replace
from typing import Any

import msgspec

from host_sim.spec import scenario, wiring
from host_sim.spec.configure import device_config
from host_sim.spec.drivers import Analog, Bl0937, Contact, Humidity, Microphone, Sensor, Temperature
from host_sim.spec.scenario import Scenario
from host_sim.spec.wiring import Output, Pins, Wiring
from tests.conftest import CHECKOUT
from tests.firmware import chip
from torpor.policy import report, schedule
from torpor_tools.provision import node_toml

Config = dict[str, Any]
LONGEST = "n" * 24  # host_sim.spec.nodefile.NAME
SSID = "s" * 32
MICROPHONE = {"driver": "microphone", "pin": 34}
EXAMPLES = CHECKOUT / "docs" / "examples"
SENSORS: dict[str, Sensor] = {
    "temperature": Temperature(),
    "humidity": Humidity(),
    "light": Analog(pin=34),
    "battery": Analog(pin="battery_adc", ratio=2.0),
    "door": Contact(pin=33),
    "word": Microphone(pin=34),
    "power": Bl0937(pin=5, mj_per_pulse=1_500),
    "relay": Analog(pin=34),  # never read
}
PINS = {
    "door": Pins(wake=33),
    "plug": Pins(wake=0, outputs=(Output(pin=26),)),
}
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
    if part == "watching":
        return _configs("door")
    if part == "ulp":
        return _configs("sound")
    if part == "monitor":
        return _monitored()
    if part == "bl0937":
        config = plug()
        power = {**_without_driver(config["channels"][0]), **METER}
        return {**config, "channels": [power, config["channels"][1]]}, config
    assert part == "switch"
    return plug(), least()


def shipped() -> dict[str, tuple[Scenario, Config]]:
    """The scenarios that ship, with drivers as a node.toml has them, and the nodes of the docs."""
    out = {}
    for name in scenario.names():
        found = scenario.load(name)
        sensor = {channel.name: SENSORS[channel.name] for channel in found.file.node.channel}
        pins = PINS.get(name, Pins())
        given = replace(found, wiring=Wiring(sensor=sensor, pins=pins))
        out[name] = given, ready(config_of(given))
    for path in sorted(EXAMPLES.glob("*/node.toml")):
        name = path.parent.name
        given = scenario.load(str(path.with_name(f"{name}.toml")))
        out[f"{path.parent.parent.name}/{name}"] = given, ready(node_toml.load(path).config)
    return out


def _configs(name: str) -> tuple[Config, Config]:
    """Of a scenario's node that watches, and of the same without what it watches by."""
    found = scenario.load(name)
    sensor = {channel.name: SENSORS[channel.name] for channel in found.file.node.channel}
    watches = replace(found, wiring=Wiring(sensor=sensor, pins=PINS.get(name, Pins())))
    node = msgspec.structs.replace(found.file.node, watch=None)
    file = msgspec.structs.replace(found.file, node=node)
    does_not = replace(found, file=file, wiring=Wiring(sensor=sensor))
    return ready(config_of(watches)), ready(config_of(does_not))


def _monitored() -> tuple[Config, Config]:
    """A garden that its ULP reads, and the same that its CPU does."""
    sensor = {
        **SENSORS,
        "temperature": Temperature(sda=32, scl=33),
        "humidity": Humidity(sda=32, scl=33),
    }
    del sensor["door"], sensor["word"], sensor["power"], sensor["relay"]
    tasks = ("climate", "light")
    by_ulp, by_cpu = (
        scenario.load("garden", tuple(f"node.task.{task}.ulp={how}" for task in tasks))
        for how in ("true", "false")
    )
    given = (replace(one, wiring=Wiring(sensor=sensor)) for one in (by_ulp, by_cpu))
    with_it, without = (ready(config_of(one)) for one in given)
    return with_it, without


def drawn(seed: int) -> Config:
    """A sensor with up to eight channels of any names, by drivers of every image."""
    chance = random.Random(seed)
    plain = chip.garden(1883)
    count = chance.randint(1, report.MAX_CHANNELS)
    channels = []
    for number in range(count):
        name = chance.choice("abc") * chance.randint(1, 23) + str(number)
        entry = chance.choice((*chip.DRIVERS.values(), {"driver": "contact", "pin": 33}))
        if entry["driver"] == "bl0937":
            entry = {"driver": "analog", "pin": 34, "ratio_x16": 16}
        channels.append({"delta": 0, "within_ms": 0, "name": name, **entry})
    period_ms = chance.choice((2_000, 300_000, 86_400_000))
    sensing = {**plain["tasks"][0], "channels": list(range(count)), "period_ms": period_ms}
    tasks = [sensing] * chance.randint(1, schedule.MAX_TASKS - 1)
    return ready(
        {
            **plain,
            "name": "n" * chance.randint(1, 24),
            "channels": channels,
            "tasks": [*tasks, plain["tasks"][-1]],
            "report_task": len(tasks),
            "watch_task": len(tasks) + 1,
            "battery_channel": -1,
        }
    )


def config_of(given: Scenario) -> Config:
    """config.json of a scenario's node."""
    node = given.file.node
    told = wiring.config(node, given.board, given.wiring)
    made = device_config(node, given.board)
    channels = zip(made["channels"], told.pop("channels"), node.channel, strict=True)
    made["channels"] = [{**own, **entry, "name": one.name} for own, entry, one in channels]
    network = {"wifi": {"ssid": "home"}, "broker": {"host": "192.0.2.1", "port": 1883}}
    return {**made, **told, **network, "name": given.name}


def heard(config: Config) -> Config:
    """With a microphone where the garden has its light."""
    channels = list(config["channels"])
    channels[2] = {**_without_driver(channels[2]), **MICROPHONE}
    return {**config, "channels": channels}


def _without_driver(channel: Config) -> Config:
    return {key: channel[key] for key in ("name", "delta", "within_ms")}
