"""torpor lab: what a policy saves against good practice, and what is left to the optimum."""

from pathlib import Path

import click
from rich.markup import escape

from host_sim.lab import study
from torpor_tools import options, params
from torpor_tools.line import Command
from torpor_tools.show import output
from torpor_tools.show import study as shown


@click.command("lab", cls=Command)
@click.argument("policy", metavar="POLICY", type=click.Choice(list(study.POLICIES)))
@click.option(
    "--data",
    type=params.DATA,
    envvar="TORPOR_DATA",
    help="Folder of the recordings that are not shipped; else $TORPOR_DATA.",
)
@options.as_json("tables")
@click.option("--tune", is_flag=True, help="Choose the marks anew, on the tuning part; print them.")
@click.option("--plot", type=params.PICTURE, help="Draw the sweeps: .png, .svg, .pdf.")
def command(policy: str, data: Path | None, as_json: bool, tune: bool, plot: Path | None) -> None:
    """Study POLICY: ours beside what a careful author does, the naive way, and the optimum.

    \b
    torpor lab sleep               how deep to sleep for a gap
    torpor lab sleep --plot a.png  and how that goes over what the world varies
    torpor lab cascade --tune      the marks of its stages, chosen anew
    """
    if tune:
        with output.Progress(f"tune {policy}") as progress:
            for line in study.tuned(policy, progress):
                progress.close()
                output.console.print(escape(line), soft_wrap=True)
        return
    with output.Progress(f"lab {policy}") as progress:
        found = study.of(policy, data, progress)
    if plot:
        from host_sim.lab import plot as plots

        plots.sweeps(found, plot)
    output.as_json(found.as_json()) if as_json else shown.show(found)
