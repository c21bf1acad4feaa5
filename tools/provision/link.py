"""wake.py as it is deployed: what every wake needs of the library, in one; and what some need.

Looking for twenty modules and loading each takes more of a start than all that they do. Here each
name of a module gets that module's in front (node.begin is node_begin), imports among them go, and
so does what then nothing uses. Constants are numbers by then (tools.provision.fold), and in the end
names are places (tools.provision.short). The modules lie beside it as ever, for those that a wake
seldom needs and that import them.

link.py has what a wake needs besides that joins, and monitor.py that of a node whose ULP reads. A
node that nothing but its timer wakes has a wake.py without what only others need, and one that goes
by a gateway a link.py without Wi-Fi's. Did it need that after all, it would import it from the
modules.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tools.provision import short
from tools.provision.prefix import Module, module

# What a wake imports that measures and sends nothing, and the drivers that most nodes have: each
# behind those that it imports.
MODULES = (
    "torpor",
    "torpor.policy.ticks",
    "torpor.policy.backoff",
    "torpor.policy.cascade",
    "torpor.policy.energy",
    "torpor.policy.report",
    "torpor.policy.sampling",
    "torpor.policy.schedule",
    "torpor.policy.sleep",
    "torpor.policy.spread",
    "torpor.policy.surge",
    "torpor.node",
    "torpor.detector",
    "torpor.sensor",
    "torpor.switch",
    "torpor.life",
    "torpor.retain",
    "torpor.kept",
    "torpor.drivers",
    "torpor.drivers.analog",
    "torpor.drivers.contact",
    "torpor.drivers.sht3x",
    "torpor.esp32",
    "torpor.watching",
    "torpor.start",
)
# Those of them for a node that a pin, a detector or a broker wakes (torpor.esp32.opened).
WATCHING = (
    "torpor.policy.cascade",
    "torpor.detector",
    "torpor.switch",
    "torpor.watching",
)
# What a node imports besides whose ULP reads: a statement of the above that uses it imports it.
MONITORING = (
    "torpor.monitor",
    "torpor.drivers.row",
    "torpor.drivers.scale",
    "torpor.drivers.ulp",
    "torpor.drivers.monitor",
    "torpor.monitoring",
)
# What one imports besides that joins.
RADIO = (
    "torpor.policy.patience",
    "torpor.policy.txpower",
    "torpor.delivery",
    "torpor.link",
    "torpor.link.readings",
)
WIFI, ESPNOW = "wifi", "espnow"
WAYS = {
    WIFI: ("torpor.link.mqtt", "torpor.link.wifi", "torpor.link.deliver"),
    ESPNOW: ("torpor.link.gateway",),
}
# Of a wake's modules, what only a start needs that reads config.json, as a wake that joins does.
READS = ("kept_read", "kept_packed")
# What link.py imports besides wake.py that is built in or frozen (torpor.wake).
BUILT_IN = {WIFI: ("errno", "select", "socket"), ESPNOW: ("espnow",)}
WAKE, LINK, MONITOR = "wake", "link", "monitor"
FILES = (WAKE, LINK, MONITOR)
PLACE = "from torpor.start import run  # noqa: E402, F401\n"
RUN = "start_run"


class Linked(NamedTuple):
    """The source of each file, and what stands there for each name that they define."""

    texts: dict[str, str]
    places: dict[str, str]


def linked(wake: str, watches: bool, way: str = WIFI) -> Linked:
    """With the modules in the place of their import in wake.py; for a node that watches, or not."""
    names = {
        WAKE: [name for name in MODULES if watches or name not in WATCHING],
        LINK: [*RADIO, *WAYS[way]],
        MONITOR: [*MONITORING],
    }
    joined = {name for some in names.values() for name in some}
    modules = {file: [module(name, joined) for name in names[file]] for file in FILES}
    every = [node for file in FILES for one in modules[file] for node in one.statements]
    apart = {file: _set(node for one in modules[file] for node in one.statements) for file in FILES}
    apart[LINK] |= {*READS}
    far = apart[LINK] | apart[MONITOR]
    first = [*_needed([RUN], every, modules[WAKE], far)]
    bodies = {WAKE: first}
    for file in (LINK, MONITOR):
        there = _set(first) | far - apart[file]
        bodies[file] = [*_needed(_used(first) & apart[file], every, modules[file], there)]
    places: dict[str, str] = {}
    for file, body in bodies.items():
        made = short.table(body, file)
        assert not places.keys() & made.keys(), "what two files need is in the first"
        places |= made
    imports = {
        name: f"from {file} import {file}" for file in (LINK, MONITOR) for name in apart[file]
    }
    for one in modules[WAKE]:
        imports |= {to: f"from {m} import {n} as {to}" for to, (m, n) in one.apart.items()}
    bodies[WAKE] = [_Importer(imports).visit(node) for node in first]
    all_modules = [one for file in FILES for one in modules[file]]
    texts = {
        file: "\n".join((*_outside(all_modules, body), short.shortened(body, file, places)))
        for file, body in bodies.items()
    }
    assert PLACE in wake, "wake.py imports what is linked"
    texts[WAKE] = wake.replace(PLACE, f"{texts[WAKE]}\nrun = {places[RUN]}\n")
    for file, built_in in ((LINK, BUILT_IN[way]), (MONITOR, ())):
        head = f"from {WAKE} import built_in, {WAKE}\nbuilt_in{built_in}\n"
        texts[file] = f"{head}{texts[file]}\n"
    return Linked(texts, places)


def _sets(node: ast.stmt) -> set[str]:
    """The names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if not isinstance(node, ast.Assign):
        return set()
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if isinstance(one.ctx, ast.Store)}


def _set(nodes: Iterable[ast.stmt]) -> set[str]:
    return {name for node in nodes for name in _sets(node)}


def _used(nodes: Iterable[ast.AST]) -> set[str]:
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def _needed(
    names: Iterable[str], every: list[ast.stmt], modules: list[Module], elsewhere: set[str]
) -> Iterator[ast.stmt]:
    """What sets these names, what else modules do, and all that it needs and is not elsewhere."""
    by_name = {name: node for node in every for name in _sets(node)}
    does = [node for one in modules for node in one.statements if not _sets(node)]
    todo = [*(by_name[name] for name in names), *does]
    found = []
    while todo:
        node = todo.pop()
        if node not in found:
            found.append(node)
            todo += [by_name[name] for name in _used([node]) & by_name.keys() - elsewhere]
    yield from (node for node in every if node in found)


def _outside(modules: Iterable[Module], body: list[ast.stmt]) -> list[str]:
    """The imports of what others have and these statements use."""
    used = _used(body)
    found = sorted({told for one in modules for name, told in one.outside.items() if name in used})
    whole = [f"import {other}" for other, name in found if not name]
    parts: dict[str, list[str]] = {}
    for other, name in found:
        if name:
            parts.setdefault(other, []).append(name)
    return whole + [f"from {other} import {', '.join(names)}" for other, names in parts.items()]


class _Importer(ast.NodeTransformer):
    """Has a statement of a function behind the import of what it needs from elsewhere."""

    def __init__(self, imports: dict[str, str]) -> None:
        self.imports = imports

    def visit(self, node: ast.AST) -> Any:
        asked = sorted({self.imports[name] for name in _used([node]) & self.imports.keys()})
        if isinstance(node, ast.Expr | ast.Assign | ast.Return):
            return [*(ast.parse(one).body[0] for one in asked), node] if asked else node
        assert not asked or not isinstance(node, ast.expr), "no import can come before"
        return self.generic_visit(node)
