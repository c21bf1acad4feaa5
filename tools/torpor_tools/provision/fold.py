"""Constants across modules: what MicroPython's compiler folds only where one file tells it.

A name in capitals that a module of the library sets to a number stands for that number in all of
the library. What is then left unused goes, its definition and its import, and with them whole
modules from a wake's path. Lines stay as they are, so a traceback tells the same ones.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import torpor

LIBRARY = Path(torpor.__file__).parent
Edits = dict[ast.stmt | ast.expr, str]
# MicroPython looks for a file in the place of these at the import of one that is not known yet
# (1.29, py/builtinimport.c:406). With an u in front it does not (py/objmodule.c:212), but umachine
# lacks the Counter that ports/esp32/modules/machine.py adds.
BUILT_IN = (
    "array",
    "binascii",
    "errno",
    "json",
    "machine",
    "os",
    "select",
    "socket",
    "struct",
    "time",
)
_IMPORT = re.compile(rf"^( *)(import|from) ({'|'.join(BUILT_IN)})\b(?! as| import Counter)", re.M)
_AS = {"import": " as {}", "from": ""}
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.LShift: operator.lshift,
    ast.BitOr: operator.or_,
}


class Source(NamedTuple):
    """A module: its text, and what its names that come from the library stand for there."""

    text: str
    tree: ast.Module
    imported: dict[str, tuple[str, str]]  # (module, name); a module itself has no name


@cache
def folded(name: str) -> str:
    """The text of a module of the library, by its dotted name, with all its constants numbers."""
    source = library()[name]
    edits: Edits = {node: "pass" for node in source.tree.body if _target(node) in constants(name)}
    for kept in source.tree.body:
        if kept not in edits:
            edits |= {node: _number(value) for node, value in _uses(name, kept)}
    used = _names(source.tree, edits)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "torpor":
            left = [alias for alias in node.names if (alias.asname or alias.name) in used]
            edits[node] = ast.unparse(ast.ImportFrom(node.module, left, 0)) if left else "pass"
    return _edited(source.text, edits)


@cache
def shipped(name: str) -> str:
    """The same as a module of its own, as it goes onto a board."""
    return unsearched(folded(name))


def unsearched(text: str) -> str:
    """A text that has MicroPython import what is built in without a look for files."""
    return _IMPORT.sub(lambda m: f"{m[1]}{m[2]} u{m[3]}{_AS[m[2]].format(m[3])}", text)


@cache
def sources() -> dict[str, Path]:
    """The library's files, by the dotted names of their modules."""
    out = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        name = ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
        out[name.removesuffix(".__init__")] = path
    return out


@cache
def constants(name: str) -> dict[str, int]:
    """What a module's constants are."""
    out: dict[str, int] = {}
    for node in library()[name].tree.body:
        target = _target(node)
        if target and isinstance(node, ast.Assign):
            value = _value(node.value, name, out)
            if value is not None:
                out[target] = value
    return out


@cache
def library() -> dict[str, Source]:
    """Every module by its dotted name."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in sources().items()}
    out = {}
    for name, text in texts.items():
        tree = ast.parse(text)
        imported = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    told = (inner, "") if inner in texts else (node.module, alias.name)
                    if told[0] in texts:
                        imported[alias.asname or alias.name] = told
        out[name] = Source(text, tree, imported)
    return out


@cache
def keywords() -> set[str]:
    """The names by which the library gives arguments."""
    nodes = (node for source in library().values() for node in ast.walk(source.tree))
    return {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}


def _target(node: ast.stmt) -> str:
    """The name in capitals that a statement sets, or nothing."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        return name if name.isupper() else ""
    return ""


def _value(node: ast.expr, name: str, own: dict[str, int]) -> int | None:
    """The number that an expression of a module is, or None."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "const":
        return _value(node.args[0], name, own)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, name, own), _value(node.right, name, own)
        if left is None or right is None:
            return None
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand, name, own)
        return None if value is None else -value
    imported = library()[name].imported
    if isinstance(node, ast.Name):
        module, there = imported.get(node.id, ("", ""))
        return own.get(node.id, constants(module).get(there) if there else None)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, there = imported.get(node.value.id, ("", ""))
        return constants(module).get(node.attr) if module and not there else None
    return None


def _uses(name: str, within: ast.stmt) -> Iterator[tuple[ast.expr, int]]:
    """Where a constant is read, and its value."""
    for node in ast.walk(within):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            value = _value(node, name, constants(name))
            if value is not None:
                yield node, value


def _number(value: int) -> str:
    return str(value) if value >= 0 else f"({value})"


def _names(node: ast.AST, gone: Edits) -> set[str]:
    """The names that are read; not in annotations, which MicroPython's compiler skips."""
    if node in gone:
        return set()
    out = {node.id} if isinstance(node, ast.Name) else set()
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    out |= _names(child, gone)
    return out


def _edited(text: str, edits: Edits) -> str:
    """The text with nodes replaced, as many lines as before."""
    data = text.encode()
    starts = [0, *accumulate(map(len, data.splitlines(keepends=True)))]
    spans = []
    for node, new in edits.items():
        assert node.end_lineno
        assert node.end_col_offset
        begin = starts[node.lineno - 1] + node.col_offset
        spans.append((begin, starts[node.end_lineno - 1] + node.end_col_offset, new))
    for begin, end, new in sorted(spans, reverse=True):
        data = data[:begin] + new.encode() + b"\n" * data.count(b"\n", begin, end) + data[end:]
    return data.decode()
