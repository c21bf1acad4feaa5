"""Who may import whom: the rules that keep one source, and the hardware behind one door."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
HARDWARE = ("machine", "network", "esp32", "espnow")
FILES = [
    path.relative_to(CHECKOUT).as_posix()
    for folder in ("firmware", "host_sim", "tools")
    for path in sorted((CHECKOUT / folder).rglob("*.py"))
]


def imported(source: str, package: str) -> Iterator[str]:
    """The dotted names that a module of `package` imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def faults(path: str, source: str) -> list[str]:
    """What a file imports against the rules."""
    names = list(imported(source, ".".join(Path(path).parent.parts).removeprefix("firmware.")))
    refused: list[str] = []
    if path.startswith("firmware/torpor/policy/"):
        refused += [name for name in names if not within(name, ("micropython", "torpor.policy"))]
    if path.startswith("firmware/"):
        refused += [name for name in names if within(name, ("host_sim", "tools", "tests"))]
        if not touches_hardware(path):
            refused += [name for name in names if within(name, HARDWARE)]
    if path.startswith("host_sim/"):
        refused += [name for name in names if within(name, ("tools", "tests"))]
    if path.startswith("tools/"):
        refused += [name for name in names if within(name, ("tests",))]
    return sorted(set(refused))


def touches_hardware(path: str) -> bool:
    at_the_door = ("boot.py", "main.py", "torpor/esp32.py", "torpor/markers.py")
    return path.removeprefix("firmware/") in at_the_door or path.startswith(
        ("firmware/torpor/link/", "firmware/torpor/drivers/")
    )


@pytest.mark.parametrize("path", FILES)
def test_a_file_keeps_the_rules(path: str) -> None:
    assert faults(path, (CHECKOUT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "refused"),
    [
        ("firmware/torpor/policy/a.py", "from torpor import node", ["torpor.node"]),
        ("firmware/torpor/policy/a.py", "from .. import node", ["torpor.node"]),
        ("firmware/torpor/policy/a.py", "def f():\n    import time", ["time"]),
        ("firmware/torpor/policy/a.py", "import torpor.policyx", ["torpor.policyx"]),
        ("firmware/torpor/policy/a.py", "from torpor.policy.ticks import diff", []),
        ("firmware/torpor/policy/a.py", "from . import ticks", []),
        ("firmware/torpor/policy/a.py", "from micropython import const", []),
        ("firmware/torpor/node.py", "import host_sim.engine.port", ["host_sim.engine.port"]),
        ("firmware/torpor/node.py", "from tools import cli", ["tools.cli"]),
        ("firmware/torpor/node.py", "import time, machine", ["machine"]),
        ("firmware/torpor/node.py", "from esp32 import NVS", ["esp32.NVS"]),
        ("firmware/torpor/node.py", "from torpor import esp32", []),
        ("firmware/torpor/esp32.py", "import machine, network, esp32, espnow", []),
        ("firmware/torpor/link/wifi.py", "import network", []),
        ("firmware/torpor/drivers/dht.py", "import machine", []),
        ("firmware/main.py", "import machine", []),
        ("host_sim/engine/port.py", "from tools.cli import main", ["tools.cli.main"]),
        ("host_sim/engine/port.py", "from torpor import node", []),
        ("tools/cli.py", "import tests.interpreters", ["tests.interpreters"]),
    ],
)
def test_the_rules_see_what_they_must(path: str, source: str, refused: list[str]) -> None:
    assert faults(path, source) == refused
