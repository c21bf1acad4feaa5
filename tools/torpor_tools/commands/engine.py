"""torpor engine: the compiled engine, which long runs use once it is built."""

import time

import click

from host_sim.engine import cache, native
from host_sim.sim import engines
from host_sim.spec import scenario
from torpor_tools.line import Command
from torpor_tools.show import output


@click.group("engine")
def command() -> None:
    """Build the compiled engine: some 90 times as fast as CPython, with the same results."""


@command.command(cls=Command)
def build() -> None:
    """Compile the engine for this machine, in about a minute, and keep it for every later run.

    It is kept below TORPOR_CACHE, or else below ~/.cache. A change to the firmware's policies or to
    the simulator needs another build, and so does another processor; torpor sim never uses an old
    one.
    """
    if native.is_ready():
        click.echo(f"it is built already: {cache.place()}")
        return
    started = time.perf_counter()
    with output.Compiling() as progress:
        engines.compile_for(scenario.load("garden"), progress)
    click.echo(f"built in {time.perf_counter() - started:.0f} s: {cache.place()}")
