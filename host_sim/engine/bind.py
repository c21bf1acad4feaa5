"""The firmware's own source, and the simulated port's, bound to numba from outside and compiled.

Functions become njit functions; an object of ours becomes its address (layout.py), its attributes
loads and stores there, its methods overloads. The source is not touched: modules are bound as
copies, so what CPython runs stays as it is.

A wake allocates nothing and raises nothing, so the code needs neither numba nor Python where it
runs: what comes out is object code with one entry, which native.py loads.
"""

import inspect
import types as python
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.event import Listener, install_listener
from numba.core.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    overload_method,
    register_model,
)
from numba.core.typing.templates import AttributeTemplate
from numba.np.arrayobj import make_array, populate_array

from host_sim.engine import layout
from host_sim.engine.hearing import Hearing
from host_sim.engine.port import SimPort
from host_sim.engine.program import CLASSES, ENTRY, MODULES
from torpor import record

Function = Callable[..., Any]
CELL = ir.IntType(64)
INTS = types.int64[::1]
FUNCTIONS = 152  # that numba compiles, as counted: what progress is told by


class Reference(types.Type):
    """The type of an object of ours: the address of its cells; `of` says what each field is."""

    def __init__(self, example: SimPort | Hearing) -> None:
        self.cells = layout.cells(example)
        self.of = {
            name: Heard(getattr(example, name)) if kind is Hearing else TYPES[kind]
            for name, (_, kind) in self.cells.items()
        }
        super().__init__(type(example).__name__)


class Heard(Reference):
    """A Hearing."""


class Node(Reference):
    """A SimPort."""


TYPES = {int: types.int64, bool: types.boolean, list: INTS}
for _reference in (Heard, Node):

    @register_model(_reference)
    class _Model(models.PrimitiveModel):
        def __init__(self, manager: Any, of: Reference) -> None:
            super().__init__(manager, of, CELL.as_pointer())

    @infer_getattr
    class _Attribute(AttributeTemplate):
        key = _reference

        def generic_resolve(self, of: Reference, name: str) -> Any:
            return of.of.get(name)

    @lower_getattr_generic(_reference)
    def _get(context: Any, builder: Any, of: Reference, address: Any, name: str) -> Any:
        at, kind = of.cells[name]
        first = builder.load(_cell(builder, address, at))
        if kind is bool:
            return builder.trunc(first, ir.IntType(1))
        if kind is list:
            return _ints(context, builder, first, builder.load(_cell(builder, address, at + 1)))
        if kind is int:
            return first
        return builder.inttoptr(first, CELL.as_pointer())

    @lower_setattr_generic(_reference)
    def _set(context: Any, builder: Any, sig: Any, args: Any, name: str) -> None:
        of, given = sig.args
        address, value = args
        at, kind = of.cells[name]
        value = context.cast(builder, value, given, of.of[name])
        if kind is bool:
            value = builder.zext(value, CELL)
        builder.store(value, _cell(builder, address, at))


def _cell(builder: Any, address: Any, at: int) -> Any:
    return builder.gep(address, [CELL(at)])


def _ints(context: Any, builder: Any, address: Any, length: Any) -> Any:
    """An array over memory that is somebody else's."""
    array = make_array(INTS)(context, builder)
    data = builder.inttoptr(address, CELL.as_pointer())
    populate_array(array, data, [length], [CELL(8)], CELL(8), None)
    return array._getvalue()


def compiled(example: SimPort, progress: Callable[[float], None]) -> bytes:
    """Object code of kernel.run for ports such as this one."""
    progress(0.0)
    node = Node(example)

    @intrinsic
    def ints_at(typing: Any, address: Any, length: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _ints(context, builder, *args)

        return INTS(types.int64, types.int64), code

    @intrinsic
    def node_at(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], CELL.as_pointer())

        return node(types.int64), code

    # numba compiles these: it looks them up by name and asks for no types.
    at_ints: Any = ints_at
    at_node: Any = node_at
    run, size = bound()["host_sim.engine.kernel"]["run"], record.SIZE

    def entry(r_at, port_at, cause, until_us):  # type: ignore[no-untyped-def]
        cause, _, _, _ = run(at_ints(r_at, size), at_node(port_at), cause, until_us)
        return cause

    with install_listener("numba:compile", Counted(progress)):
        made = numba.njit(types.int64(*[types.int64] * 4), no_cpython_wrapper=True)(entry)
    ((_, result),) = made.overloads.items()
    return _object(result.library, result.fndesc.llvm_func_name)


class Counted(Listener):
    """Tells how much is compiled."""

    def __init__(self, progress: Callable[[float], None]) -> None:
        self.progress = progress
        self.count = 0

    def on_start(self, event: Any) -> None:
        """A function begins; those that it calls are within it."""

    def on_end(self, event: Any) -> None:
        """A function is done."""
        self.count += 1
        self.progress(min(1.0, self.count / FUNCTIONS))


def bound() -> dict[str, dict[str, Any]]:
    """The modules by name, as copies in which each function is njit's; the methods overloaded."""
    njit = numba.njit(error_model="numpy")
    known: dict[int, Any] = {}
    copies: dict[str, dict[str, Any]] = {}
    for module in MODULES:
        copy = python.ModuleType(module.__name__)
        scope = copies[module.__name__] = vars(copy)
        scope.update({name: known.get(id(value), value) for name, value in vars(module).items()})
        for name, value in vars(module).items():
            if isinstance(value, python.FunctionType) and value.__module__ == module.__name__:
                function = python.FunctionType(value.__code__, scope, name)
                scope[name] = known[id(value)] = njit(function)
        known[id(module)] = copy
    for cls, module in CLASSES:
        scope = {name: known.get(id(value), value) for name, value in vars(module).items()}
        for name, method in vars(cls).items():
            if isinstance(method, python.FunctionType) and name != "__init__":
                overload_method(Heard if cls is Hearing else Node, name)(_chosen(method, scope))
    return copies


def _chosen(method: python.FunctionType, scope: dict[str, Any]) -> Function:
    """A function of the method's parameters that answers it: what numba calls an overload."""
    parameters = ", ".join(inspect.signature(method).parameters)
    made = {"method": python.FunctionType(method.__code__, scope, method.__name__)}
    exec(f"def chosen({parameters}):\n    return method", made)
    return made["chosen"]


def _object(library: Any, name: str) -> bytes:
    """One function of a library and what it calls, optimised as a whole, under our own name."""
    module = llvm.parse_bitcode(library._final_module.as_bitcode())
    for one in (*module.functions, *module.global_variables):
        if one.name == name:
            one.name = ENTRY
        elif not one.is_declaration:
            one.linkage = "internal"
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="jitdefault",
    )
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))
