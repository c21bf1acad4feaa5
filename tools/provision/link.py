"""wake.py as it is deployed: the modules of every wake, in one; and link.py, those of a join.

Looking for twenty modules and loading each takes more of a start than all that they do. Here each
name of a module gets that module's in front (node.begin is node_begin, in a traceback too), and
imports among them go. Constants are numbers by then (tools.provision.fold). The modules lie beside
it as ever, for those that a wake seldom needs and that import them.
"""

import ast

from tools.provision import fold

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
# What one imports besides that joins: a statement of the above that uses it imports it before.
RADIO = (
    "torpor.policy.patience",
    "torpor.policy.txpower",
    "torpor.delivery",
    "torpor.link",
    "torpor.link.mqtt",
    "torpor.link.wifi",
    "torpor.link.deliver",
)
WAKE, LINK = "wake", "link"
DRIVERS = "torpor.drivers."
PLACE = "from torpor.start import run  # noqa: E402, F401\n"


def linked(wake: str) -> str:
    """The source of wake.py with the modules in the place of their import."""
    outside, body = _joined([_Linker(name) for name in MODULES])
    text = "\n".join((*outside, ast.unparse(ast.Module(body, [])), "run = start_run\n"))
    assert PLACE in wake, "wake.py imports what is linked"
    return wake.replace(PLACE, text)


def radio() -> str:
    """The source of link.py, which a wake imports that joins."""
    links = [_Linker(name) for name in RADIO]
    outside, body = _joined(links)
    borrowed = sorted({name for link in links for name in link.borrowed})
    outside.append(f"from {WAKE} import {', '.join(borrowed)}")
    return "\n".join((*outside, ast.unparse(ast.Module(body, []))))


def _joined(links: "list[_Linker]") -> tuple[list[str], list[ast.stmt]]:
    """The imports of all, each once, and what they hold."""
    outside = list(dict.fromkeys(one for link in links for one in link.outside))
    return outside, [statement for link in links for statement in link.linked]


def _prefixed(module: str, name: str) -> str:
    return f"{module.rpartition('.')[2]}_{name}"


class _Linker(ast.NodeTransformer):
    """One module on its way into the whole."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_radio = name in RADIO
        self.names: dict[str, str] = {}  # what is another name in the whole
        self.modules: dict[str, str] = {}  # names that stand for modules
        self.local: set[str] = set()
        self.outside: list[str] = []  # imports of what is not linked
        self.borrowed: set[str] = set()  # of link.py: what wake.py has
        self.fetched: set[str] = set()  # of wake.py: what the statement at hand needs of link.py
        tree = ast.parse(fold.folded(name))
        self.linked: list[ast.stmt] = []
        for node in _lived(tree.body):
            self._define(node)
        for node in _lived(tree.body):
            if isinstance(node, ast.Import | ast.ImportFrom):
                if self._import(node):
                    self.outside.append(ast.unparse(node))
            elif not isinstance(node, ast.Pass) and not _is_docstring(node):
                made = self.visit(node)
                if isinstance(made, ast.FunctionDef | ast.ClassDef):
                    made.name = self.names[made.name]
                self.linked.append(made)
        assert not self.fetched, f"{name} uses {self.fetched} where no import can come before"
        if name.startswith(DRIVERS):
            driver = name.removeprefix(DRIVERS)
            self.linked += ast.parse(f"drivers_known[{driver!r}] = {driver}_opened").body

    def _define(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.names[node.name] = _prefixed(self.name, node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for name in _stored(node):
                self.names[name] = _prefixed(self.name, name)

    def _import(self, node: ast.Import | ast.ImportFrom) -> bool:
        """Know what an import of linked modules stands for; whether it is one of others."""
        if isinstance(node, ast.Import) or not str(node.module).startswith("torpor"):
            return True
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            if inner in (*MODULES, *RADIO):
                self.modules[alias.name] = inner
            elif self._is_here(str(node.module)) and inner not in fold.sources():
                self.names[alias.name] = self._known(str(node.module), alias.name)
            else:
                assert alias is node.names[0], "what is linked and what is not in one import"
                return True
        return False

    def _is_here(self, module: str) -> bool:
        """Whether it is linked into this file, or into wake.py, which link.py has names of."""
        return module in MODULES or (self.is_radio and module in RADIO)

    def _known(self, module: str, name: str) -> str:
        """What a name of a module is called here, and have it here."""
        known = _prefixed(module, name)
        if not self._is_here(module):
            self.fetched.add(known)
        elif self.is_radio and module in MODULES:
            self.borrowed.add(known)
        return known

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        outer = self.local
        self.local = outer | _own(node)
        node.returns = None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        self.local = outer
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign:
        assert node.value
        plain = ast.Assign([node.target], node.value, lineno=node.lineno)
        self.generic_visit(plain)
        return plain

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        return self._after_its_import(node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        return self._after_its_import(node)

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        return self._after_its_import(node)

    def _after_its_import(self, node: ast.stmt) -> ast.stmt | list[ast.stmt]:
        """A statement of a wake, behind the import of what it needs of the radio."""
        self.generic_visit(node)
        names = [ast.alias(name) for name in sorted(self.fetched)]
        self.fetched = set()
        return [ast.ImportFrom(LINK, names, 0), node] if names else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        if not self._import(node):
            return None
        if node.module in RADIO and not self.is_radio:
            names = [ast.alias(_prefixed(node.module, a.name), a.name) for a in node.names]
            return ast.ImportFrom(LINK, names, 0)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.names and node.id not in self.local:
            node.id = self.names[node.id]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id not in self.local:
            module = self.modules.get(node.value.id)
            if module:
                return ast.Name(self._known(module, node.attr), node.ctx)
        self.generic_visit(node)
        return node


def _lived(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements of a module, of an `if False` its other branch."""
    out = []
    for node in body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
            out += node.body if node.test.value else node.orelse
        else:
            out.append(node)
    return out


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _stored(within: ast.AST) -> set[str]:
    """The names that are set somewhere in it."""
    names = (node for node in ast.walk(within) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _own(function: ast.FunctionDef) -> set[str]:
    """The names that are a function's own."""
    arguments = function.args
    out = {one.arg for one in (*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs)}
    handlers = (node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler))
    return out | _stored(function) | {node.name for node in handlers if node.name}
