"""The command `torpor`: one file a subcommand, loaded when it is called."""

import difflib
import importlib
import sys

import click

from host_sim.errors import BadInput
from torpor import __version__

COMMANDS = {
    "sim": "Simulate a node and print where the charge went.",
    "trace": "Read, measure and digest power recordings.",
    "validate": "Compare a predicted wake with a recorded one.",
    "board": "List boards and show their numbers with sources.",
}


class Lazy(click.Group):
    """A group whose commands are modules of tools/, each with a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the README."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command's module."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tools.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command was meant."""
        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            remedy = f"did you mean {near[0]}?" if near else f"one of {', '.join(COMMANDS)}"
            raise BadInput(f"no command {args[0]}", remedy=remedy)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy)
@click.version_option(__version__, message="torpor %(version)s")
def group() -> None:
    """Sleep-first firmware for ESP32 nodes, and a simulator that knows what it costs.

    Exit status: 0 it holds, 1 what was asked does not hold, 2 the input cannot be used.
    """


def main() -> None:
    """Run a command; every error of the user's is one line on stderr and exit status 2."""
    try:
        status = group.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 2
    except click.ClickException as error:
        click.echo(f"torpor: {error.format_message()}", err=True)
        status = 2
    except BadInput as error:
        click.echo(f"torpor: {error}", err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("torpor: interrupted", err=True)
        status = 130
    except BrokenPipeError:
        sys.stderr.close()
        status = 141
    sys.exit(status)
