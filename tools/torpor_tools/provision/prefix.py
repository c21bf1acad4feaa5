"""One module of the library on its way into a whole: each name with the module's in front."""

import ast
from collections.abc import Collection
from typing import NamedTuple

from torpor_tools.provision import fold

DRIVERS = "torpor.drivers."


def prefixed(module: str, name: str) -> str:
    """What a name of a module is called in the whole."""
    return f"{module.rpartition('.')[2]}_{name}"


class Module(NamedTuple):
    """A module's statements, and where the names in them lie that no statement sets."""

    statements: list[ast.stmt]
    outside: dict[str, tuple[str, str]]  # names of others: (module, name there)
    apart: dict[str, tuple[str, str]]  # of the library, and in no part of the whole


def module(name: str, joined: Collection[str]) -> Module:
    """A module of the library, by its dotted name, for a whole of those that are joined."""
    made = _Prefixer(name, joined)
    return Module(made.statements, made.outside, made.apart)


class _Prefixer(ast.NodeTransformer):
    """Walks through one module."""

    def __init__(self, name: str, joined: Collection[str]) -> None:
        self.name = name
        self.joined = joined
        self.names: dict[str, str] = {}  # what is another name in the whole
        self.modules: dict[str, str] = {}  # names that stand for modules
        self.local: set[str] = set()
        self.outside: dict[str, tuple[str, str]] = {}
        self.apart: dict[str, tuple[str, str]] = {}
        self.statements: list[ast.stmt] = []
        body = _lived(ast.parse(fold.folded(name)).body)
        for node in body:
            self._define(node)
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif not isinstance(node, ast.Pass) and not _is_docstring(node):
                made = self.visit(node)
                if isinstance(made, ast.FunctionDef | ast.ClassDef):
                    made.name = self.names[made.name]
                self.statements.append(made)
        if name.startswith(DRIVERS) and "opened" in self.names:
            driver = name.removeprefix(DRIVERS)
            self.statements += ast.parse(f"drivers_known[{driver!r}] = {driver}_opened").body

    def _define(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.names[node.name] = prefixed(self.name, node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for name in _stored(node):
                self.names[name] = prefixed(self.name, name)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Know what an import at the module's top stands for."""
        for alias in node.names:
            if isinstance(node, ast.Import):
                self.outside[alias.name] = (alias.name, "")
            elif not str(node.module).startswith("torpor"):
                self.outside[alias.name] = (str(node.module), alias.name)
            elif f"{node.module}.{alias.name}" in fold.sources():
                self.modules[alias.name] = f"{node.module}.{alias.name}"
            else:
                self.names[alias.name] = self._known(str(node.module), alias.name)

    def _known(self, module: str, name: str) -> str:
        """What a name of a module is called here."""
        known = prefixed(module, name)
        if module not in self.joined:
            self.apart[known] = (module, name)
        return known

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        """In a function: names of what is joined are at hand."""
        first = f"{node.module}.{node.names[0].name}"
        if node.module not in self.joined or first in fold.sources():
            return node
        known = {one.name: prefixed(str(node.module), one.name) for one in node.names}
        return ast.parse("\n".join(f"{name} = {other}" for name, other in known.items())).body

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        outer = self.local
        self.local = outer | _own(node)
        node.returns = None
        if _is_docstring(node.body[0]):
            del node.body[0]
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
