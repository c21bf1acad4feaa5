"""--set key=value: keys of a scenario changed without touching its file, and each by its name."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from host_sim.errors import BadInput
from host_sim.toml import file as tomlfile

T = TypeVar("T")
SHOWN = 60  # characters
Place = tuple[str, ...]  # of a value, each entry of a list by its index


def changed(file: T, changes: tuple[str, ...]) -> T:
    """The file with each key=value set: a dotted key and a TOML value, or a bare string.

    BadInput where one would undo another; of a key in the same words it is the last that holds.
    """
    if not changes:
        return file
    document: Any = msgspec.to_builtins(file)
    document = _without_none(document)
    done: dict[Place, str] = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise BadInput(f"--set {short(change)} has no value", remedy="write --set key=value")
        key = key.strip()
        place = _set(document, key.split("."), _value(value), short(change))
        for at, by in done.items():
            if by != key and at[: len(place)] == place:
                what = f"--set {short(change)} replaces --set {short(by)}"
                raise BadInput(what, remedy="give one of them")
        done[place] = key
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


def _set(document: Any, parts: list[str], value: Any, change: str) -> Place:
    """Set one key, and say where; a part may be an index or the name of an entry of a list."""
    *above, last = parts
    at, place = document, []
    for part in above:
        name, at = _child(at, part, change)
        place.append(name)
    if isinstance(at, list):
        raise BadInput(f"--set {change}: {last} is an entry of a list", remedy="name a key in it")
    at[last] = value
    return (*place, last)


def _child(at: Any, part: str, change: str) -> tuple[str, Any]:
    if isinstance(at, dict):
        entries = [(part, at.get(part))]
    else:
        tables = ((str(i), child) for i, child in enumerate(at) if isinstance(child, dict))
        entries = [(i, child) for i, child in tables if part in (i, child.get("name"))]
    if entries and isinstance(entries[0][1], (dict, list)):
        return entries[0]
    raise BadInput(f"--set {change}: there is no {part}", remedy="see the scenario's file")
