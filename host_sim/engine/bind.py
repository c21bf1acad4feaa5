"""The firmware's own source, and the simulated port's, bound to numba from outside and compiled.

Functions become njit functions; an object of ours becomes its address (layout.py), its attributes
loads and stores there, its methods overloads. The source is not touched: modules are bound as
copies, so what CPython runs stays as it is.

A wake allocates nothing and raises nothing, so the code needs neither numba nor Python where it
runs: what comes out is object code with two entries, which native.py loads.
"""

import inspect
import operator
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
    overload,
    overload_method,
    register_model,
)
from numba.core.typing.templates import AttributeTemplate
from numba.np.arrayobj import make_array, populate_array

from host_sim.engine import layout
from host_sim.engine.ether import Ether
from host_sim.engine.hearing import Hearing
from host_sim.engine.home import Home
from host_sim.engine.port import SimPort
from host_sim.engine.program import CLASSES, HOME_ENTRY, MODULES, RUN_ENTRY
from host_sim.engine.state import State
from torpor import record

Function = Callable[..., Any]
CELL = ir.IntType(64)
INTS = types.int64[::1]
FUNCTIONS = 190  # that numba compiles, as counted: what progress is told by


class Reference(types.Type):
    """The type of an object of ours: the address of its cells."""

    def __init__(self, example: object) -> None:
        self.fields = layout.fields(example)
        self.types: dict[str, Any] = {name: _type(field) for name, field in self.fields.items()}
        super().__init__(type(example).__name__)


class OfHearing(Reference):
    """A Hearing."""


class OfEther(Reference):
    """An Ether."""


class OfPort(Reference):
    """A SimPort."""


class OfHome(Reference):
    """A Home."""


class Several(types.Type):
    """A list of objects (`of` their type) or of lists of ints: where its address stands."""

    def __init__(self, of: types.Type) -> None:
        self.of = of
        super().__init__(f"several {of}")


REFERENCES = {Hearing: OfHearing, Ether: OfEther, State: OfPort, SimPort: OfPort, Home: OfHome}


def _type(field: layout.Field) -> types.Type:
    """numba's type of a field."""
    if field.kind in ("object", "objects"):
        one = REFERENCES[type(field.example)](field.example)
        return one if field.kind == "object" else Several(one)
    return {"int": types.int64, "bool": types.boolean, "ints": INTS, "rows": Several(INTS)}[
        field.kind
    ]


for _reference in (OfHearing, OfEther, OfPort, OfHome, Several):

    @register_model(_reference)
    class _Model(models.PrimitiveModel):
        def __init__(self, manager: Any, of: Any) -> None:
            super().__init__(manager, of, CELL.as_pointer())


for _reference in (OfHearing, OfEther, OfPort, OfHome):

    @infer_getattr
    class _Attribute(AttributeTemplate):
        key = _reference

        def generic_resolve(self, of: Reference, name: str) -> Any:
            return of.types.get(name)

    @lower_getattr_generic(_reference)
    def _get(context: Any, builder: Any, of: Reference, address: Any, name: str) -> Any:
        field = of.fields[name]
        cell = _cell(builder, address, CELL(field.at))
        if field.kind in ("objects", "rows"):
            return cell
        first = builder.load(cell)
        if field.kind == "bool":
            return builder.trunc(first, ir.IntType(1))
        if field.kind == "ints":
            length = builder.load(_cell(builder, address, CELL(field.at + 1)))
            return _ints(context, builder, first, length)
        return first if field.kind == "int" else builder.inttoptr(first, CELL.as_pointer())

    @lower_setattr_generic(_reference)
    def _set(context: Any, builder: Any, sig: Any, args: Any, name: str) -> None:
        of, given = sig.args
        address, value = args
        field = of.fields[name]
        value = context.cast(builder, value, given, of.types[name])
        if field.kind == "bool":
            value = builder.zext(value, CELL)
        builder.store(value, _cell(builder, address, CELL(field.at)))


