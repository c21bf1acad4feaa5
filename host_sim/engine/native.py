"""The compiled engine: the firmware's own source, and the port's, bound to numba from outside.

Functions become njit functions, the port's classes become jitclasses with fields typed from an
instance, and lists become int64 arrays; the source is not touched. Modules are bound as copies, so
the firmware that CPython runs stays as it is. Results equal the default engine's (a test).
"""

import inspect
import time
import types
from typing import Any

import numpy as np

from host_sim.engine import hearing, kernel, link, replay
from host_sim.engine import port as port_module
from host_sim.engine.hearing import Hearing
from host_sim.engine.plain import Engine
from host_sim.engine.port import SimPort
from host_sim.errors import BadInput
from torpor import node, record, sensor, switch
from torpor.policy import cascade, energy, report, schedule, sleep, ticks, txpower

# Every module whose functions run inside a wake; those that are called come first.
MODULES = (
    ticks,
    cascade,
    energy,
    report,
    schedule,
    sleep,
    txpower,
    record,
    node,
    sensor,
    switch,
    replay,
    link,
    kernel,
)


class Compiled(Engine):
    """The bound program. `compile_s` is how long the first wake of each kind took to compile."""

    chunk_days = 10  # a day takes 0.1 ms here, and as long again to call

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}
        self.bound = bind(self.known)
        self.compiled: set[str] = set()
        self.compile_s = 0.0
        self.classes: tuple[Any, Any] | None = None

    def record(self) -> Any:
        """An empty record."""
        return np.zeros(record.SIZE, dtype=np.int64)

    def port(self, arguments: tuple[Any, ...]) -> Any:
        """A compiled port for the arguments of a plain one."""
        started = time.perf_counter()
        if self.classes is None:
            example = SimPort(*[_copy(argument) for argument in arguments])
            heard = jitclass(Hearing, example.hearing, vars(hearing), self.known)
            self.classes = heard, jitclass(SimPort, example, vars(port_module), self.known)
        hearing_class, port_class = self.classes
        port = port_class(
            *[
                hearing_class(*map(_array, _arguments(argument)))
                if isinstance(argument, Hearing)
                else _array(argument)
                for argument in arguments
            ]
        )
        self.compile_s += time.perf_counter() - started
        return port

    def live(
        self, kind: str, r: Any, port: Any, cause: int, until_us: int
    ) -> tuple[int, int, int, bool]:
        """Let the node live until this instant, as kernel.run does."""
        module = self.bound["torpor.switch" if kind == "switch" else "torpor.sensor"]
        run = self.bound["host_sim.engine.kernel"].run
        if kind not in self.compiled:
            started = time.perf_counter()
            run(module.wake, r, port, cause, 0)
            self.compile_s += time.perf_counter() - started
            self.compiled.add(kind)
        done: tuple[int, int, int, bool] = run(module.wake, r, port, cause, until_us)
        return done


def _numba() -> Any:
    try:
        import numba
        import numba.experimental
    except ImportError:
        raise BadInput(
            "the compiled engine needs numba", remedy="pip install 'torpor[compiled]'"
        ) from None
    return numba


def _copy(argument: Any) -> Any:
    """For the example whose fields are looked at: it must not write into the real results."""
    return Hearing(*_arguments(argument)) if isinstance(argument, Hearing) else list(argument)


def _arguments(heard: Hearing) -> list[Any]:
    """What a Hearing was made of."""
    return [getattr(heard, name) for name in inspect.signature(Hearing).parameters]


def _array(value: Any) -> Any:
    return np.array(value, dtype=np.int64) if isinstance(value, list) else value


def bind(known: dict[int, Any]) -> dict[str, Any]:
    """Copies of the modules with every function compiled; `known` maps originals to bound ones."""
    njit = _numba().njit(error_model="numpy")
    copies: dict[str, Any] = {}
    for module in MODULES:
        copy = types.ModuleType(module.__name__)
        for name, value in vars(module).items():
            setattr(copy, name, known.get(id(value), value))
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                known[id(value)] = njit(types.FunctionType(value.__code__, vars(copy), name))
                setattr(copy, name, known[id(value)])
        known[id(module)] = copies[module.__name__] = copy
    return copies


def jitclass(cls: type, example: object, scope: dict[str, Any], known: dict[int, Any]) -> Any:
    """A class compiled: its fields typed from an instance, its globals replaced by bound ones."""
    numba = _numba()
    typed = {int: numba.int64, bool: numba.boolean, list: numba.int64[:]}
    fields = {field: getattr(example, field) for field in getattr(cls, "__slots__", vars(example))}
    spec = [
        (field, typed.get(type(value)) or known[id(type(value))].class_type.instance_type)
        for field, value in fields.items()
    ]
    bound = {name: known.get(id(value), value) for name, value in scope.items()}
    methods = {
        name: types.FunctionType(method.__code__, bound, name)
        for name, method in vars(cls).items()
        if isinstance(method, types.FunctionType)
    }
    known[id(cls)] = numba.experimental.jitclass(spec)(type(cls.__name__, (), methods))
    return known[id(cls)]
