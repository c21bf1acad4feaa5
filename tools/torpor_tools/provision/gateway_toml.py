"""gateway.toml: a gateway, checked; what its config.json holds, and its secrets apart from that."""

from collections.abc import Iterator
from pathlib import Path

from host_sim.files import inputs
from host_sim.hardware import board as boards
from host_sim.hardware.board import Board
from host_sim.hardware.mac import MOST_PEERS
from host_sim.spec.nodefile import Name
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Fault, Strict
from torpor_tools.provision import node_toml, passwords, way
from torpor_tools.provision.node_toml import NodeFile, Provision
from torpor_tools.provision.way import Broker, Wifi

MOST_KEYED = 6  # ESP-IDF 5.5.5, esp_now.h: ESP_NOW_MAX_ENCRYPT_PEER_NUM


class Nodes(Strict, frozen=True):
    """The nodes that it hears."""

    nodes: dict[Name, str]
    """By name, the address of each node: `torpor flash` prints it. Six at most with a password,
    20 without.
    """
    password: str = ""
    """8 characters or more, those of the nodes' files, here or in secrets.toml; where left out,
    nothing is encrypted. The chip's non-volatile storage gets a key for each node.
    """


class GatewayFile(Strict, frozen=True):
    """The file."""

    name: Name
    """`torpor/NAME/online` holds 1 while it is online."""
    board: str
    """A shipped board's name, or the path of a board's file as seen from this one."""
    wifi: Wifi
    """The network it joins."""
    broker: Broker
    """Where it hands readings on to."""
    gateway: Nodes
    """Whose readings."""


def read(path: Path) -> tuple[NodeFile | GatewayFile, Board]:
    """A gateway.toml, or a node.toml (it has a [node]), and its board. BadInput has no password."""
    return _checked(path) or node_toml.read(path)


def load(path: Path) -> Provision:
    """What a board is given of a gateway.toml or a node.toml, or BadInput as by read()."""
    checked = _checked(path)
    if not checked:
        return node_toml.load(path)
    file, board = checked
    nodes = file.gateway.nodes
    secrets = {
        "wifi_password": file.wifi.password.encode(),
        "broker_password": file.broker.password.encode(),
        "gateway_key": b"".join(way.gateway_key(file.gateway.password, name) for name in nodes),
    }
    config = {
        "kind": way.GATEWAY,
        "name": file.name,
        **way.wifi_config(file.wifi, file.broker),
        "nodes": [{"name": name, "address": way.as_config(mac)} for name, mac in nodes.items()],
    }
    return Provision(board, "files", config, way.given(secrets))


def _checked(path: Path) -> tuple[GatewayFile, Board] | None:
    """The file and its board, if it is a gateway's."""
    text = inputs.text(path)
    document = tomlfile.parse(text, path)
    if "node" in document or "gateway" not in document:
        return None
    kept = passwords.filled_in(document, text, path)
    file = tomlfile.convert(document, text, path, GatewayFile)
    board = boards.named_in(text, path, file.board)
    for what, key, remedy in (*_faults(file), *way.wifi_faults(file.wifi, file.broker)):
        raise passwords.located(what, kept, text, path, key, remedy)
    return file, board


def _faults(file: GatewayFile) -> Iterator[Fault]:
    """What a schema cannot say."""
    nodes, password = file.gateway.nodes, file.gateway.password
    yield from way.password_faults(password)
    if not nodes:
        yield "no node to hear", ("gateway", "nodes"), "add its name and address"
    most = MOST_KEYED if password else MOST_PEERS
    if len(nodes) > most:
        how = "with a password" if password else "without a password"
        what = f"{len(nodes)} nodes, and ESP-NOW has {most} at most {how}"
        yield what, ("gateway", "nodes"), "give the others to another gateway"
    known: dict[str, str] = {}
    for name, address in nodes.items():
        key = ("gateway", "nodes", name)
        yield from way.address_faults(address, key)
        other = known.setdefault(way.as_config(address), name)
        if other != name:
            yield f"the address of {other}, too", key, "take what torpor flash prints of each"
