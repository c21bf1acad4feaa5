"""torpor view: a run while it goes on, a recording, or both, in a browser of this machine."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import click

from host_sim.errors import BadInput
from host_sim.home import home
from host_sim.lab.report import again, beside, document
from host_sim.lab.report.again import Again
from host_sim.lab.report.document import Beside
from torpor_tools import options, params, recordings
from torpor_tools.line import Command
from torpor_tools.recordings import Told
from torpor_tools.show import output, page, serve
from torpor_tools.show.serve import HTML, JSON, Pages

REST = 4  # of a live run's time, as many parts are its own as one is the page's
LEAST_S = 1.0


@click.command("view", cls=Command)
@click.argument("name", metavar="RUN|SCENARIO|RECORDING", type=params.JUDGED)
@click.argument("recording", required=False, type=params.RECORDING)
@options.days
@options.changes
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8_765,
    show_default=True,
    help="Of the loopback; 0: any.",
)
@recordings.told
def command(
    name: Path,
    recording: Path | None,
    length: tuple[str, ...],
    changes: tuple[str, ...],
    port: int,
    told: Told,
) -> None:
    """Serve a page of RUN, SCENARIO or RECORDING to this machine until Ctrl-C.

    A scenario is shown while it runs. With a RECORDING behind it, of a node that runs Torpor as it
    says, each kind of wake stands beside one that was recorded.

    \b
    torpor view garden
    torpor view run.json wake.csv
    torpor view wake.csv
    """
    if params.is_scenario(name) or name.suffix == ".json":
        _run(name, recording, (*length, *changes), told, port)
        return
    if recording or length or changes:
        what = "a recording: nothing changes it, and none is beside it"
        raise BadInput(what, where=name, remedy="name a scenario or a run first")
    from host_sim.trace.cut import segment
    from host_sim.trace.draw import view  # matplotlib takes its time

    read = recordings.read(name, told)
    found = segment.find(read)
    curves = view.by_state(read, found, view.curve(read, found, view.POINTS[view.PAGE]))
    pages = {"/": (HTML, view.document(read, curves, name.name).encode())}
    with serve.served(pages, port) as address:
        _wait(address)


def _run(
    name: Path,
    recording: Path | None,
    changes: tuple[str, ...],
    told: Told,
    port: int,
) -> None:
    home.refuse(str(name))
    one = again.named(str(name), changes)
    recorded: dict[str, Any] = {}
    if recording:
        read = recordings.read(recording, told)
        with output.Progress(recording.name) as progress:
            recorded = beside.of(one.given, read, recording, progress)
    pages: Pages = {}
    with serve.served(pages, port) as address:
        try:
            _live(one, Beside(recorded=recorded, kept=one.kept), pages, address)
        except KeyboardInterrupt:
            return


def _live(one: Again, shown: Beside, pages: Pages, address: str) -> None:
    """Run it and show it, as it stands and as it ends."""
    due = 0.0
    for done, log in one.live():
        began = time.monotonic()
        if done >= 1 or began >= due:
            runs = [document.of(log(), shown, as_today=one.as_today)]
            pages["/data.json"] = (JSON, json.dumps(runs, allow_nan=False).encode())
            pages["/"] = (HTML, page.text(runs, live=True).encode())
            if not due:
                click.echo(f"{address} until Ctrl-C")
            due = time.monotonic() + max(LEAST_S, REST * (time.monotonic() - began))
    one.check(log())
    threading.Event().wait()


def _wait(address: str) -> None:
    """Until Ctrl-C."""
    click.echo(f"{address} until Ctrl-C")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
