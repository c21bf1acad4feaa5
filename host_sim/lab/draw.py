"""A scenario whose board, cell and link are others within what is known of them.

Node, place and weather stay as the scenario says: they are its premise. The device keeps the
configuration that it has from the board's file, for it cannot know what its own board draws.
"""

from collections.abc import Sequence
from dataclasses import replace

from msgspec.structs import replace as edited

from host_sim.hardware import uncertain
from host_sim.hardware.cell import Off
from host_sim.hardware.uncertain import Quantity
from host_sim.spec.scenario import Scenario

# All of it is inferred (I), as the cells themselves are.
CAPACITY = Quantity(
    "cell: capacity",
    10,
    "I",
    "a new cell's label is a minimum or typical value; a cold or used one has less",
    "discharge one to its end at some 20 mA by a meter that counts mAh",
)
LEAKAGE = Quantity(
    "cell: self-discharge",
    100,
    "I",
    "published for li-ion: 0.4 % a month (a cell that kept 95 % in a year) to 3 % (with its "
    "protection circuit)",
    "charge one, keep it for some months, and count what is left against a fresh one",
)
RESISTANCE = Quantity(
    "cell: resistance",
    50,
    "I",
    "a data sheet's cell, and a measured one, is new",
    "read its voltage with and without a load of 100 mA",
)
VOLTAGE = Quantity(
    "cell: voltage",
    30,
    "I",
    "curves of two makes differ by some tens of millivolts (hardware/cell.py)",
    "read its open voltage at some states of charge",
    unit="mV",
)
LINK = Quantity(
    "link: half lost at",
    5,
    "I",
    "± 4 dB of the loss centre, and 3 dB between both directions of a link (world/wifi.py)",
    "count the messages lost at a place of -85 dBm or less",
    unit="dB",
)


def quantities(scenario: Scenario) -> list[Quantity]:
    """All that is not known exactly of a scenario's hardware."""
    cell = (CAPACITY, LEAKAGE, RESISTANCE, VOLTAGE) if scenario.file.node.battery else ()
    return [*uncertain.of(scenario.board), *cell, LINK]


def drawn(scenario: Scenario, some: Sequence[Quantity], z: Sequence[float]) -> Scenario:
    """A scenario with each quantity so many standard deviations off."""
    at = {one.name: one.at(by) for one, by in zip(some, z, strict=True)}
    factors = {place: at[one.name] for one in some for place in one.places}
    board = uncertain.drawn(scenario.board, factors)
    world = scenario.file.world
    # An access point that hears less, and one that is heard stronger than it hears, lose alike.
    wifi = edited(world.wifi, ap_dbm=world.wifi.ap_dbm + at[LINK.name])
    node, cell = scenario.file.node, scenario.cell
    if node.battery:
        mah = node.battery.capacity_mah * at[CAPACITY.name]
        node = edited(node, battery=edited(node.battery, capacity_mah=mah))
        cell = Off(at[LEAKAGE.name], at[RESISTANCE.name], round(at[VOLTAGE.name]))
    file = edited(scenario.file, node=node, world=edited(world, wifi=wifi))
    return replace(scenario, file=file, board=board, cell=cell)
