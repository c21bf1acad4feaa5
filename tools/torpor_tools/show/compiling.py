"""Which engine a command takes, and its compiling, which is told of."""

import click

from host_sim.engine import native
from host_sim.errors import BadInput
from host_sim.sim import engines
from host_sim.spec.scenario import Scenario
from torpor_tools.show import output


def is_compiled(name: str, given: Scenario, wakes: float, often: bool = False) -> bool:
    """Whether the compiled engine runs.

    For runs that are many (`often`) it is compiled first. Where numba is missing CPython runs them,
    with a word about it; BadInput where the compiled engine was asked for by its name.
    """
    worth = often and name == "auto"
    if (worth or name == "compiled") and not native.is_ready():
        try:
            with output.Compiling() as progress:
                engines.compile_for(given, progress)
        except BadInput as error:
            if not worth:
                raise
            click.echo(f"torpor: {error}; running on CPython", err=True)
            return False
    return worth or engines.is_compiled(name, wakes)
