"""The bench: what stands around the board on a desk, from one TOML file."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from host_sim.files import inputs
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict
from torpor_tools.provision import way


class Wifi(Strict, frozen=True):
    """The network that the node is to join."""

    ssid: Annotated[str, Meta(min_length=1)] = "home"
    """Its name."""
    password: str = "sleepwell"
    """Its password."""


class Broker(Strict, frozen=True):
    """This computer's address, as the node reaches it."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """Its address there."""


class Relay(Strict, frozen=True):
    """Two commands of the shell that take the node's power and give it back."""

    off: str
    """Takes the power."""
    on: str
    """Gives it."""


class Supply(Strict, frozen=True):
    """A Nordic PPK2 as the node's supply: its serial port, and what it gives."""

    port: str
    """The kit's serial port."""
    mv: Annotated[int, Meta(ge=800, le=5000)] = 3300
    """The voltage it gives."""


class Bench(Strict, frozen=True):
    """The file; as it stands here it is the virtual board's."""

    wifi: Wifi = Wifi()
    """The network that the node joins."""
    broker: Broker = Broker()
    """Where tests start their own broker."""
    relay: Relay | None = None
    """What switches its power."""
    supply: Supply | None = None
    """What feeds and measures it."""


def load(path: Path | None) -> Bench:
    """The bench that a file describes, or the virtual board's."""
    if path is None:
        return Bench()
    text = inputs.text(path)
    file = tomlfile.decode(text, path, Bench)
    wifi, broker = way.Wifi(file.wifi.ssid, file.wifi.password), way.Broker(file.broker.host)
    for what, key, remedy in way.wifi_faults(wifi, broker):  # as of a node.toml
        raise tomlfile.located(what, text, path, key, remedy)
    return file
