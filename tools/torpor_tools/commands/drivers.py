"""torpor drivers: what may read a channel, by the keys that node.toml gives it."""

import json
from typing import Any, get_args

import click
import msgspec
from msgspec.structs import FieldInfo
from rich.markup import escape

from host_sim.hardware.chip import CHIPS
from host_sim.spec.drivers import Driver, Sensor
from torpor_tools import options
from torpor_tools.line import Command
from torpor_tools.show import output


@click.command("drivers", cls=Command)
@options.as_json("a table")
def command(as_json: bool) -> None:
    """List the drivers of [sensor.CHANNEL]: their keys, what they read, and where they cannot be.

    A key with a value may be left out. A driver of your own is a class beside node.toml:
    docs/own-driver.md.
    """
    told = [about(driver) for driver in get_args(Sensor)]
    if as_json:
        output.as_json(told)
        return
    table = output.table("", "driver")
    for head in ("keys", "reads", "not on"):
        table.add_column(head, overflow="fold")
    for one in told:
        keys = (f"{key}{_default(value)}" for key, value in one["keys"].items())
        row = (", ".join(keys), one["reads"], ", ".join(one["not_on"]))
        table.add_row(one["driver"], *map(escape, row))
    output.console.print(table)


def about(driver: type[Driver]) -> dict[str, Any]:
    """A driver: its keys with their defaults, None for one that is needed."""
    fields = msgspec.structs.fields(driver)
    return {
        "driver": driver.__struct_config__.tag,
        "keys": {one.name: _given(one) for one in fields},
        "reads": (driver.__doc__ or "").strip().splitlines()[0].rstrip("."),
        "not_on": [chip.title for chip in CHIPS.values() if driver.lacks(chip)],
    }


def _given(field: FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.required else field.default


def _default(value: Any) -> str:
    return "" if value is None else f" = {json.dumps(value)}"
