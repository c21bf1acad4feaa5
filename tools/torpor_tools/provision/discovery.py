"""What Home Assistant is told of a node, a retained message an entity, so that it finds the node.

The form is its MQTT discovery (www.home-assistant.io/integrations/mqtt). A node says nothing of
it, as that would cost a message a join: whoever has its file does, once.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from host_sim.spec.drivers import Microphone, Sensor, Shown
from host_sim.spec.nodefile import Channel
from torpor import __version__
from torpor_tools.provision.deviceclass import doubt, state_class
from torpor_tools.provision.gateway_toml import GatewayFile
from torpor_tools.provision.node_toml import NodeFile

PREFIX = "homeassistant"
MISSED = 3  # heartbeats, before a sensor counts as lost: a low battery tells every other
PACED = 9  # of a node that lives on light: it tells every eighth by itself
EVENT_S = 30  # for how long an event that has no end is shown
ON_OFF = {"payload_on": "1", "payload_off": "0"}
LATE_S = 60  # an event's reading that is older comes again with a heartbeat


class Entity(NamedTuple):
    """What is shown as one thing: a channel of a node, or whether it is online."""

    platform: str
    device: str
    name: str
    config: dict[str, Any]

    def topic(self, prefix: str) -> str:
        """Where its message is retained."""
        return f"{prefix}/{self.platform}/{identifier(self.device)}/{self.name}/config"

    def payload(self) -> str:
        """Its message."""
        return json.dumps(self.config, ensure_ascii=False)


def identifier(device: str) -> str:
    """What a node or a gateway of this name is known by."""
    return f"torpor_{device}"


def doubts(told: Iterable[Entity]) -> Iterator[str]:
    """What Home Assistant may leave out, a line each."""
    for one in told:
        if one.platform == "sensor" and (said := doubt(one.config.get("device_class"))):
            yield f"{one.device}.{one.name}: {said}"


def of_gateway(file: GatewayFile, model: str) -> Iterator[Entity]:
    """Whether a gateway is online; `model` is its board."""
    told = {"state_topic": f"torpor/{file.name}/online", **ON_OFF, "device_class": "connectivity"}
    yield _entity(file, model, "binary_sensor", "online", told)


def of_node(file: NodeFile, model: str, gateway: GatewayFile | None) -> Iterator[Entity]:
    """Each channel of a node that something reads or sets; it may go by a gateway."""
    for channel in file.node.channel:
        sensor = file.sensor.get(channel.name)
        if file.node.kind == "switch" and _is_watched(file, channel):  # by its button
            platform, told = "switch", _relay(file, channel)
        elif sensor is None:
            continue
        elif sensor.shows().platform == "binary_sensor":
            platform, told = "binary_sensor", _binary(file, channel, sensor)
        else:
            platform, told = "sensor", _measured(file, channel, sensor.shows())
        yield _entity(file, model, platform, channel.name, {**told, **_lost(file)}, gateway)


def _is_watched(file: NodeFile, channel: Channel) -> bool:
    return file.node.watch is not None and file.node.watch.channel == channel.name


def _entity(
    file: NodeFile | GatewayFile,
    model: str,
    platform: str,
    name: str,
    told: dict[str, Any],
    gateway: GatewayFile | None = None,
) -> Entity:
    device = {"identifiers": [identifier(file.name)], "name": file.name, "model": model}
    if gateway:
        device["via_device"] = identifier(gateway.name)
    words = name.replace("_", " ").replace("-", " ").capitalize()
    config = {
        "name": None if name == file.name else words,  # the device's alone
        "unique_id": f"{identifier(file.name)}.{name}",  # a dot is in no name
        **told,
        "qos": 1,
        "device": device,
        "origin": {"name": "torpor", "sw": __version__},
    }
    return Entity(platform, file.name, name, config)


def _readings(file: NodeFile, channel: Channel, value: str, also: str = "") -> dict[str, Any]:
    """The newest of a channel's readings in a message; where there is none, nothing changes.

    A heartbeat repeats what a sensor that fails read last: once that is too old, nothing is known.
    """
    if not _is_watched(file, channel):  # an event may be as old as it is
        value += f" if r.age_s <= {_fresh_s(file, channel)} else none"
    loop = f"{{% for r in value_json if r.channel == '{channel.name}'{also} %}}"
    newest = f"{{% if loop.last %}}{{{{ {value} }}}}{{% endif %}}"
    return {
        "state_topic": f"torpor/{file.name}/readings",
        "value_template": f"{loop}{newest}{{% endfor %}}",
    }


def _fresh_s(file: NodeFile, channel: Channel) -> int:
    """How old a reading may be that is told: as many heartbeats, or of the slowest pace."""
    paces_s = [
        (task.longest_s or task.period_s + channel.within_s) + task.late_s
        for task in file.node.task
        if channel.name in task.channels
    ]
    return _missed(file) * max([_heartbeat_s(file), *paces_s])


def _measured(file: NodeFile, channel: Channel, shown: Shown) -> dict[str, Any]:
    value = f"r.value / {shown.scale}" if shown.scale > 1 else "r.value"
    told = {**_readings(file, channel, value), "state_class": state_class(shown.device_class)}
    if shown.device_class:
        told["device_class"] = shown.device_class
    if shown.unit:
        told["unit_of_measurement"] = shown.unit
    if file.node.battery and channel.name == file.node.battery.channel:
        told["entity_category"] = "diagnostic"
    return told


def _binary(file: NodeFile, channel: Channel, sensor: Sensor) -> dict[str, Any]:
    if isinstance(sensor, Microphone):
        new = f" and r.value == 1 and r.age_s < {channel.within_s + LATE_S}"
        told = {**_readings(file, channel, "r.value", new), "off_delay": EVENT_S}
    else:
        told = _readings(file, channel, "r.value")
    watch = file.node.watch if _is_watched(file, channel) else None
    held = watch and watch.hold_s  # as a PIR sensor's pin is
    return {**told, **ON_OFF, "device_class": "motion" if held else sensor.shows().device_class}


def _relay(file: NodeFile, channel: Channel) -> dict[str, Any]:
    told = _readings(file, channel, "r.value")
    return {**told, "state_on": "1", "state_off": "0", "command_topic": f"torpor/{file.name}/set"}


def _lost(file: NodeFile) -> dict[str, Any]:
    """When a node counts as lost: a switch has a will, a sensor a heartbeat."""
    if file.node.kind == "switch":
        topic = f"torpor/{file.name}/online"
        there = {"payload_available": "1", "payload_not_available": "0"}
        return {"availability_topic": topic, **there}
    return {"expire_after": _missed(file) * _heartbeat_s(file)}


def _missed(file: NodeFile) -> int:
    return PACED if file.node.battery and file.node.battery.harvested else MISSED


def _heartbeat_s(file: NodeFile) -> int:
    """The longest time between two messages, while the battery is well."""
    return file.node.report.period_s + file.node.report.late_s
