"""torpor sweep: every combination of values of some keys, on all cores or on a cluster."""

import tempfile
import time
from pathlib import Path
from typing import Any

import click

from host_sim.engine import native
from host_sim.engine.plain import Life
from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.home import home
from host_sim.lab.fleet import spread, told, tried
from host_sim.lab.fleet.keep import Kept
from host_sim.lab.fleet.plan import MOST_NODES, Grid, Plan, axis
from host_sim.sim import engines
from host_sim.spec import scenario
from torpor_tools import options, params
from torpor_tools.line import Command, unused
from torpor_tools.show import compiling, fleetpage, output
from torpor_tools.show import fleet as shown

CHUNK_US = 650_000  # of a core: worth the sending, and soon done again after a kill
WAKE_US = {True: 0.2, False: 20}  # about, by the compiled engine and by CPython
NODE_US = 3_500  # about what a node takes beside its wakes


def shared(command: Any) -> Any:
    """What sweep and fleet share."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON document instead."),
        click.option(
            "--html",
            type=params.Output((".html",), outputs.begins(fleetpage.HEAD.encode())),
            help="As a page, .html.",
        ),
        click.option("--scheduler", type=params.TEXT, help="A Dask scheduler, tcp://HOST:PORT."),
        click.option("--workers", type=click.IntRange(1, 256), help="Processes here; one a core."),
        click.option(
            "-o",
            "--out",
            type=params.Output((".parquet",)),
            help="Every node, a row each, .parquet.",
        ),
    ):
        command = option(command)
    return command


class Sweep(Command):
    """A command that takes several values of a key."""

    set_once = "write its values as one --set, key=a,b,c"


@click.command("sweep", cls=Sweep)
@click.argument("name", metavar="SCENARIO", type=params.SCENARIO)
@click.option(
    "--set",
    "axes",
    multiple=True,
    required=True,
    metavar="KEY=A,B,C",
    type=params.TEXT,
    help="Values of a key: a,b,c or 1..9.",
)
@options.days
@shared
def command(name: str, axes: tuple[str, ...], length: tuple[str, ...], **given: Any) -> None:
    """Simulate SCENARIO for every combination of values.

    \b
    torpor sweep garden --set node.task.climate.period_s=120,300,900
    torpor sweep garden --set world.wifi.mean_dbm=-80,-70,-60 --set seed=1..5
    """
    home.refuse(name)
    grid = Grid(name, tuple(map(axis, axes)), length)
    read = scenario.Read(name)
    if bad := tried.refused(read, grid.changes, grid.node(0).changes, grid.axes):
        raise BadInput(bad.why)
    simulate(grid, read.file.title, **given)


def simulate(
    plan: Plan,
    title: str,
    *,
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Simulate a plan, keep it, and tell of it."""
    if scheduler is not None:
        unused(("workers",), "the cluster has its own")
    if plan.count > MOST_NODES:
        raise BadInput(f"{plan.count:,} nodes", remedy=f"{MOST_NODES:,} at most")
    first = scenario.load(plan.scenario, plan.node(0).changes)
    wakes = plan.count * engines.wakes(first)
    compiled = compiling.is_compiled("auto", first, wakes, often=wakes >= engines.LONG_WAKES)
    with tempfile.TemporaryDirectory() as folder:
        path = out or Path(folder) / "nodes.parquet"
        kept = Kept(path, plan)
        started = time.perf_counter()
        with output.Progress(f"{plan.count:,} nodes") as progress:
            work = spread.simulate(
                plan,
                kept,
                chunk_size(plan, compiled),
                compiled=compiled,
                scheduler=scheduler,
                workers=workers,
                progress=progress,
            )
        wall_s = time.perf_counter() - started
        kept.finish()
        bytes_a_node = path.stat().st_size / plan.count
        found = told.of(path, plan, native.Life if compiled else Life)
    efficiency = work.core_s / wall_s / max(1, work.cores)
    speed = shown.Speed(
        work.nodes, wall_s, work.days / wall_s, work.cores, efficiency, bytes_a_node
    )
    if html:
        outputs.write({html: fleetpage.page(title, found, speed).encode()})
    output.as_json(shown.as_json(found, speed)) if as_json else shown.show(title, found, speed)


def chunk_size(plan: Plan, compiled: bool) -> int:
    """Nodes that are worth sending to a core at once."""
    first = scenario.load(plan.scenario, plan.node(0).changes)
    return max(1, round(CHUNK_US / (engines.wakes(first) * WAKE_US[compiled] + NODE_US)))
