"""A home's file: nodes in their places around an access point, and what sets off what."""

from typing import Annotated, Any

from msgspec import Meta

from host_sim.spec.nodefile import Name
from host_sim.toml.file import Strict

Metres = Annotated[float, Meta(ge=-10_000, le=10_000)]
Place = tuple[Metres, Metres]


class AccessPoint(Strict, frozen=True):
    """Where the access point is, and its transmit power (dBm)."""

    place_m: Place = (0.0, 0.0)
    dbm: Annotated[float, Meta(ge=0, le=30)] = 20.0


class Nodes(Strict, frozen=True):
    """One node, or `count` alike around a place, at most `spread_m` from it.

    `scenario` is what the node is and lives in: the name of a shipped scenario or a file of one;
    `set` changes keys of it, as --set does. Its link follows from the place.
    """

    name: Name
    scenario: Annotated[str, Meta(min_length=1)]
    place_m: Place
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    spread_m: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    set: tuple[str, ...] = ()


class Link(Strict, frozen=True, rename={"source": "from", "receiver": "to"}):
    """What a node reports of a channel goes to another one as a command: 1 above zero, else 0."""

    source: Name
    channel: Name
    receiver: Name


class HomeFile(Strict, frozen=True):
    """The file. `path_loss_exponent` is 2 in the open, 3 and more through walls."""

    title: str
    nodes: Annotated[tuple[Nodes, ...], Meta(min_length=1)]
    days: Annotated[float, Meta(gt=0, le=36_500)]
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    access_point: AccessPoint = AccessPoint()
    path_loss_exponent: Annotated[float, Meta(ge=1.5, le=6)] = 3.0
    link: tuple[Link, ...] = ()


def is_home(document: dict[str, Any]) -> bool:
    """Whether a TOML document is of a home, and not of one node."""
    return "nodes" in document
