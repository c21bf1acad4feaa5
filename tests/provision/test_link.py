"""The firmware as it ships: constants as numbers, and the modules of a wake as one."""

import ast
import dis
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.policy import wakes
from tests.policy.wakes import Play
from torpor import ahead
from torpor_tools.provision import firmware, fold, link, short
from torpor_tools.provision.fold import LIBRARY

NAMES = sorted(fold.sources())
PLAIN = [name for name in NAMES if name.startswith("torpor.policy") or name == "torpor.record"]


@dataclass
class Whole:
    """The linked files as modules, by their names."""

    linked: link.Linked
    modules: dict[str, ModuleType]

    def __getitem__(self, name: str) -> Any:
        """What a name of the library stands for."""
        return eval(self.linked.places[name], vars(self.modules[link.WAKE]))


@pytest.fixture(scope="module", params=[True, False], ids=["watches", "does not"])
def whole(request: pytest.FixtureRequest) -> Iterator[Whole]:
    """In a CPython with a chip's modules and the files apart."""
    fakes = {name: ModuleType(name) for name in ("machine", "esp32", "network")}
    for name in ("ADC", "I2C", "Pin", "EXT0_WAKE", "EXT1_WAKE", "mem32"):
        setattr(fakes["machine"], name, 0)
    fakes["esp32"].NVS = None  # type: ignore[attr-defined]
    for name in ("", "_IN_AUTHMODE_THRESHOLD", "_W_COMPATIBLE_SECURITY"):
        setattr(fakes["network"], f"STAT_NO_AP_FOUND{name}", 0)
    linked = link.linked(firmware.WAKE.read_text(encoding="utf-8"), request.param)
    made = {file: ModuleType(file) for file in linked.texts}
    built_in = {f"u{name}": fakes.get(name) or import_module(name) for name in fold.BUILT_IN}
    with pytest.MonkeyPatch.context() as patch:
        for name, module in {**fakes, **built_in, **made}.items():
            patch.setitem(sys.modules, name, module)
        for file in link.FILES:
            exec(compile(linked.texts[file], f"{file}.py", "exec"), vars(made[file]))
        for name in fakes:
            patch.delitem(sys.modules, name)
        yield Whole(linked, made)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_linked_decides_as_the_modules_do(whole: Whole, seed: int) -> None:
    """Of a node, too, that the library at hand is not for: then the modules apart do it."""

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


def test_no_name_of_what_is_linked_is_missing(whole: Whole) -> None:
    """In all that no test executes, too."""
    given = {*dir(__builtins__), *vars(sys.modules["builtins"])}
    for name, text in whole.linked.texts.items():
        known = given | set(vars(whole.modules[name]))
        for code in codes(compile(text, name, "exec")):
            steps = list(dis.get_instructions(code))
            asked = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
            if code.co_name != "<module>" and "__qualname__" not in code.co_names:
                assert asked <= known, code.co_name
            for file, names in imported(steps):
                assert file not in link.FILES or hasattr(sys.modules[file], names)


def imported(steps: list[dis.Instruction]) -> Iterator[tuple[str, str]]:
    """File and name of each `from file import name`."""
    file = ""
    for step in steps:
        if step.opname == "IMPORT_NAME":
            file = step.argval
        elif step.opname == "IMPORT_FROM":
            yield file, step.argval


def test_what_stands_for_arguments_and_attributes_has_a_number(tmp_path: Path) -> None:
    """Then a file says of none of them how it is spelt."""
    names = {*short.ARGUMENTS, *short.ATTRIBUTES, short.ADD}
    text = "".join(f"at.{name}\n" for name in (*names, "spelt"))
    made = firmware.compile_file(tmp_path / "a.py", Path("a.py"), tmp_path, text).read_bytes()
    assert b"spelt\0" in made
    assert not [name for name in names if name.encode() + b"\0" in made]


def test_a_module_is_linked_behind_those_that_it_needs() -> None:
    for modules in (link.MODULES, link.RADIO, link.MONITORING):
        seen: set[str] = set()
        for name in modules:
            seen.add(name)
            for node in ast.parse(fold.folded(name)).body:
                if isinstance(node, ast.ImportFrom) and node.module in fold.sources():
                    inner = {f"{node.module}.{alias.name}" for alias in node.names}
                    assert {*inner, node.module} & set(modules) <= seen


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
