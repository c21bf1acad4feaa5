"""Homes: read, checked, each node with its scenario and its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import dist
from pathlib import Path

import msgspec
import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs as files
from host_sim.hardware.mac import MOST_PEERS
from host_sim.spec import scenario as scenarios
from host_sim.spec.changes import blamed, changed
from host_sim.spec.homefile import HomeFile, Nodes, Place
from host_sim.spec.nodefile import channel_index
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import STRONGEST_DBM, WEAKEST_DBM
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Fault
from host_sim.toml.line import Key
from host_sim.world import pathloss

HOMES = Path(__file__).parents[1] / "homes"
OF_HOME = {  # keys of a scenario that a home decides
    "days": "is the home's",
    "seed": "is the home's",
    "world.wifi.ap_dbm": "is the access point's: [access_point]",
    "world.wifi.mean_dbm": "follows from place_m",
}


@dataclass(frozen=True)
class Member:
    """A node of a home."""

    name: str
    place_m: Place
    scenario: Scenario


@dataclass(frozen=True)
class Home:
    """A checked home; `links` are rows of sender, channel and receiver by number."""

    name: str
    path: Path
    file: HomeFile
    members: list[Member]
    links: list[tuple[int, int, int]]


def names() -> list[str]:
    """The homes that ship."""
    return sorted(path.stem for path in HOMES.glob("*.toml"))


def is_home(name: str) -> bool:
    """Whether a name or a file is a home's; what cannot be read is none."""
    if name in names():
        return True
    path = Path(name)
    if path.suffix != ".toml" or not path.is_file():
        return False
    lines = (line.strip() for line in files.text(path).splitlines())
    return any(line.startswith("[[nodes]]") for line in lines)


def refuse(name: str) -> None:
    """BadInput for a home, of a command that takes one node's scenario."""
    if is_home(name):
        raise BadInput("is a home", where=name, remedy="name one of its nodes' scenarios")


def load(name: str, changes: tuple[str, ...] = ()) -> Home:
    """Read a home; each change is key=value with a dotted key and a TOML value."""
    path = HOMES / f"{name}.toml" if name in names() else Path(name)
    text = files.text(path)
    file = changed(tomlfile.decode(text, path, HomeFile), changes)
    fault = partial(_fault, changes, text, path)
    for what, key, remedy in (*_name_faults(file), *_set_faults(file)):
        raise fault(what, key, remedy)
    members = [one for i in range(len(file.nodes)) for one in _members(file, i, path, fault)]
    for what, key, remedy in (*_link_faults(file, members), *_gateway_faults(members)):
        raise fault(what, key, remedy)
    return Home(path.stem, path, file, members, list(_links(file, members)))


def _fault(
    changes: tuple[str, ...], text: str, path: Path, what: str, key: Key, remedy: str
) -> BadInput:
    """What is wrong at a key: of the change that set it, else of the file's line."""
    if change := blamed(changes, key):
        return BadInput(what, where=f"--set {change}", key=tomlfile.dotted(key), remedy=remedy)
    return tomlfile.located(what, text, path, key, remedy)


def _members(
    file: HomeFile, group: int, path: Path, fault: Callable[[str, Key, str], BadInput]
) -> Iterator[Member]:
    """The nodes of one [[nodes]], each in its place."""
    nodes = file.nodes[group]
    near = path.parent / nodes.scenario
    key = ("nodes", group, "scenario")
    try:
        given = scenarios.load(str(near) if near.is_file() else nodes.scenario, nodes.set)
    except BadInput as error:
        if str(error).startswith("no scenario"):
            remedy = f"one of {', '.join(scenarios.names())}, or a file"
            raise fault("no such scenario", key, remedy) from None
        if str(error).startswith("--set"):
            raise fault(str(error), ("nodes", group, "set"), "") from None
        raise
    for i, place_m in enumerate(_places(nodes, file.seed, group)):
        name = f"{nodes.name}-{i + 1}" if nodes.count > 1 else nodes.name
        yield Member(name, place_m, _placed(given, file, place_m))


def _places(nodes: Nodes, seed: int, group: int) -> Iterator[Place]:
    """Places at random within the circle; a single node stands in its middle."""
    if nodes.count == 1:
        yield nodes.place_m
        return
    random = np.random.default_rng([seed, 5, group])
    radius_m = nodes.spread_m * np.sqrt(random.random(nodes.count))
    angle = 2 * np.pi * random.random(nodes.count)
    x, y = nodes.place_m
    for r, a in zip(radius_m.tolist(), angle.tolist(), strict=True):
        yield x + r * float(np.cos(a)), y + r * float(np.sin(a))


def _placed(given: Scenario, file: HomeFile, place_m: Place) -> Scenario:
    """A node's scenario in this home, with its length and seed; the link follows from the place."""
    metres = dist(place_m, file.access_point.place_m)
    dbm = file.access_point.dbm - pathloss.loss_db(file.path_loss_exponent, metres)
    wifi = msgspec.structs.replace(
        given.file.world.wifi,
        ap_dbm=file.access_point.dbm,
        mean_dbm=min(STRONGEST_DBM, max(WEAKEST_DBM, dbm)),
    )
    world = msgspec.structs.replace(given.file.world, wifi=wifi)
    placed = msgspec.structs.replace(given.file, world=world, days=file.days, seed=file.seed)
    return replace(given, file=placed)


def _name_faults(file: HomeFile) -> Iterator[Fault]:
    for i, nodes in enumerate(file.nodes):
        if nodes.name in [other.name for other in file.nodes[:i]]:
            yield f"the name {nodes.name} is taken", ("nodes", i, "name"), "choose another"
    known = [nodes.name for nodes in file.nodes if nodes.count == 1]
    for i, link in enumerate(file.link):
        for key, name in (("from", link.source), ("to", link.receiver)):
            if name not in known:
                remedy = f"one of {', '.join(known) or 'those with a count of 1'}"
                yield f"no single node named {name}", ("link", i, key), remedy


def _set_faults(file: HomeFile) -> Iterator[Fault]:
    for i, nodes in enumerate(file.nodes):
        for key in (change.partition("=")[0].strip() for change in nodes.set):
            if key in OF_HOME:
                yield f"{key} {OF_HOME[key]}", ("nodes", i, "set"), "leave it out"


def _link_faults(file: HomeFile, members: list[Member]) -> Iterator[Fault]:
    of = {member.name: member.scenario.file.node for member in members}
    for i, link in enumerate(file.link):
        channels = [channel.name for channel in of[link.source].channel]
        if link.channel not in channels:
            remedy = f"one of {', '.join(channels)}"
            yield f"{link.source} has no channel {link.channel}", ("link", i, "channel"), remedy
        if of[link.receiver].kind != "switch":
            yield f"{link.receiver} is no switch", ("link", i, "to"), "name a switch"


def _gateway_faults(members: list[Member]) -> Iterator[Fault]:
    """More nodes by ESP-NOW than one gateway can have."""
    relayed = sum(member.scenario.file.node.link == "espnow" for member in members)
    if relayed > MOST_PEERS:
        what = f"a gateway has {MOST_PEERS} nodes at most, and {relayed:,} go by it"
        yield what, ("nodes",), "have others go by Wi-Fi"


def _links(file: HomeFile, members: list[Member]) -> Iterator[tuple[int, int, int]]:
    at = {member.name: i for i, member in enumerate(members)}
    for link in file.link:
        source = at[link.source]
        channel = channel_index(members[source].scenario.file.node, link.channel)
        yield source, channel, at[link.receiver]
