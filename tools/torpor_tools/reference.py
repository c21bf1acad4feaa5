"""docs/reference.md from the schemas: every key of every file, as the reader of the file has it.

    python -m torpor_tools.reference

Type, bounds and default are the schema's own, the meaning is the string under the key in its
class, and the unit is what the key's name ends in.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    ListType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    TupleType,
    UnionType,
    VarTupleType,
    type_info,
)

from host_sim.engine import replay
from host_sim.hardware import states
from host_sim.hardware.boardfile import BoardFile
from host_sim.spec import scenariofile, sources
from host_sim.spec.homefile import HomeFile
from host_sim.spec.scenariofile import ScenarioFile
from host_sim.world import recordings
from torpor_tools.hil.bench import Bench
from torpor_tools.provision.gateway_toml import GatewayFile
from torpor_tools.provision.node_toml import NodeFile

PAGE = Path("docs", "reference.md")
HEAD = """\
# Reference: every key of every file

`make reference` writes this page from the schemas that read the files, so it is never behind them.
A key without a default is needed. A fault is one line with file, line, key and remedy.

A name has 24 characters at most: a to z, and after the first 0 to 9, `_` and `-` too. A pin is a
number, or what the board calls it. `[[x]]` is one of several tables, `NAME` a name of your own.
"""
FILES: tuple[tuple[str, str, type[msgspec.Struct]], ...] = (
    ("A scenario", "What `torpor sim` runs.", ScenarioFile),
    ("A home", "Many nodes for `torpor sim`: [home.md](home.md) shows one.", HomeFile),
    ("node.toml", "What `torpor flash` and `torpor deploy` send ([flash.md](flash.md)).", NodeFile),
    ("gateway.toml", "What both send to a gateway ([gateway.md](gateway.md)).", GatewayFile),
    ("board.toml", "What a board draws. `torpor board show` prints one.", BoardFile),
    ("The bench", "What `pytest --bench` is told of a desk ([bench.md](bench.md)).", Bench),
)
UNITS = {  # by the end of a key, the longer first
    "mc_per_hour": "mC/h", "per_hour": "1/h", "per_day": "1/d", "x16": "1/16",
    "percent": "%", "days": "d", "hours": "h", "month": "", "bytes": "bytes",
    "dbm": "dBm", "db": "dB", "ppm": "ppm", "mhz": "MHz", "mah": "mAh", "mv": "mV", "mohm": "mΩ",
    "na": "nA", "nc": "nC", "ms": "ms", "us": "µs", "s": "s", "h": "h",
}  # fmt: skip
# Names that a schema cannot list.
NAMES: dict[tuple[type, str], tuple[str, ...]] = {
    (scenariofile.World, "reads"): sources.SOURCES,
    (scenariofile.World, "door"): tuple(recordings.contacts()),
    (scenariofile.Replay, "of"): (*replay.PHASES, *replay.RESTS),
    (BoardFile, "states"): states.NAMES[: states.TX],
    (BoardFile, "phases"): states.PHASES,
}


def page() -> str:
    """The whole page."""
    seen: dict[type, str] = {}
    parts = [HEAD]
    for title, what, struct in FILES:
        parts.append(f"## {title}\n{what}\n")
        parts += _tables(type_info(struct), "", seen)
    return "\n".join(parts)


def _tables(kind: Any, path: str, seen: dict[type, str]) -> Iterator[str]:
    """The table of a struct, then those of the tables in it; one that was shown is named."""
    if kind.cls in seen:
        yield f"### {path}\nAs [{seen[kind.cls]}](#{_anchor(seen[kind.cls])}).\n"
        return
    seen[kind.cls] = path
    yield _table(kind, path)
    for field in kind.fields:
        for below, brackets in _structs(field.type):
            name = _path(path, field.encode_name, brackets)
            if below.tag_field:
                name += f' with {below.tag_field} = "{below.tag}"'
            yield from _tables(below, name, seen)


def _table(kind: Any, path: str) -> str:
    lines = [f"### {path}"] if path else []
    lines += [_prose(inspect.getdoc(kind.cls)), ""]
    if kind.fields:
        lines += ["| key | value | default | unit | meaning |", "|---|---|---|---|---|"]
    for field in kind.fields:
        name = field.encode_name
        cells = (f"`{name}`", _value(field.type), _default(field), _unit(name))
        lines.append(f"| {' | '.join(cells)} | {meanings(kind.cls)[field.name]} |")
    for field in kind.fields:
        if names := NAMES.get((kind.cls, field.encode_name)):
            listed = ", ".join(f"`{name}`" for name in names)
            lines += ["", f"`{field.encode_name}`: {listed}."]
    return "\n".join(lines) + "\n"


@cache
def meanings(struct: type) -> dict[str, str]:
    """The string under each key of a class; KeyError at a key that has none is a fault of ours."""
    (tree,) = ast.parse(dedent(inspect.getsource(struct))).body
    assert isinstance(tree, ast.ClassDef)
    out = {}
    for key, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(key, ast.AnnAssign) and isinstance(after, ast.Expr):
            assert isinstance(key.target, ast.Name)
            assert isinstance(after.value, ast.Constant)
            out[key.target.id] = _prose(str(after.value.value))
    return out


def _prose(text: str | None) -> str:
    return " ".join((text or "").split())


def _structs(kind: Any, brackets: str = "[]") -> Iterator[tuple[Any, str]]:
    """The structs in a key's type, and how their tables are written."""
    if isinstance(kind, StructType):
        yield kind, brackets
    elif isinstance(kind, UnionType):
        for one in kind.types:
            yield from _structs(one, brackets)
    elif isinstance(kind, DictType):
        yield from _structs(kind.value_type, "[NAME]")
    elif isinstance(kind, (ListType, VarTupleType)):
        yield from _structs(kind.item_type, "[[]]")


