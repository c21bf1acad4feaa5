"""A command's line as a whole: which words go together, and which files it may write."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.spec.changes import once
from torpor_tools.params import Folder, Input, Name, Output, Type

FORCE = "force"
Kind = TypeVar("Kind", bound=Type)


class Command(click.Command):
    """A command whose outputs are claimed before it runs; it has --force where it writes.

    No key of a scenario is set twice, be it by --set or by an option of its own.
    """

    set_once = "write it once"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if any(isinstance(param.type, Output | Folder) for param in self.params):
            text = "Replace any file but an input or Torpor's own."
            self.params.append(click.Option([f"--{FORCE}"], is_flag=True, help=text))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Each error of the line names this command's help, also where click leaves it out."""
        with click.core.augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Check what is to be written against what is to be read, then run."""
        asked = {param: ctx.params.get(param.name or "") for param in self.params}
        once(_changes(ctx.params), self.set_once)
        sources = [Path(value) for kind in (Input, Name) for _, value in _of(asked, kind)]
        if any(isinstance(param.type, Output) for param in self.params):
            forced = ctx.params[FORCE]
            if not any(isinstance(param.type, Folder) for param in self.params):
                del ctx.params[FORCE]
            for kind, path in _of(asked, Output):
                outputs.claim(path, sources, force=forced, made=kind.made)
        return super().invoke(ctx)


def _changes(given: dict[str, Any]) -> Iterator[str]:
    """What a line changes of a scenario, as --set would say it (`options.length` does)."""
    for name in ("changes", "settings", "axes", "length"):
        yield from given.get(name, ())
    if given.get("seed") is not None:
        yield f"seed={given['seed']}"


def _of(asked: dict[click.Parameter, Any], kind: type[Kind]) -> Iterator[tuple[Kind, Any]]:
    """Each value of a kind of parameter, and its type."""
    for param, value in asked.items():
        if isinstance(param.type, kind) and value is not None:
            for one in value if isinstance(value, tuple) else (value,):
                yield param.type, one


def apart(*wrong: tuple[Any, str, str]) -> None:
    """BadInput where options do not go together: the case, what is wrong, the remedy of each."""
    for is_so, what, remedy in wrong:
        if is_so:
            raise BadInput(what, remedy=remedy)


def unused(names: Iterable[str], why: str) -> None:
    """BadInput where one of these parameters stands on the line: nothing would hear of it."""
    context = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    for param in context.command.params:
        if param.name in names and context.get_parameter_source(param.name) is typed:
            raise BadInput(f"{param.opts[-1]} is for nothing: {why}", remedy="leave it out")
