"""Who may import whom: one source, the hardware behind one door, and rooms that import one way."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests import rooms
from tests.rooms import CHECKOUT, imported, module_of

HARDWARE = ("machine", "network", "esp32", "espnow")
# The rooms of the simulator, and of the tools behind them: each imports those of the lines above
# its own, and of its line only itself. A room named a.b is a part of room a.
ROOMS = (
    ("host_sim.errors", "host_sim.progress", "host_sim.units"),
    ("host_sim.files",),
    ("host_sim.toml",),
    ("host_sim.hardware",),
    ("host_sim.engine", "host_sim.ulp", "host_sim.trace.spool"),
    ("host_sim.trace.recording",),
    ("host_sim.trace.columns", "host_sim.trace.cut"),
    ("host_sim.trace.formats", "host_sim.trace.fit"),
    ("host_sim.trace.reader", "host_sim.trace.writer", "host_sim.trace.draw"),
    ("host_sim.world",),
    ("host_sim.spec",),
    ("host_sim.sim",),
    ("host_sim.lab", "host_sim.home"),
    ("torpor_tools.show", "torpor_tools.fakes"),
    ("torpor_tools.provision",),
    ("torpor_tools.params", "torpor_tools.ppk2", "torpor_tools.loop", "torpor_tools.power"),
    ("torpor_tools.retained",),
    ("torpor_tools.line", "torpor_tools.recordings", "torpor_tools.options"),
    ("torpor_tools.virtual",),
    ("torpor_tools.hil", "torpor_tools.project"),
    ("torpor_tools.commands", "torpor_tools.pytest_torpor", "torpor_tools.reference"),
)
FILES = [
    path.relative_to(CHECKOUT).as_posix()
    for folder in ("firmware", "host_sim", "tools")
    for path in sorted((CHECKOUT / folder).rglob("*.py"))
]


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def faults(path: str, source: str) -> list[str]:
    """What a file imports against the rules."""
    names = list(imported(source, module_of(str(Path(path).parent))))
    refused: list[str] = []
    if path.startswith("firmware/torpor/policy/"):
        refused += [name for name in names if not within(name, ("micropython", "torpor.policy"))]
    if path.startswith("firmware/"):
        refused += [name for name in names if within(name, ("host_sim", "torpor_tools", "tests"))]
        if not touches_hardware(path):
            refused += [name for name in names if within(name, HARDWARE)]
    if path.startswith("host_sim/"):
        refused += [name for name in names if within(name, ("torpor_tools", "tests"))]
    if path.startswith("tools/"):
        refused += [name for name in names if within(name, ("tests",))]
    return sorted(set(refused))


def room(name: str) -> int | None:
    """The line of ROOMS that a module or a name in it is of."""
    return next((i for i, line in enumerate(ROOMS) if within(name, line)), None)


def against_the_order(path: str, source: str) -> list[str]:
    """What a file imports from a room of its own line that is not its own, or from a later one."""
    own = module_of(path)
    line = room(own)
    if line is None:
        return []
    names = list(imported(source, own if path.endswith("__init__.py") else own.rpartition(".")[0]))
    mine = next(one for one in ROOMS[line] if within(own, (one,)))
    return [
        name
        for name in names
        if (other := room(name)) is not None
        and (other > line or (other == line and not within(name, (mine,))))
    ]


def circle(sources: Iterable[tuple[str, str]]) -> list[str]:
    """Modules that import one another in a circle, for whatever reason; or nothing."""
    given = dict(sources)
    modules = {module_of(path): path for path in given}
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
        names = imported(given[path], package)
        found = {n if n in modules else n.rpartition(".")[0] for n in names}
        graph[module] = (found & set(modules)) - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def touches_hardware(path: str) -> bool:
    at_the_door = (
        "boot.py",
        "main.py",
        "gateway.py",
        "torpor/esp32.py",
        "torpor/gateway.py",
        "torpor/watching.py",
        "torpor/monitoring.py",
        "torpor/markers.py",
        "torpor/rescue.py",
    )
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
        ("firmware/torpor/node.py", "from torpor_tools import cli", ["torpor_tools.cli"]),
        ("firmware/torpor/node.py", "import time, machine", ["machine"]),
        ("firmware/torpor/node.py", "from esp32 import NVS", ["esp32.NVS"]),
        ("firmware/torpor/node.py", "from torpor import esp32", []),
        ("firmware/torpor/esp32.py", "import machine, network, esp32, espnow", []),
        ("firmware/torpor/link/wifi.py", "import network", []),
        ("firmware/torpor/drivers/dht.py", "import machine", []),
        ("firmware/main.py", "import machine", []),
        ("host_sim/engine/port.py", "from torpor_tools.cli import main", ["torpor_tools.cli.main"]),
        ("host_sim/engine/port.py", "from torpor import node", []),
        ("tools/torpor_tools/cli.py", "import tests.interpreters", ["tests.interpreters"]),
    ],
)
def test_the_rules_see_what_they_must(path: str, source: str, refused: list[str]) -> None:
    assert faults(path, source) == refused


@pytest.mark.parametrize("path", [path for path in FILES if not path.startswith("firmware/")])
def test_a_room_imports_the_rooms_before_it(path: str) -> None:
    assert room(module_of(path)) is not None or path in TOP
    assert against_the_order(path, (CHECKOUT / path).read_text(encoding="utf-8")) == []


TOP = (
    "host_sim/__init__.py",
    "tools/torpor_tools/__init__.py",
    "tools/torpor_tools/cli.py",
    "tools/torpor_tools/start.py",
    "host_sim/trace/__init__.py",
)


def test_no_module_imports_itself_by_a_circle() -> None:
    files = [path for path in FILES if not path.startswith("firmware/")]
    assert circle((path, (CHECKOUT / path).read_text(encoding="utf-8")) for path in files) == []


@pytest.mark.parametrize(
    ("path", "source", "refused"),
    [
        ("host_sim/toml/a.py", "from host_sim.errors import BadInput", []),
        ("host_sim/toml/a.py", "from host_sim.toml import line", []),
        ("host_sim/toml/a.py", "from host_sim.hardware import board", ["host_sim.hardware.board"]),
        ("host_sim/engine/a.py", "from host_sim.ulp import watch", ["host_sim.ulp.watch"]),
        ("host_sim/engine/a.py", "if T:\n    from host_sim.sim import run", ["host_sim.sim.run"]),
        ("host_sim/trace/cut/a.py", "from host_sim.trace import reader", ["host_sim.trace.reader"]),
        (
            "tools/torpor_tools/show/a.py",
            "from torpor_tools.commands import sim",
            ["torpor_tools.commands.sim"],
        ),
        ("tools/torpor_tools/cli.py", "from torpor_tools.commands import sim", []),
    ],
)
def test_the_order_sees_what_it_must(path: str, source: str, refused: list[str]) -> None:
    assert against_the_order(path, source) == refused


def test_a_circle_is_seen_also_where_types_alone_make_it() -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import A\n"
    assert circle([("p/a.py", "from p import b"), ("p/b.py", "import os")]) == []
    assert set(circle([("p/a.py", "from p import b"), ("p/b.py", typed)])) == {"p.a", "p.b"}
    assert set(circle([("p/a.py", "import p.b"), ("p/b.py", "from . import a")])) == {"p.a", "p.b"}


def test_the_drawing_of_the_rooms_is_as_they_are() -> None:
    page = rooms.PAGE.read_text(encoding="utf-8")
    assert rooms.drawn(page) == page, "python -m tests.rooms"


def test_a_room_stands_one_above_the_highest_that_it_imports() -> None:
    graph = {"roof": {"left", "cellar"}, "left": {"cellar"}, "right": {"cellar"}, "cellar": set()}
    assert rooms.floors(graph) == [["cellar"], ["left", "right"], ["roof"]]
    _, _, ceiling, middle, floor, *_ = rooms.house(graph, dict.fromkeys(graph, "")).splitlines()
    assert ceiling == f"├{'─' * 37}┬{'─' * 38}┤"
    assert middle == f"│ left{' ' * 32}│ right{' ' * 32}│"
    assert floor == f"├{'─' * 37}┴{'─' * 38}┤"
    with pytest.raises(CycleError):
        rooms.floors({**graph, "cellar": {"roof"}})