def _path(above: str, name: str, brackets: str) -> str:
    inner = above.partition(" with ")[0].strip("[]")
    dotted = f"{inner}.{name}" if inner else name
    if brackets == "[[]]":
        return f"[[{dotted}]]"
    return f"[{dotted}.NAME]" if brackets == "[NAME]" else f"[{dotted}]"


def _anchor(title: str) -> str:
    """As GitHub makes one of a heading."""
    kept = (c for c in title.lower() if c.isalnum() or c in " -_")
    return "".join(kept).replace(" ", "-")


def _value(kind: Any) -> str:
    """A type in the reader's words."""
    if isinstance(kind, UnionType):
        kinds = [_value(one) for one in kind.types if not isinstance(one, NoneType)]
        return " or ".join(dict.fromkeys(kinds))
    if isinstance(kind, LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, (IntType, FloatType)):
        return ("whole number" if isinstance(kind, IntType) else "number") + _bounds(kind)
    if isinstance(kind, StrType):
        if kind.pattern:
            return "name"
        return "text" + _characters(kind)
    if isinstance(kind, BoolType):
        return "`true`, `false`"
    if isinstance(kind, (ListType, VarTupleType)):
        what = (
            "tables"
            if isinstance(kind.item_type, StructType)
            else f"list of {_value(kind.item_type)}"
        )
        return what + _length(kind)
    if isinstance(kind, TupleType):
        return f"list of {len(kind.item_types)}: {_value(kind.item_types[0])}"
    if isinstance(kind, DictType):
        return f"by name: {_value(kind.value_type)}"
    return "table"


def _characters(kind: StrType) -> str:
    low, high = kind.min_length, kind.max_length
    if low and high:
        return f", {low} to {high} characters"
    if low:
        return f", {low} at least" if low > 1 else ", not empty"
    return f", {high} at most" if high else ""


def _bounds(kind: IntType | FloatType) -> str:
    """The bounds, each with its side."""
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    if kind.gt is not None and isinstance(kind, FloatType):
        return f" over {kind.gt:g}" + (f", at most {high:,.15g}" if high is not None else "")
    if isinstance(kind, IntType):
        low = None if low is None else low + (kind.ge is None)
        high = None if high is None else high - (kind.le is None)
    if low is not None and high is not None:
        return f" {low:,.15g} … {high:,.15g}"
    return f" from {low:,.15g} on" if low is not None else ""


def _length(kind: ListType | VarTupleType) -> str:
    low, high = kind.min_length or 0, kind.max_length
    if high is None:
        return f", at least {low}" if low else ""
    return f", {low} of them" if low == high else f", {low or 'none'} to {high} of them"


def _default(field: Any) -> str:
    if field.required:
        return ""
    value = field.default
    if isinstance(value, msgspec.Struct):
        return "as below"
    if value in (None, (), "", msgspec.NODEFAULT):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _unit(name: str) -> str:
    for end, unit in UNITS.items():
        if name == end or name.endswith(f"_{end}"):
            return unit
    return ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
