"""TOML into a checked structure; every fault is one line with file, line, key and remedy."""

import difflib
import math
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from host_sim.errors import BadInput

T = TypeVar("T")

_AT = re.compile(r" - at `\$\.?(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_MISSING = re.compile(r"missing required field `(.*?)`")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


def load(path: Path, struct: type[T]) -> T:
    """Read a TOML file as `struct`, strictly: no unknown key, no wrong type, no NaN or infinity."""
    return decode(read_text(path), path, struct)


def read_text(path: Path) -> str:
    """A text file's content; BadInput when it is missing, unreadable, empty or not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput("no such file", where=path, remedy="check the path") from None
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", where=path) from None
    except UnicodeDecodeError:
        raise BadInput("not a UTF-8 text file", where=path, remedy="save it as UTF-8") from None
    if not text.strip():
        raise BadInput("the file is empty", where=path, remedy="start from a shipped one")
    return text


def decode(text: str, path: Path | str, struct: type[T]) -> T:
    """The same for text at hand; `path` is what an error names."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        what = str(error).partition(" (at")[0]
        line = int(place.group(1)) if place else len(text.splitlines())
        raise BadInput(what, where=path, line=line, remedy="mend the TOML syntax") from None
    bad = _not_finite(document, ())
    if bad:
        raise located("NaN and infinity are no quantities", text, path, bad, "give a number")
    try:
        return msgspec.convert(document, struct, strict=True)
    except msgspec.ValidationError as error:
        raise explained(str(error), text, path, struct) from None


def value(text: str) -> Any:
    """One TOML value; ValueError when the text is none, or is NaN or infinite."""
    found = tomllib.loads(f"value = {text}")["value"]
    if _not_finite({"value": found}, ()):
        raise ValueError("not finite")
    return found


def located(what: str, text: str, path: Path | str, key: tuple[Any, ...], remedy: str) -> BadInput:
    """BadInput for a key given as a path of names and indices, with its line in the text."""
    return BadInput(what, where=path, line=line_of(text, key), key=dotted(key), remedy=remedy)


def dotted(key: tuple[Any, ...]) -> str:
    """task, 0, period -> task[0].period."""
    out = ""
    for part in key:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def line_of(text: str, key: tuple[Any, ...]) -> int | None:
    """The line that sets a key, or else the nearest table above it that is written down."""
    best, best_depth = None, 0
    table: tuple[Any, ...] = ()
    counts: dict[tuple[Any, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _table(header, counts)
            found = table
        elif match := _KEY.match(line):
            found = table + tuple(_split(match.group(1)))
        else:
            continue
        if len(found) > best_depth and found == key[: len(found)]:
            best, best_depth = number, len(found)
    return best


def _table(header: re.Match[str], counts: dict[tuple[Any, ...], int]) -> tuple[Any, ...]:
    """The key path of a [table] or [[table]] header; arrays get their index."""
    path: tuple[Any, ...] = ()
    parts = _split(header.group(2))
    for position, part in enumerate(parts):
        path += (part,)
        if header.group(1) == "[[" and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _split(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]


def _not_finite(value: object, path: tuple[Any, ...]) -> tuple[Any, ...]:
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


def explained(message: str, text: str, path: Path | str, struct: Any) -> BadInput:
    """A validation message of msgspec's as one line of ours."""
    at = _AT.search(message)
    what = message[: at.start()] if at else message
    key = _path(at.group(1)) if at else ()
    remedy = "correct the value"
    if unknown := _UNKNOWN.search(what):
        key += (unknown.group(1),)
        what = "unknown key"
        known = _fields(struct, key[:-1])
        near = difflib.get_close_matches(key[-1], known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    elif missing := _MISSING.search(what):
        what = f"the key {missing.group(1)} is missing"
        remedy = "add it"
    return located(what[0].lower() + what[1:], text, path, key, remedy)


def _path(text: str) -> tuple[Any, ...]:
    """tasks[0].period and states[...].tag as key paths; `...` is any key of a table."""
    parts: list[Any] = []
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]", text):
        if name:
            parts.append(name)
        elif index != "...":
            parts.append(int(index))
    return tuple(parts)


def _fields(struct: Any, path: tuple[Any, ...]) -> list[str]:
    """Keys that a structure knows at a path."""
    info: Any = msgspec.inspect.type_info(struct)
    for part in path:
        if isinstance(info, msgspec.inspect.UnionType):
            info = next(t for t in info.types if not isinstance(t, msgspec.inspect.NoneType))
        if isinstance(info, msgspec.inspect.StructType):
            info = next(f.type for f in info.fields if f.encode_name == part)
        elif isinstance(info, msgspec.inspect.DictType):
            info = info.value_type
        elif isinstance(part, int):
            info = info.item_type
    if isinstance(info, msgspec.inspect.UnionType):
        info = next(t for t in info.types if not isinstance(t, msgspec.inspect.NoneType))
    return [field.encode_name for field in info.fields]
