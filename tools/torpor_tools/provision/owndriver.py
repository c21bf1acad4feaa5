"""Sensors that Torpor does not know: classes in modules beside node.toml, which go onto the board.

What can be told before it runs there is told by its source: that it is Python, has the class, that
the class reads, and which arguments it takes.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from host_sim.errors import BadInput
from host_sim.files import inputs, scratch
from host_sim.spec.drivers import Own
from host_sim.toml.file import Fault
from torpor_tools.provision import firmware

# What a file of this name would hide, or what would hide it: MicroPython's own, and the node's.
TAKEN = {"boot", "main", "torpor", "machine", "network", "esp32", "espnow", "micropython", "dht"}
REMEDY = "see docs/own-driver.md"


def faults(own: dict[str, str], sensors: dict[str, Any], folder: Path) -> Iterator[Fault]:
    """What cannot be: no such module or class, no read(), arguments that it does not take."""
    for channel, driver in own.items():
        key = ("sensor", channel)
        module, name = driver.split(".")
        if module in TAKEN or module in sys.stdlib_module_names:
            yield f"the name {module} is taken", (*key, "driver"), "name the module otherwise"
            continue
        path = folder / f"{module}.py"
        if not path.is_file():
            what = f"no driver {driver} ships, and there is no {path.name} beside this file"
            yield what, (*key, "driver"), "torpor drivers lists them; " + REMEDY
            continue
        found = next((one for one in _classes(path) if one.name == name), None)
        if found is None:
            yield f"{path.name} has no class {name}", (*key, "driver"), "mend the name"
        else:
            yield from _argument_faults(found, sensors[channel], key)


def modules(own: dict[str, str], folder: Path) -> dict[str, bytes]:
    """Their modules compiled, and those beside them that they import, by their name on a board."""
    todo = [folder / f"{driver.split('.')[0]}.py" for driver in own.values()]
    found: list[Path] = []
    for path in todo:
        if path not in found:
            found.append(path)
            beside = (folder / f"{name}.py" for name in _imports(path))
            todo += [one for one in beside if one.is_file()]
    with scratch.folder() as made:
        compiled = [firmware.compile_file(path, Path(path.name), made) for path in found]
        return {one.name: inputs.data(one, inputs.TEXT_BYTES) for one in compiled}


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(inputs.text(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise BadInput("is no Python", where=path, line=line, remedy="mend it") from None


def _classes(path: Path) -> list[ast.ClassDef]:
    return [one for one in _tree(path).body if isinstance(one, ast.ClassDef)]


def _imports(path: Path) -> Iterator[str]:
    for one in ast.walk(_tree(path)):
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            yield one.module or ""


def _argument_faults(
    found: ast.ClassDef, sensor: Own, key: tuple[str | int, ...]
) -> Iterator[Fault]:
    """By the class's own source; one that inherits may have the rest from elsewhere."""
    methods = {one.name: one.args for one in found.body if isinstance(one, ast.FunctionDef)}
    if "read" not in methods and not found.bases:
        yield f"{found.name} has no read()", (*key, "driver"), REMEDY
    given = {name: "pins" for name in sensor.pins} | {name: "keys" for name in sensor.keys}
    for name in sensor.pins.keys() & sensor.keys.keys():
        yield f"{name} is in pins, too", (*key, "keys", name), "leave one out"
    if "__init__" not in methods and found.bases:
        return
    takes = methods.get("__init__", ast.arguments([], [], None, [], [], None, []))
    plain = [one.arg for one in (*takes.posonlyargs, *takes.args)][1:]
    needed = set(plain[: len(plain) - len(takes.defaults)])
    only = zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
    needed |= {one.arg for one, default in only if default is None}
    known = [*plain, *(one.arg for one in takes.kwonlyargs)]
    for name in [] if takes.kwarg else [name for name in given if name not in known]:
        remedy = f"one of {', '.join(known)}" if known else "leave it out"
        yield f"{found.name} takes no {name}", (*key, given[name], name), remedy
    for name in sorted(needed - given.keys()):
        yield f"{found.name} needs {name}", key, "add it to pins or keys"
