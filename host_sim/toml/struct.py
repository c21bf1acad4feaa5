"""Where in a document a message of msgspec's points, and what the structure expects there."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from host_sim.toml.line import Key

# The end of a message: "… - at `$.tasks[0].period`", or "… - at `key` in `$.reads`".
AT = re.compile(r"(?s)(.*) - at (`key` in )?`\$\.?([^`]*)`")


def key_of(message: str, struct: Any, document: dict[str, Any]) -> Key:
    """Where a message points. It writes `[...]` for a name in a free-form table: find which."""
    at = AT.fullmatch(message)
    if not at:
        return ()
    key: Key = ()
    parts = at[3] + ("[...]" if at[2] else "")
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]", parts):
        if index == "...":
            key += _offender(message, struct, document, key)
        else:
            key += (name or int(index),)
    return key


def value_at(document: Any, key: Key) -> Any:
    """The value at a key, or None."""
    for part in key:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _offender(message: str, struct: Any, document: dict[str, Any], key: Key) -> Key:
    """The name in the table at `key` that the message is about: alone, it still draws it."""
    for name in value_at(document, key) or ():
        if _complaint(_only(document, (*key, name)), struct) == message:
            return (name,)
    return ()


def _only(document: Any, key: Key) -> Any:
    """A copy in which the table that holds `key` holds nothing else."""
    first, *rest = key
    if not rest:
        return {first: document[first]}
    copy = document.copy()
    copy[first] = _only(document[first], tuple(rest))
    return copy


def _complaint(document: dict[str, Any], struct: Any) -> str:
    try:
        msgspec.convert(document, struct, strict=True)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _kinds_at(struct: Any, key: Key) -> list[Any]:
    """What msgspec knows of the types that may stand at a key."""
    kinds = _members(inspect.type_info(struct))
    for part in key:
        below: list[Any] = []
        for kind in kinds:
            if isinstance(kind, inspect.StructType):
                below += [f.type for f in kind.fields if f.encode_name == part]
            elif isinstance(kind, inspect.DictType):
                below.append(kind.value_type)
            elif isinstance(kind, (inspect.ListType, inspect.VarTupleType)):
                below.append(kind.item_type)
        kinds = [member for kind in below for member in _members(kind)]
    return kinds


def _members(kind: Any) -> list[Any]:
    return list(kind.types) if isinstance(kind, inspect.UnionType) else [kind]


def fields_at(struct: Any, key: Key, document: Any = None) -> list[str]:
    """The keys that may stand below a key; with `document`, of the table that stands there."""
    table = value_at(document, key)
    kinds = [kind for kind in _kinds_at(struct, key) if hasattr(kind, "fields")]
    if isinstance(table, dict):
        kinds = [k for k in kinds if not k.tag_field or table.get(k.tag_field) == k.tag]
    return list(dict.fromkeys(f.encode_name for kind in kinds for f in kind.fields))


def values_at(struct: Any, key: Key) -> list[str]:
    """The values that a choice may have, also one that says which of several tables this is."""
    values = [v for kind in _kinds_at(struct, key) for v in getattr(kind, "values", ())]
    above = _kinds_at(struct, key[:-1])
    tags = [kind.tag for kind in above if getattr(kind, "tag_field", None) in key[-1:]]
    return [str(value) for value in (*values, *tags)]
