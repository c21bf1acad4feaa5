"""--set key=value: keys of a scenario changed without touching its file, and each by its name."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from host_sim.errors import BadInput
from host_sim.toml import file as tomlfile

T = TypeVar("T")
SHOWN = 60  # characters


def changed(file: T, changes: tuple[str, ...]) -> T:
    """The file with each key=value set: a dotted key and a TOML value, or a bare string."""
    if not changes:
        return file
    document: Any = msgspec.to_builtins(file)
    document = _without_none(document)
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise BadInput(f"--set {short(change)} has no value", remedy="write --set key=value")
        _set(document, key.strip().split("."), _value(value), short(change))
    return tomlfile.convert(document, "", "--set", type(file))


def once(changes: Iterable[str], remedy: str = "write it once") -> None:
    """BadInput where a key is set twice: only one of the two would be heard of."""
    seen: set[str] = set()
    for change in changes:
        key = change.partition("=")[0].strip()
        if key in seen:
            raise BadInput(f"{short(key)} is set twice", remedy=remedy)
        seen.add(key)


def keys(file: object) -> dict[str, Any]:
    """Each value of a file by its key, as --set writes it."""
    return dict(_leaves("", _without_none(msgspec.to_builtins(file))))


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values below a key; an entry of a list is called by its name where it has one."""
    if isinstance(value, list) and any(isinstance(child, dict) for child in value):
        value = {child.pop("name", str(i)): child for i, child in enumerate(value)}
    if not isinstance(value, dict):
        yield key, value
        return
    for name, child in value.items():
        yield from _leaves(f"{key}.{name}" if key else name, child)


def short(change: str) -> str:
    """A change as a message repeats it."""
    return change if len(change) <= SHOWN else f"{change[:SHOWN]}…"


def blamed(changes: tuple[str, ...], key: tuple[Any, ...]) -> str:
    """The last change that set a key, or one above or below it; nothing where the file did."""
    for change in reversed(changes):
        parts = change.partition("=")[0].strip().split(".")
        if all(_same(part, at) for part, at in zip(parts, key, strict=False)):
            return short(change)
    return ""


def _same(part: str, at: Any) -> bool:
    """Whether a part of a change may name a part of a key; an entry's name may be any index."""
    return part == str(at) or (isinstance(at, int) and not part.isdecimal())


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(child) for key, child in value.items() if child is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(child) for child in value]
    return value


def _value(text: str) -> Any:
    """A TOML value, or the text itself where it is none (so that strings need no quotes)."""
    try:
        return tomlfile.value(text)
    except ValueError:
        return text


def _set(document: Any, parts: list[str], value: Any, change: str) -> None:
    """Set one key; a part may be an index or the name of an entry of a list."""
    *above, last = parts
    at = document
    for part in above:
        at = _child(at, part, change)
    if isinstance(at, list):
        raise BadInput(f"--set {change}: {last} is an entry of a list", remedy="name a key in it")
    at[last] = value


def _child(at: Any, part: str, change: str) -> Any:
    if isinstance(at, dict):
        found = at.get(part)
    else:
        entries = (child for child in enumerate(at) if isinstance(child[1], dict))
        found = next((c for i, c in entries if part in (str(i), c.get("name"))), None)
    if isinstance(found, (dict, list)):
        return found
    raise BadInput(f"--set {change}: there is no {part}", remedy="see the scenario's file")
