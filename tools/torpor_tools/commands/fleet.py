"""torpor fleet: nodes drawn from distributions, simulated on all cores or on a cluster."""

from pathlib import Path

import click

from host_sim.lab.fleet import fleetfile
from torpor_tools import options, params
from torpor_tools.commands import sweep
from torpor_tools.line import Command


@click.command("fleet", cls=Command)
@click.argument("file", metavar="FLEET.toml", type=params.FLEET)
@sweep.shared
@options.changes
def command(file: Path, changes: tuple[str, ...], **given: object) -> None:
    """Simulate the nodes of FLEET.toml: how long they live, which live shortest, and why.

    \b
    torpor fleet fleet.toml                      percentiles, and the worst
    torpor fleet fleet.toml -o gardens.parquet   every node; goes on after a kill
    torpor fleet fleet.toml --scheduler tcp://10.0.0.2:8786
    """
    fleet = fleetfile.load(file, changes)
    sweep.simulate(fleet, fleet.file.title, **given)  # type: ignore[arg-type]
