"""The line of a TOML text that sets a key: the parser itself says which keys a statement sets."""

import tomllib
from collections.abc import Iterator
from typing import Any

MOST_LINES = 500
Key = tuple[Any, ...]  # names of tables and keys (str) and indices in lists (int)


def line_of(text: str, key: Key) -> int | None:
    """The 1-based line where `key` is set, or else the nearest table above it that has a line."""
    best, best_depth = None, 0
    table: Key = ()
    counts: dict[Key, int] = {}
    for number, statement, content in _statements(text):
        if statement.lstrip().startswith("["):
            table = _header(content, counts)
            depth = _shared(table, key)
        elif table == key[: len(table)]:
            depth = len(table) + _followed(content, key[len(table) :])
        else:
            continue
        if depth > best_depth:
            best, best_depth = number, depth
    return best


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each statement's first line, its text (one line or more) and what it parses to alone.

    They end at one of more than MOST_LINES: each line of it costs a look at all before.
    """
    start, held = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if number - start > MOST_LINES:
            return
        held += line + "\n"
        try:
            content = tomllib.loads(held)
        except ValueError:
            continue  # a list or a string goes on in the next line
        yield start, held, content
        start, held = number + 1, ""


def _header(content: dict[str, Any], counts: dict[Key, int]) -> Key:
    """The key of a [table] or [[table]], with the index that each list of tables has reached."""
    path: Key = ()
    node: Any = content
    while isinstance(node, dict) and node:
        ((name, node),) = node.items()
        path += (name,)
        if isinstance(node, list):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _shared(one: Key, other: Key) -> int:
    """How many parts two keys begin with alike."""
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return depth


def _followed(content: Any, key: Key) -> int:
    """How many parts of a key lead on into a value."""
    for depth, part in enumerate(key):
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(key)
