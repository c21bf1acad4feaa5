"""torpor init: a project of one's own, whose budgets, test and workflow pass as they are."""

import re
from importlib.util import find_spec
from pathlib import Path

import click

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.spec.nodefile import NAME
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.show import output


@click.command("init", cls=Command)
@click.argument("folder", metavar="NAME", type=params.Link())
@click.option("--board", type=params.BOARD, required=True, help="A board's name or file.")
@click.option(
    "--kind",
    type=click.Choice(["sensor", "door", "switch"]),
    default="sensor",
    show_default=True,
    help="What the node is.",
)
@options.as_json("a list")
def command(folder: Path, board: str, kind: str, as_json: bool) -> None:
    """Write a folder NAME with a node, its scenario, budgets, a test and a GitHub workflow.

    The budgets are what its simulation gives today, and a tenth of room; the workflow also compares
    with the branch that a change is for.

    \b
    torpor init shed --board xiao_esp32c3 --kind sensor
    cd shed && torpor check shed.toml && pytest
    """
    from torpor_tools.project import made

    if not re.fullmatch(NAME, folder.name):
        remedy = "begin with a to z, then a to z, 0 to 9, _ or -, 24 characters at most"
        raise BadInput(f"is no name of a node: {folder.name}", where=folder, remedy=remedy)
    files = made.files(folder, board, kind)
    outputs.folder(folder, files)
    if as_json:
        output.as_json({"folder": str(folder), "files": sorted(files)})
        return
    for name in sorted(files):
        click.echo(folder / name)
    test = "pytest" if find_spec("pytest") else f"torpor check {folder.name}.toml"
    click.echo(f"\nNow: cd {folder}; torpor sim {folder.name}.toml; {test}")
