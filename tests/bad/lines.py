"""Every command of `torpor`, found by itself, and a line of words that it does something useful on.

The words come from what each parameter was declared to be (torpor_tools.params), so that a command
that is added is in the table of bad inputs without a word here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from torpor_tools import cli, params

RECORDING, NODE, FIRMWARE, SAMPLES = "wake.csv", "node.toml", "esp32.bin", "samples.txt"
FLEET, BENCH = "fleet.toml", "bench.toml"
PORT = "port"  # a name of a terminal at whose other end nobody answers
FILES = {
    "recording": RECORDING,
    "node.toml": NODE,
    "firmware": FIRMWARE,
    "samples": SAMPLES,
    "fleet.toml": FLEET,
    "bench.toml": BENCH,
}
NAMES = {"board": "lolin32_lite", "scenario": "garden", "program": "adc", "policy": "sleep"}
# What a command needs besides, which its declaration does not say.
BESIDES = {
    "validate": ["--wake", "wifi"],
    "diff": ["--set", "seed=2"],
    "sweep": ["--set", "seed=1"],
    "faults": ["--replay", "1:0:0:hang:3"],
    "report": ["--no-interval"],
    "announce": ["--dry-run"],
}
ENDLESS = ("virtual-board", "view")
HISTORIC = ("bisect",)  # needs a repository with a history


@dataclass(frozen=True)
class Line:
    """A command by its words, and its parameters but for flags and choices."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def name(self) -> str:
        """As it is typed."""
        return " ".join(self.words)

    @property
    def asks_a_port(self) -> bool:
        """Whether it cannot do without one."""
        return any(isinstance(p.type, params.Port) and needed(p) for p in self.command.params)

    def _does_without(self, one: click.Parameter) -> bool:
        by_itself = isinstance(one.type, params.Port | params.Link) and not needed(one)
        by_itself |= one.type is params.BENCH  # which is a port's
        return by_itself or one.opts[-1] in BESIDES.get(self.name, [])

    def with_(
        self, param: click.Parameter | None = None, value: str = "", *flags: str
    ) -> list[str]:
        """The line with one parameter as it is given here, and what the command needs."""
        before, behind = [*self.words, *flags], []
        for one in self.command.params:
            if one is param:
                words = [value]
            elif self._does_without(one):
                continue
            else:
                words = list(good(one))
            if isinstance(one, click.Option):
                before += [word for each in words for word in (one.opts[-1], each)]
            else:
                behind += words
        besides = BESIDES.get(self.name, [])
        if param and param.opts[-1] in besides:
            besides = []
        return [*before, *besides, "--", *behind]


def needed(param: click.Parameter) -> bool:
    """Whether a command cannot do without it, be it only where there are several ports, or none."""
    return param.required or callable(param.default)


def good(param: click.Parameter) -> Iterator[str]:
    """A value that a parameter takes, where it needs one or is a file."""
    kind = param.type
    if isinstance(kind, params.Input):
        yield FILES[kind.name]
    elif isinstance(kind, params.Output):
        yield f"new{kind.endings[0] if kind.endings else '.out'}"
    elif param.required and isinstance(kind, click.Choice):
        yield NAMES.get(str(param.name), str(kind.choices[0]))
    elif isinstance(kind, params.Recordings):
        yield "."
    elif isinstance(kind, params.Folder):
        yield "new"
    elif kind is params.DAYS:
        yield "0.2"
    elif param.required and isinstance(kind, params.Kept | params.Link):
        yield "new"
    elif isinstance(kind, params.Name) and (param.required or param.default is None):
        yield from () if param.name == "board" and not param.required else (NAMES[kind.name],)
    elif needed(param):
        yield PORT if isinstance(kind, params.Port) else "1"


def lines() -> list[Line]:
    """Every command and subcommand."""
    context = click.Context(cli.group)
    found = []
    for name in cli.COMMANDS:
        command = cli.group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            found += [Line((name, sub), one) for sub, one in command.commands.items()]
        else:
            found.append(Line((name,), command))
    return found
