"""A home's file: nodes in their places around an access point, and what sets off what."""

from typing import Annotated

from msgspec import Meta

from host_sim.spec.nodefile import Name
from host_sim.spec.scenariofile import LEAST_DAYS, MOST_DAYS
from host_sim.toml.file import Strict

Metres = Annotated[float, Meta(ge=-10_000, le=10_000)]
Place = tuple[Metres, Metres]


class AccessPoint(Strict, frozen=True):
    """The access point of all nodes."""

    place_m: Place = (0.0, 0.0)
    """Where it stands."""
    dbm: Annotated[float, Meta(ge=0, le=30)] = 20.0
    """Its transmit power."""


class Nodes(Strict, frozen=True):
    """One node, or several alike around a place. Their links follow from their places."""

    name: Name
    """Its name; several are told apart by a number behind it."""
    scenario: Annotated[str, Meta(min_length=1)]
    """What it is and lives in: a shipped scenario's name, or a file as seen from this one."""
    place_m: Place
    """Where it stands."""
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    """How many there are."""
    spread_m: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    """How far from the place several may stand, at random."""
    set: tuple[str, ...] = ()
    """Keys of the scenario changed, each as `key=value`."""


class Link(Strict, frozen=True, rename={"source": "from", "receiver": "to"}):
    """What a node reports of a channel goes to another one as a command: 1 above zero, else 0."""

    source: Name
    """The node that reports."""
    channel: Name
    """The channel of it."""
    receiver: Name
    """The switch that obeys."""


class HomeFile(Strict, frozen=True):
    """The file."""

    title: str
    """The report's first line."""
    nodes: Annotated[tuple[Nodes, ...], Meta(min_length=1)]
    """The nodes."""
    days: Annotated[float, Meta(ge=LEAST_DAYS, le=MOST_DAYS)]
    """The length of the run."""
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 1
    """Of all that is by chance."""
    access_point: AccessPoint = AccessPoint()
    """Where they report to."""
    path_loss_exponent: Annotated[float, Meta(ge=1.5, le=6)] = 3.0
    """How fast the signal falls with distance: 2 in the open, 3 and more through walls."""
    link: tuple[Link, ...] = ()
    """What sets off what."""
