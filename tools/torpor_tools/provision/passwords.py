"""Passwords in a file of their own, which no repository need have: secrets.toml beside node.toml.

Its tables are those of node.toml, and hold nothing but a password each.
"""

from pathlib import Path
from typing import Any, NamedTuple

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.toml import file as tomlfile
from host_sim.toml.file import Strict

FILE = "secrets.toml"


class Password(Strict, frozen=True):
    """A table."""

    password: str
    """As in node.toml, which then has none."""


class PasswordFile(Strict, frozen=True):
    """The file."""

    wifi: Password | None = None
    """Of the network."""
    broker: Password | None = None
    """Of the broker."""
    gateway: Password | None = None
    """Of the gateway, for its nodes and for itself."""


class Kept(NamedTuple):
    """The file's text, and the keys that it gave."""

    path: Path
    text: str
    keys: tuple[tuple[str, str], ...]


def filled_in(document: dict[str, Any], text: str, path: Path) -> Kept:
    """Put the passwords that stand beside a node's file where it has none."""
    beside = path.with_name(FILE)
    if not beside.exists():
        return Kept(beside, "", ())
    kept = inputs.text(beside)
    found = tomlfile.parse(kept, beside)
    tomlfile.convert(found, kept, beside, PasswordFile)
    for table, secret in found.items():
        into = document.get(table)
        if isinstance(into, dict):
            if "password" in into:
                key = (table, "password")
                raise tomlfile.located(f"is in {FILE}, too", text, path, key, "keep one")
            into["password"] = secret["password"]
    return Kept(beside, kept, tuple((table, "password") for table in found))


def located(what: str, kept: Kept, text: str, path: Path, key: Any, remedy: str) -> BadInput:
    """A fault where its key stands: in the one file or the other."""
    if key in kept.keys:
        path, text = kept.path, kept.text
    return tomlfile.located(what, text, path, key, remedy)
