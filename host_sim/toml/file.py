"""TOML into a checked structure; every fault is one line with file, line, key and remedy."""

import json
import math
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from host_sim.errors import BadInput
from host_sim.toml.line import Key, line_of
from host_sim.toml.struct import AT, fields_at, key_of, value_at, values_at

T = TypeVar("T")
Fault = tuple[str, Key, str]  # what is wrong, the key, the remedy: as located() says it


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a file: a key that it does not know is refused."""


MOST_PARTS = 32  # of a key: the parser takes a time that grows with their square
_DEEP = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{MOST_PARTS}}}"""
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_UNKNOWN = re.compile(r"(?s)Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_EXPECTED = re.compile(r"Expected `([\w| ]+)`")
_WORDS = {"str": "string", "array": "list", "object": "table", "bool": "true or false"}
_REMEDY = {
    "int": "write a whole number",
    "float": "write a number",
    "str": 'write a "quoted string"',
    "bool": "write true or false",
    "array": "write a list: [1, 2]",
    "object": "write a table: [x] or x = { y = 1 }",
}


def decode(text: str, path: Path | str, struct: type[T]) -> T:
    """A TOML text as `struct`, strictly: no unknown key, no wrong type, no NaN or infinity.

    `path` is what an error names.
    """
    return convert(parse(text, path), text, path, struct)


def parse(text: str, path: Path | str) -> dict[str, Any]:
    """TOML as it stands, unchecked but for its syntax."""
    if deep := _DEEP.search(text):
        what = f"a key of more than {MOST_PARTS} parts"
        line = text.count("\n", 0, deep.start()) + 1
        raise BadInput(what, where=path, line=line, remedy="no key here has as many")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        raise BadInput(what, where=path, line=line, remedy="mend the TOML syntax") from None
    except (ValueError, RecursionError):
        what = "a number too long or a value nested too deeply"
        raise BadInput(what, where=path, remedy="simplify the value") from None


def convert(document: dict[str, Any], text: str, path: Path | str, struct: type[T]) -> T:
    """Check parsed TOML against `struct`; `text` is where an error looks for the line."""
    bad = _not_finite(document, ())
    if bad:
        raise located("NaN and infinity are no quantities", text, path, bad, "write a number")
    try:
        return msgspec.convert(document, struct, strict=True)
    except msgspec.ValidationError as error:
        raise explained(str(error), text, path, struct, document) from None


def value(text: str) -> Any:
    """One TOML value; ValueError when the text is none, or is NaN or infinite."""
    if _DEEP.search(text):
        raise ValueError("a key of too many parts")
    try:
        found = tomllib.loads(f"value = {text}")["value"]
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _not_finite({"value": found}, ()):
        raise ValueError("not finite")
    return found


def located(what: str, text: str, path: Path | str, key: Key, remedy: str) -> BadInput:
    """BadInput for a key given as a path of names and indices, with its line in the text."""
    return BadInput(what, where=path, line=line_of(text, key), key=dotted(key), remedy=remedy)


def dotted(key: Key) -> str:
    """task, 0, period -> task[0].period; a name that TOML would quote is quoted."""
    out = ""
    for part in key:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else _quoted(part)
            out += f".{name}" if out else name
    return out


def explained(
    message: str, text: str, path: Path | str, struct: Any, document: dict[str, Any]
) -> BadInput:
    """A validation message of msgspec's as one line of ours."""
    key = key_of(message, struct, document)
    at = AT.fullmatch(message)
    what = at[1] if at else message
    if unknown := _UNKNOWN.fullmatch(what):
        known = fields_at(struct, key, document)
        near = get_close_matches(unknown[1], known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return located("unknown key", text, path, (*key, unknown[1]), remedy)
    if missing := _MISSING.fullmatch(what):
        return located(f"the key {missing[1]} is missing", text, path, key, "add it")
    remedy = "keep to that"
    if what.startswith(("Invalid enum value", "Invalid value")):
        remedy = f"one of {', '.join(values_at(struct, key))}"
    elif ", got" not in what:
        what += _got(document, key)
    elif expected := _EXPECTED.match(what):
        wanted = [_REMEDY[kind] for kind in expected[1].split(" | ") if kind in _REMEDY]
        remedy = " or ".join(wanted) or remedy
    what = re.sub(r"`([\w| ]+)`", lambda kinds: _worded(kinds[1]), what)
    return located(what[0].lower() + " ".join(what[1:].split()), text, path, key, remedy)


def _worded(kinds: str) -> str:
    """int | str | null -> int or string."""
    return " or ".join(_WORDS.get(kind, kind) for kind in kinds.split(" | ") if kind != "null")


def _got(document: Any, key: Key) -> str:
    """What stands at a key, where that is short enough to repeat."""
    value = value_at(document, key)
    text = _quoted(value) if isinstance(value, (int, float, str)) else ""
    return f", got {text}" if 0 < len(text) <= 40 else ""


def _quoted(value: str | float) -> str:
    """As TOML would have it; what a terminal would not show is escaped."""
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def _not_finite(value: object, path: Key) -> Key:
    """The path of the first float that is NaN or infinite, or ()."""
    if isinstance(value, float) and not math.isfinite(value):
        return path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, child in items:
        if bad := _not_finite(child, (*path, key)):
            return bad
    return ()
