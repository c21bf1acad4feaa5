"""awake.py as it is deployed: what every wake needs of the library, in one; and what some need.

Looking for twenty modules and loading each takes more of a start than all that they do. Here each
name of a module gets that module's in front (node.begin is node_begin), imports among them go, and
so does what then nothing uses. Constants are numbers by then (fold.py), and in the end names are
places (short.py). The modules lie beside it as ever, for those that a wake
seldom needs and that import them.

link.py has what a wake needs besides that joins, monitor.py that of a node whose ULP reads, and
seldom.py what one needs in which something is amiss. A node that nothing but its timer wakes has an
awake.py without what only others need, and one that goes by a gateway a link.py without Wi-Fi's.
Did it need that after all, it would import it from the modules.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from torpor_tools.provision import fold, short
from torpor_tools.provision.prefix import Module, module

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
    "torpor.drivers.contact",
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
    "torpor.link.storage",
)
WIFI, ESPNOW = "wifi", "espnow"
WAYS = {
    WIFI: ("torpor.link.mqtt", "torpor.link.wifi", "torpor.link.deliver"),
    ESPNOW: ("torpor.link.gateway",),
}
# Of a wake's modules, what one comes to only if it joins, as it then reads config.json, too.
JOINS = (
    "report_forget",
    "report_keep_age",
    "report__keep_age",
    "kept_mount",
    "kept_read",
    "kept_packed",
    "kept_whole",
    "esp32_opened_link",
)
# Methods of which that is so: link.py gives its class those.
METHODS = {"esp32_Esp32Port": ("join", "_open", "send", "leave", "_on_air", "_attend")}
# And to what only if something is amiss or looked at, or once in a life.
SELDOM = (
    "backoff_failed",
    "backoff_wait_min",
    "backoff_debt_min",
    "backoff__owe",
    "backoff__within",
    "schedule_start",
    "schedule__rebase",
    "schedule__shed",
    "schedule_defer",
    "spread_wait_ms",
    "spread_part_ms",
    "surge_happened",
    "surge_left_min",
    "surge_measured",
    "node_sound",
    "node_ask_unless_held",
    "node_surged",
    "node_crashed",
    "node_fell",
    "node_lie_low",
    "start__WHY",
    "start_observed",
    "start_settled",
    "start_plan",
    "start_failed",
    "start_begun",
    "start_log",
)
# What is frozen and no file: ports/esp32/modules has it.
FROZEN = """\
import sys
path = sys.path[:]
sys.path[:] = [".frozen"]
import espnow
sys.path[:] = path
"""
WAKE, LINK, MONITOR, RARE = "awake", "link", "monitor", "seldom"
FILES = (WAKE, LINK, MONITOR, RARE)
PLACE = "from torpor.start import run  # noqa: F401\n"
RUN = "start_run"


class Linked(NamedTuple):
    """The source of each file, and what stands there for each name that they define."""

    texts: dict[str, str]
    places: dict[str, str]


def linked(wake: str, watches: bool, way: str = WIFI) -> Linked:
    """With the modules in the place of their import in awake.py; of a node that watches, or not."""
    names = {
        WAKE: [name for name in MODULES if watches or name not in WATCHING],
        LINK: [*RADIO, *WAYS[way]],
        MONITOR: [*MONITORING],
        RARE: [],
    }
    joined = {name for some in names.values() for name in some}
    modules = {file: [module(name, joined) for name in names[file]] for file in FILES}
    statements = {file: [n for one in modules[file] for n in one.statements] for file in FILES}
    statements[LINK] += _moved(statements[WAKE])
    statements[RARE] += _called(modules[WAKE])
    every = [node for file in FILES for node in statements[file]]
    bodies = _bodies(every, statements, _apart(statements))
    places: dict[str, str] = {}
    for file, body in bodies.items():
        made = short.table(body, file)
        assert not places.keys() & made.keys(), f"two files need {places.keys() & made.keys()}"
        places |= made
    private = short.privates(bodies.values())
    defined = {file: _set(bodies[file]) for file in FILES[1:]}
    texts = {}
    for file, body in bodies.items():
        others = {n: f"from {f} import {f}" for f in defined if f != file for n in defined[f]}
        body = [_Importer(others).visit(node) for node in body]
        outside = _outside((one for some in modules.values() for one in some), body)
        text = "\n".join((*outside, short.shortened(body, file, places, private)))
        texts[file] = fold.unsearched(text)
    assert PLACE in wake, "awake.py imports what is linked"
    texts[WAKE] = wake.replace(PLACE, f"{texts[WAKE]}\nrun = {places[RUN]}\n")
    for file in FILES[1:]:
        frozen = FROZEN if (file, way) == (LINK, ESPNOW) else ""
        texts[file] = f"from {WAKE} import {WAKE}\n{frozen}{texts[file]}\n"
    return Linked(texts, places)


def _apart(statements: dict[str, list[ast.stmt]]) -> dict[str, set[str]]:
    """The names that each file but the first has for itself."""
    apart = {file: _set(statements[file]) for file in FILES[1:]}
    apart[LINK] |= {*JOINS}
    apart[RARE] |= {*SELDOM}
    return apart


def _bodies(
    every: list[ast.stmt], statements: dict[str, list[ast.stmt]], apart: dict[str, set[str]]
) -> dict[str, list[ast.stmt]]:
    """The statements of each file: the first's, and what they use of the others."""
    far = {name for names in apart.values() for name in names}
    bodies = {WAKE: [*_needed([RUN], every, statements[WAKE], far)]}
    here = _set(bodies[WAKE])
    asked = _used([*bodies[WAKE], *(node for node in every if _sets(node) & apart[RARE])])
    for file, own in apart.items():
        bodies[file] = [*_needed(asked & own, every, statements[file], here | far - own)]
    return bodies


def _moved(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Take the methods out of classes that link.py gives them: as functions, and what does so."""
    for node in statements:
        if isinstance(node, ast.ClassDef) and node.name in METHODS:
            for one in [*node.body]:
                if isinstance(one, ast.FunctionDef) and one.name in METHODS[node.name]:
                    node.body.remove(one)
                    place = f"{node.name}.{one.name}"
                    one.name = f"{node.name}_{one.name}"
                    yield one
                    yield from ast.parse(f"{place} = {one.name}").body


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


def _called(modules: list[Module]) -> Iterator[ast.stmt]:
    """Functions that call those which lie in a module that is in no file."""
    apart = {to: where for one in modules for to, where in one.apart.items()}
    for to, (name, function) in apart.items():
        lines = f"from {name} import {function}", f"return {function}(*args)"
        yield from ast.parse(f"def {to}(*args):\n {lines[0]}\n {lines[1]}").body


def _needed(
    names: Iterable[str], every: list[ast.stmt], own: list[ast.stmt], elsewhere: set[str]
) -> Iterator[ast.stmt]:
    """What sets these names, what a file's own do else, and all it needs that is not elsewhere."""
    by_name = {name: node for node in every for name in _sets(node)}
    todo = [*(by_name[name] for name in names), *(node for node in own if not _sets(node))]
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
        if not isinstance(node, ast.expr | ast.Expr | ast.Assign | ast.Return):
            return self.generic_visit(node)
        asked = sorted({self.imports[name] for name in _used([node]) & self.imports.keys()})
        assert not asked or isinstance(node, ast.stmt), "no import can come before"
        return [*(ast.parse(one).body[0] for one in asked), node] if asked else node
