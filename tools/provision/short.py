"""Names take more of a start than what they name: wake.py and link.py do with few.

MicroPython keeps each name once, and compares each of a file's with all that it has, one by one
(1.29, py/qstr.c:228, py/persistentcode.c:188): that took half of the import of wake.py. So all that
a file defines is an entry of one list there, named as the file is: wake[12] is node.begin, say. An
argument is called by its place, as in every other function.

A traceback tells the line, of the text that `make firmware` leaves in build/frozen; for a node that
does not watch, in build/timed.
"""

import ast
from collections.abc import Mapping
from typing import Any

from tools.provision import fold

ANY = "_"  # what a function or a class is called as it is defined
ADD = "add"


def table(body: list[ast.stmt], file: str) -> dict[str, str]:
    """What stands for each name that the statements of a file define."""
    names = [name for name in map(_defined, body) if name]
    assert len(set(names)) == len(names), "a name that is set twice"
    return {name: f"{file}[{place}]" for place, name in enumerate(names)}


def shortened(body: list[ast.stmt], file: str, places: Mapping[str, str]) -> str:
    """The statements of a file with places for names, its own and those of another file."""
    out = ast.parse(f"{file} = []\n{ADD} = {file}.append").body
    add = ast.Name(ADD)
    shortener = _Shortener(places)
    made: Any
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made = shortener.visit(node)
            made.name = ANY
            made.decorator_list = [add]
        elif isinstance(node, ast.Assign) and _defined(node):
            made = ast.Expr(ast.Call(add, [shortener.visit(node.value)], []))
        else:
            made = shortener.visit(node)
        out.append(made)
    return ast.unparse(ast.fix_missing_locations(ast.Module(out, [])))


def _defined(node: ast.stmt) -> str:
    """The name that a statement defines, or nothing."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


class _Shortener(ast.NodeTransformer):
    """Puts entries in the place of names, and places in that of arguments."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = places
        self.arguments: dict[str, str] = {}
        self.keywords = _keywords()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        assert not self.arguments, "a function in a function"
        given = [one.arg for one in node.args.args]
        short = {name: f"_{at}" for at, name in enumerate(given) if name not in self.keywords}
        for inner in ast.walk(node):
            taken = {getattr(inner, key, None) for key in ("name", "asname")} - {node.name}
            assert not taken & short.keys(), "an argument that is set by no assignment"
        self.arguments = short
        self.generic_visit(node)
        self.arguments = {}
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.arguments.get(node.arg, node.arg))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.arguments:
            return ast.Name(self.arguments[node.id], node.ctx)
        if node.id in self.places:
            assert isinstance(node.ctx, ast.Load), f"{node.id} is set twice, or a function's own"
            return ast.parse(self.places[node.id], mode="eval").body
        return node


def _keywords() -> set[str]:
    """The names by which the library gives arguments: those stay."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in fold.sources().values())
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
