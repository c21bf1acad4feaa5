"""Annotations mean the same on every Python.

Since 3.14 (PEP 649) those of a class are evaluated once it is complete: a name in one is then the
class's own attribute, where a field is called as a module that is imported.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import CHECKOUT

FOLDERS = ("host_sim", "tools", "firmware")


def shadowed(source: str) -> Iterator[str]:
    """Names in annotations of fields that are those of fields of the same class."""
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.ClassDef):
            fields = [part for part in one.body if isinstance(part, ast.AnnAssign)]
            names = {part.target.id for part in fields if isinstance(part.target, ast.Name)}
            for part in fields:
                for name in ast.walk(part.annotation):
                    if isinstance(name, ast.Name) and name.id in names:
                        yield f"{one.name}.{name.id}"


def test_a_field_that_shadows_a_module_is_found() -> None:
    source = "class Node:\n    report: int\n    channel: Annotated[list, Meta(report.MAX)]\n"
    assert list(shadowed(source)) == ["Node.report"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_field_shadows_what_an_annotation_of_its_class_names(folder: str) -> None:
    found = {
        str(path.relative_to(CHECKOUT)): names
        for path in (CHECKOUT / folder).rglob("*.py")
        if (names := list(shadowed(path.read_text())))
    }
    assert found == {}