@intrinsic
def _item(typing: Any, several: Any, index: Any) -> Any:
    """One of several: an object, or a list of ints."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        first = builder.inttoptr(builder.load(args[0]), CELL.as_pointer())
        at = context.cast(builder, args[1], index, types.int64)
        if several.of is not INTS:
            address = builder.load(_cell(builder, first, at))
            return builder.inttoptr(address, CELL.as_pointer())
        pair = _cell(builder, first, builder.mul(at, CELL(2)))
        return _ints(
            context, builder, builder.load(pair), builder.load(_cell(builder, pair, CELL(1)))
        )

    return several.of(several, index), code


@overload(operator.getitem)
def _getitem(several, index):  # type: ignore[no-untyped-def]  # numba compares signatures
    item: Any = _item
    if isinstance(several, Several) and isinstance(index, types.Integer):
        return lambda several, index: item(several, index)
    return None


def _cell(builder: Any, address: Any, at: Any) -> Any:
    return builder.gep(address, [at])


def _ints(context: Any, builder: Any, address: Any, length: Any) -> Any:
    """An array over memory that is somebody else's."""
    array = make_array(INTS)(context, builder)
    data = builder.inttoptr(address, CELL.as_pointer())
    populate_array(array, data, [length], [CELL(8)], CELL(8), None)
    return array._getvalue()


def compiled(example: SimPort, progress: Callable[[float], None]) -> bytes:
    """Object code of kernel.run and kernel.run_home, for ports such as this one."""
    progress(0.0)
    home = OfHome(Home([example], [[0] * record.SIZE], example.ether))

    @intrinsic
    def ints_at(typing: Any, address: Any, length: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _ints(context, builder, *args)

        return INTS(types.int64, types.int64), code

    # numba compiles these: it looks them up by name and asks for no types.
    at_ints: Any = ints_at
    at_port: Any = _at(home.types["ports"].of)
    at_home: Any = _at(home)
    kernel, size = bound()["host_sim.engine.kernel"], record.SIZE
    run, run_home = kernel["run"], kernel["run_home"]

    def one(r_at, port_at, cause, until_us):  # type: ignore[no-untyped-def]
        cause, _, _, _ = run(at_ints(r_at, size), at_port(port_at), cause, until_us)
        return cause

    def many(home_at, until_us):  # type: ignore[no-untyped-def]
        return run_home(at_home(home_at), until_us)

    with install_listener("numba:compile", Counted(progress)):
        return _object({RUN_ENTRY: _compiled(one, 4), HOME_ENTRY: _compiled(many, 2)})


def _at(of: Reference) -> Any:
    """numba's function from an address to an object."""

    @intrinsic
    def at(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], CELL.as_pointer())

        return of(types.int64), code

    return at


def _compiled(entry: Function, arguments: int) -> Any:
    """numba's result for a function of so many ints that answers one."""
    signature = types.int64(*[types.int64] * arguments)
    made = numba.njit(signature, no_cpython_wrapper=True)(entry)
    ((_, result),) = made.overloads.items()
    return result


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
                overload_method(REFERENCES[cls], name)(_chosen(method, scope))
    return copies


def _chosen(method: python.FunctionType, scope: dict[str, Any]) -> Function:
    """A function of the method's parameters that answers it: what numba calls an overload."""
    parameters = ", ".join(inspect.signature(method).parameters)
    made = {"method": python.FunctionType(method.__code__, scope, method.__name__)}
    exec(f"def chosen({parameters}):\n    return method", made)
    return made["chosen"]


def _object(entries: dict[str, Any]) -> bytes:
    """The entries and what they call, optimised as a whole, each under its name of ours."""
    modules = []
    for name, result in entries.items():
        module = llvm.parse_bitcode(result.library._final_module.as_bitcode())
        for one in (*module.functions, *module.global_variables):
            if one.name == result.fndesc.llvm_func_name:
                one.name = name
            elif not one.is_declaration:
                one.linkage = "internal"
        modules.append(module)
    whole, *others = modules
    for module in others:
        whole.link_in(module)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="jitdefault",
    )
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(whole, builder)
    return bytes(machine.emit_object(whole))
