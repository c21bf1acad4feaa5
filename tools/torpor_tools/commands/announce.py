"""torpor announce: nodes shown to Home Assistant, by what their broker retains."""

from collections.abc import Iterable
from pathlib import Path

import click

from host_sim.errors import BadInput
from torpor_tools import options, params, retained
from torpor_tools.line import Command, apart
from torpor_tools.provision import discovery, gateway_toml
from torpor_tools.provision.discovery import Entity
from torpor_tools.provision.gateway_toml import GatewayFile
from torpor_tools.provision.node_toml import NodeFile
from torpor_tools.provision.way import Broker
from torpor_tools.show import output


@click.command("announce", cls=Command)
@click.argument("files", nargs=-1, required=True, type=params.NODE)
@click.option(
    "--prefix",
    default=discovery.PREFIX,
    type=params.TEXT,
    show_default=True,
    help="Home Assistant's discovery prefix.",
)
@click.option("--remove", is_flag=True, help="Take back what was announced.")
@click.option("--dry-run", is_flag=True, help="Print it, and ask no broker.")
@options.as_json("a table")
def command(
    files: tuple[Path, ...], prefix: str, remove: bool, dry_run: bool, as_json: bool
) -> None:
    """Show nodes to Home Assistant: their broker retains a message for each channel.

    Told once, and again when a node's file changes: channels that it no longer has are taken back.
    The node itself says nothing, and spends nothing. A node with a gateway needs the gateway's
    file, too, which has the broker.

    \b
    torpor announce node.toml
    torpor announce gateway.toml garden.toml door.toml
    """
    what = "--dry-run shows what would be announced"
    apart((remove and dry_run, what, "leave out one of the two"))
    if "" in prefix.split("/") or set("+#\0") & set(prefix):
        raise BadInput(
            "no prefix of a topic", where=f"--prefix {prefix}", remedy=f"as {discovery.PREFIX}"
        )
    document = []
    for broker, devices in _by_broker(files).items():
        told = [] if remove else [one for entities in devices.values() for one in entities]
        removed = [] if dry_run else _replaced(broker, prefix, devices, told)
        output.doubts(discovery.doubts(told))
        announced = {one.topic(prefix): one.config for one in told}
        document.append({"broker": broker.where, "announced": announced, "removed": removed})
        if not as_json:
            _show(broker.where, told, removed, dry_run)
    if as_json:
        output.as_json(document)


def _by_broker(files: Iterable[Path]) -> dict[Broker, dict[str, list[Entity]]]:
    """What is shown of each file, by the broker that hands it on and by its name.

    Gateways come first: Home Assistant hangs a node on one that it knows.
    """
    known = {path: gateway_toml.read(path) for path in files}
    gateways = {path: one for path, (one, _) in known.items() if isinstance(one, GatewayFile)}
    found: dict[Broker, dict[str, list[Entity]]] = {}
    for path in {**gateways, **known}:
        file, board = known[path]
        model = board.file.name
        if isinstance(file, GatewayFile):
            broker, entities = file.broker, discovery.of_gateway(file, model)
        else:
            broker, through = _way(path, file, gateways.values())
            entities = discovery.of_node(file, model, through)
        devices = found.setdefault(broker, {})
        if file.name in devices:
            what = f"another of these files has the name {file.name}, too"
            raise BadInput(what, where=path, remedy="give each its own, or leave one out")
        devices[file.name] = list(entities)
    return found


def _way(
    path: Path, file: NodeFile, gateways: Iterable[GatewayFile]
) -> tuple[Broker, GatewayFile | None]:
    """A node's broker, and the gateway by which it goes there."""
    if file.broker:
        return file.broker, None
    for one in gateways:
        if file.name in one.gateway.nodes:
            return one.broker, one
    remedy = "name the gateway.toml that lists it, too"
    raise BadInput("its gateway has the broker", where=path, remedy=remedy)


def _replaced(
    broker: Broker, prefix: str, names: Iterable[str], told: Iterable[Entity]
) -> list[str]:
    """Have the broker retain what is told of the nodes of these names, and nothing else of them."""
    filters = [f"{prefix}/+/{discovery.identifier(name)}/+/config" for name in sorted(names)]
    return retained.replace(broker, filters, {one.topic(prefix): one.payload() for one in told})


def _show(where: str, told: list[Entity], removed: list[str], dry_run: bool) -> None:
    grid = output.table("", "node", "channel", "shown as", "unit")
    for column in grid.columns:
        column.justify = "left"
    for one in told:
        shown = one.config.get("device_class", one.platform)
        grid.add_row(one.device, one.name, shown, one.config.get("unit_of_measurement", ""))
    if told:
        output.console.print(grid)
    for topic in removed:
        output.console.print(f"taken back: {topic}", markup=False, soft_wrap=True)
    what = f"{len(told)} announced, {len(removed)} taken back: {where}"
    line = f"not announced: {where}" if dry_run else what
    output.console.print(line, markup=False, soft_wrap=True)
