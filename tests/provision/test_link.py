"""The firmware as it ships: constants as numbers, and the modules of a wake as one."""

import ast
import dis
import sys
from collections.abc import Iterator
from importlib import import_module
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.policy import wakes
from tests.policy.wakes import Play
from tools.provision import firmware, fold, link
from tools.provision.fold import LIBRARY
from torpor import ahead

NAMES = sorted(fold.sources())
PLAIN = [name for name in NAMES if name.startswith("torpor.policy") or name == "torpor.record"]


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """The names of the linked wake.py, in a CPython with a chip's modules."""
    fakes = {name: ModuleType(name) for name in ("machine", "esp32")}
    for name in ("ADC", "I2C", "Pin", "EXT0_WAKE", "EXT1_WAKE"):
        setattr(fakes["machine"], name, 0)
    text = link.linked(firmware.WAKE.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "wake"}
    paths = sys.path[:]
    sys.modules.update(fakes)
    try:
        body = text[text.index("sys.path[:] = path") + len("sys.path[:] = path") :]
        exec(compile(body, "wake.py", "exec"), names)
    finally:
        sys.path[:] = paths
        for name in fakes:
            del sys.modules[name]
    return names


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_linked_decides_as_the_modules_do(whole: dict[str, Any], seed: int) -> None:
    class Linked(Play):
        def wake(self) -> int:
            self.port.armed_ms = -1
            ms: int = whole["life_wake"](self.r, self.port, self.cause)
            if whole["node_plans"](self.r):
                ahead.plan(self.r)  # lies beside it
            return ms

        def restore(self) -> None:
            data = whole["retain_pack"](self.r, 7)
            assert whole["retain_unpack"](data, self.r, 7) == 0
            super().restore()

    plain, linked = Play(seed), Linked(seed)
    for node in (plain, linked):
        for _ in range(700):
            node.step()
        node.restore()
    assert (plain.decided, plain.kept) == (linked.decided, linked.kept)
    assert wakes.EVERY > 700  # else play() would do


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def test_no_name_of_what_is_linked_is_missing(whole: dict[str, Any]) -> None:
    """In all that no test executes, too."""
    known = {*whole, *dir(__builtins__), *vars(sys.modules["builtins"])}
    text = link.linked(firmware.WAKE.read_text(encoding="utf-8"))
    for code in codes(compile(text, "wake.py", "exec")):
        asked = {
            step.argval
            for step in dis.get_instructions(code)
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        }
        if code.co_name != "<module>" and "__qualname__" not in code.co_names:
            assert asked <= known, code.co_name


def test_a_module_is_linked_behind_those_that_it_needs() -> None:
    seen: set[str] = set()
    for name in link.MODULES:
        seen.add(name)
        for node in ast.parse(fold.folded(name)).body:
            if isinstance(node, ast.ImportFrom) and node.module in fold.sources():
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                assert {*inner, node.module} & set(link.MODULES) <= seen


@pytest.mark.parametrize("name", PLAIN)
def test_a_constant_is_what_the_module_has(name: str) -> None:
    module = import_module(name)
    tree = ast.parse(fold.sources()[name].read_text(encoding="utf-8"))
    told = {
        target.id: getattr(module, target.id)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(getattr(module, target.id), int)
    }
    assert fold.constants(name) == told


@pytest.mark.parametrize("name", NAMES)
def test_folding_keeps_the_lines_and_what_is_defined_there(name: str) -> None:
    def defined(text: str) -> list[tuple[str, int]]:
        kinds = (ast.FunctionDef, ast.ClassDef)
        return [(n.name, n.lineno) for n in ast.walk(ast.parse(text)) if isinstance(n, kinds)]

    source = fold.sources()[name].read_text(encoding="utf-8")
    assert defined(fold.folded(name)) == defined(source)


def test_no_constant_of_the_library_is_left_to_be_looked_up() -> None:
    for name in NAMES:
        for node in ast.walk(ast.parse(fold.folded(name))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = f"torpor.{node.value.id}"
                assert not (module in NAMES and node.attr in fold.constants(module)), ast.unparse(
                    node
                )
    assert (LIBRARY / "record.py").exists()
