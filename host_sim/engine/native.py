"""The compiled engine: the same source as machine code. Its results equal the plain engine's.

Compiling takes numba some 20 s, once for all processes (cache.py). Loading takes llvmlite alone,
and milliseconds.
"""

import ctypes
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from host_sim.engine import cache as kept
from host_sim.engine import plain
from host_sim.engine.layout import Memory
from host_sim.engine.parts import Parts
from host_sim.engine.port import SimPort
from host_sim.engine.program import ENTRY
from host_sim.errors import BadInput

BOOKS = ("us", "times", "extra", "count", "drawn")  # the lists of Parts that a run fills
Progress = Callable[[float], None]


class Life(plain.Life):
    """A node from power-on on, compiled. Its `parts` hold arrays."""

    name = "compiled"
    chunk_days = 10  # a day takes 30 µs here, and a call some 10

    def __init__(self, parts: Parts, device: dict[str, Any]) -> None:
        """Switch a node of this configuration on in its world."""
        super().__init__(parts, device)
        self.code = _loaded(build(self.port))
        self.r = np.array(self.r, dtype=np.int64)
        self.memory = Memory(self.port)
        hearing = copy(parts.hearing)
        hearing.caught = self.memory.parts["hearing"].lists["caught"]  # type: ignore[assignment]
        books: Any = {name: self.memory.lists[name] for name in BOOKS}
        self.parts = replace(parts, hearing=hearing, **books)

    def live(self, until_us: int) -> None:
        """Live until this instant, or until the cell is empty."""
        cause = ctypes.c_int64()
        fault = ctypes.c_void_p()
        status = self.code(
            ctypes.byref(cause),
            ctypes.byref(fault),
            self.r.ctypes.data,
            self.memory.address,
            self.cause,
            until_us,
        )
        if status:
            raise RuntimeError("the compiled engine failed where CPython would raise")
        self.cause = cause.value
        self.now_us, self.used = self.memory["now_us"], self.memory["used"]
        self.alive = bool(self.memory["alive"])


def is_ready() -> bool:
    """Whether this program has been compiled for this machine, and can be loaded."""
    return find_spec("llvmlite") is not None and kept.load() is not None


def build(example: SimPort, progress: Progress = lambda done: None) -> bytes:
    """The program's object code, compiled where it is not kept; BadInput without numba."""
    code = kept.load()
    if code is None:
        try:
            from host_sim.engine import bind
        except ImportError:
            remedy = "pip install 'torpor[compiled]'"
            raise BadInput("the compiled engine needs numba", remedy=remedy) from None
        code = bind.compiled(example, progress)
        kept.keep(code)
    return code


@cache
def _loaded(code: bytes) -> Callable[..., int]:
    """The entry of object code, to be called."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    linked = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    linked.add_object_file(llvm.ObjectFileRef.from_data(code))
    linked.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * 4)
    entry: Any = kind(linked.get_function_address(ENTRY))
    entry.linked = linked  # which owns the code
    return entry  # type: ignore[no-any-return]
