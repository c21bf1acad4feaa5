"""Names take more of a start than what they name: awake.py and link.py do with few.

MicroPython keeps each name once, and compares each of a file's with all that it has, one by one
(1.29, py/qstr.c:228, py/persistentcode.c:188): that took half of the import of awake.py. So
all that a file defines is an entry of one list there, named as the file is: awake[12] is
node.begin, say. Some names need no comparing, since bytecode has a number for them: arguments and
private attributes are called by these, whatever they mean elsewhere.

A traceback tells the line, of the text that `make firmware` leaves in build/frozen; for a node that
does not watch, in build/timed.
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from torpor_tools.provision import fold

ANY = "_"  # what a function or a class is called as it is defined
ADD = "append"
# Of the names with a number (1.29, py/makeqstrdata.py:86) those that stand for an argument by its
# place, and for private attributes.
ARGUMENTS = ("self", "key", "keys", "values", "items", "index", "sep", "throw")
PUBLIC = {"config"}  # for which torpor.trial asks a port
ATTRIBUTES = """
    bool bytes callable classmethod clear const copy count dict dir divmod end endswith eval exec
    extend find from_bytes getattr globals hasattr hash id insert int isalpha isdigit isinstance
    islower isspace issubclass isupper iter len list little locals lower lstrip main map micropython
    next object open ord pop popitem pow print range readline remove replace repr reverse rfind
    rindex round rsplit rstrip set setattr setdefault sort sorted start startswith staticmethod step
    stop str strip sum super to_bytes tuple type update upper value zip
    """.split()  # noqa: SIM905


def table(body: list[ast.stmt], file: str) -> dict[str, str]:
    """What stands for each name that the statements of a file define."""
    names = [name for name in map(_defined, body) if name]
    assert len(set(names)) == len(names), "a name that is set twice"
    return {name: f"{file}[{place}]" for place, name in enumerate(names)}


def privates(bodies: Iterable[list[ast.stmt]]) -> dict[str, str]:
    """What stands for each attribute that only its own object asks for."""
    trees = [node for body in bodies for one in body for node in ast.walk(one)]
    found = [node for node in trees if isinstance(node, ast.Attribute)]
    own = [node for node in found if isinstance(node.value, ast.Name) and node.value.id == "self"]
    private = {node.attr for node in own if isinstance(node.ctx, ast.Store)}
    private -= {node.attr for node in found if node not in own} | PUBLIC
    private |= {node.attr for node in found if node.attr[0] == "_" != node.attr[1]}
    numbered = (name for name in ATTRIBUTES if name not in {node.attr for node in found})
    return dict(zip(sorted(private), numbered, strict=False))


def shortened(
    body: list[ast.stmt], file: str, places: Mapping[str, str], private: Mapping[str, str]
) -> str:
    """The statements of a file with places for names, its own and those of another file."""
    out = ast.parse(f"{file} = []\n{ADD} = {file}.append").body
    add = ast.Name(ADD)
    shortener = _Shortener(places, private)
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

    def __init__(self, places: Mapping[str, str], private: Mapping[str, str]) -> None:
        self.places = places
        self.private = private
        self.arguments: dict[str, str] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        assert not self.arguments, "a function in a function"
        given = [one.arg for one in node.args.args]
        short = dict(zip(given, ARGUMENTS, strict=False))
        short = {name: short[name] for name in given if name not in fold.keywords()}
        for inner in ast.walk(node):
            taken = {getattr(inner, key, None) for key in ("name", "asname")} - {node.name}
            assert not taken & short.keys(), "an argument that is set by no assignment"
            used = isinstance(inner, ast.Name) and inner.id not in given and inner.id
            assert used not in short.values(), f"{used} is an argument, too"
        node.name = self.private.get(node.name, node.name)
        self.arguments = short
        self.generic_visit(node)
        self.arguments = {}
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.arguments.get(node.arg, node.arg))

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        node.attr = self.private.get(node.attr, node.attr)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.arguments:
            return ast.Name(self.arguments[node.id], node.ctx)
        if node.id in self.places:
            assert isinstance(node.ctx, ast.Load), f"{node.id} is set twice, or a function's own"
            return ast.parse(self.places[node.id], mode="eval").body
        return node
