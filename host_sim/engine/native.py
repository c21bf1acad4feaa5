"""The compiled engine: the same source as machine code. Its results equal the plain engine's.

Compiling takes numba some 25 s, once for all processes (cache.py). Loading takes llvmlite alone,
and milliseconds.
"""

import ctypes
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from host_sim.engine import cache as kept
from host_sim.engine import plain
from host_sim.engine.layout import Memory
from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from host_sim.engine.program import HOME_ENTRY, RUN_ENTRY
from host_sim.errors import BadInput, bringing
from host_sim.progress import Progress, silent

BOOKS = ("us", "times", "extra", "count", "drawn", "late")  # the lists of Parts that a run fills


class Life(plain.Life):
    """A node from power-on on, compiled. Its `parts` hold arrays."""

    name = "compiled"
    chunk_days = 10  # a day takes 30 µs here, and a call some 10
    arrays = True

    def __init__(self, parts: Parts, device: dict[str, Any]) -> None:
        """Switch a node of this configuration on in its world."""
        super().__init__(parts, device)
        self.run = entry(RUN_ENTRY, 4, self.port)
        self.memory = Memory(self.port)
        self.r = np.array(self.r, dtype=np.int64)
        self.parts = _books(parts, self.memory)

    def live(self, until_us: int) -> None:
        """Live until this instant, or until the cell is empty."""
        self.cause = self.run(self.r.ctypes.data, self.memory.address, self.cause, until_us)
        self.now_us, self.used = self.memory["now_us"], self.memory["used"]
        self.alive = bool(self.memory["alive"])


class Lives(plain.Lives):
    """Many nodes on one clock, compiled. Their `parts` hold arrays."""

    name = "compiled"
    arrays = True

    def __init__(self, parts: list[Parts], devices: list[dict[str, Any]]) -> None:
        """Switch nodes of these configurations on, which share the first one's channel."""
        super().__init__(parts, devices)
        self.run = entry(HOME_ENTRY, 2, self.home.ports[0])
        self.memory = Memory(self.home)
        self.ports = [self.memory.of(port) for port in self.home.ports]
        self.records = self.memory.rows["records"]
        self.parts = [_books(one, of) for one, of in zip(parts, self.ports, strict=True)]

    def live(self, until_us: int) -> int:
        """Live until this instant; when the next node acts."""
        next_us = self.run(self.memory.address, until_us)
        air = self.memory.of(self.home.ether)
        self.home.ether.hits, self.home.ether.waits = air["hits"], air["waits"]
        return next_us

    def alive(self, node: int) -> bool:
        """Whether a node's cell still carries it."""
        return bool(self.ports[node]["alive"])

    def now_us(self, node: int) -> int:
        """A node's time."""
        return self.ports[node]["now_us"]


def _books(parts: Parts, memory: Memory) -> Parts:
    """The parts with the arrays that a run fills."""
    hearing = copy(parts.hearing)
    hearing.caught = memory.of(parts.hearing).lists["caught"]  # type: ignore[assignment]
    books: Any = {name: memory.lists[name] for name in BOOKS}
    return replace(parts, hearing=hearing, **books)


def is_ready() -> bool:
    """Whether this program has been compiled for this machine, and can be loaded."""
    return _has_numba() and kept.load() is not None


def _has_numba() -> bool:
    """Whether it is installed, and llvmlite with it: code is kept under numba's version, too."""
    return find_spec("numba") is not None


def build(example: SimPort, progress: Progress = silent) -> bytes:
    """The program's object code, compiled where it is not kept; BadInput without numba."""
    code = kept.load() if _has_numba() else None
    if code is None:
        try:
            from host_sim.engine import bind
        except ImportError:
            raise BadInput("the compiled engine needs numba", remedy=bringing("compiled")) from None
        with kept.alone():
            code = kept.load()  # another process may have been quicker
            if code is None:
                code = bind.compiled(example, progress)
                kept.keep(code)
    return code


_entries: dict[tuple[str, Path], Callable[..., int]] = {}


def entry(name: str, arguments: int, example: SimPort) -> Callable[..., int]:
    """A function of the program's, of so many ints; built and loaded once in a process."""
    at = name, kept.place()
    if at not in _entries:
        _entries[at] = _called(name, arguments, build(example))
    return _entries[at]


def _called(name: str, arguments: int, code: bytes) -> Callable[..., int]:
    kind = ctypes.CFUNCTYPE(
        ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * arguments
    )
    call = kind(_loaded(code).get_function_address(name))

    def answered(*given: int) -> int:
        answer, fault = ctypes.c_int64(), ctypes.c_void_p()
        if call(ctypes.byref(answer), ctypes.byref(fault), *given):
            raise RuntimeError("the compiled engine failed where CPython would raise")
        return answer.value

    return answered


@cache
def _loaded(code: bytes) -> Any:
    """Object code, linked and ready to run."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    linked = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    linked.add_object_file(llvm.ObjectFileRef.from_data(code))
    linked.finalize_object()
    return linked
