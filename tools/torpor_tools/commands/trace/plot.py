"""torpor trace plot: a recording drawn, its states in colours."""

from pathlib import Path

import click

from host_sim.files import picture
from torpor_tools import params
from torpor_tools.commands.trace.cut import How, how
from torpor_tools.line import Command

PAGE = params.Output((".html", *picture.ENDINGS), picture.made)


@click.command("plot", cls=Command)
@click.argument("file", type=params.RECORDING)
@click.option("-o", "--out", type=PAGE, required=True, help=".html, .png, .svg or .pdf.")
@how
def command(file: Path, out: Path, how: How) -> None:
    """Draw FILE, its states in colours: a picture, or a page to zoom in."""
    from host_sim.trace.draw import view

    recording, found = how.cut(file)
    view.draw(recording, found, file.name, out)
