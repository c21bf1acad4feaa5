"""The firmware's own source, and the simulated port's, bound to numba from outside and compiled.

Functions become njit functions; an object of ours becomes its address (layout.py), its attributes
loads and stores there, its methods overloads. The source is not touched: modules are bound as
copies, so what CPython runs stays as it is.

A wake allocates nothing and raises nothing, so the code needs neither numba nor Python where it
runs: what comes out is object code with two entries, which native.py loads.
"""

import inspect
import types as python
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core import types
from numba.core.event import Listener, install_listener
from numba.core.extending import overload_method

from host_sim.engine import reference
from host_sim.engine.home import Home
from host_sim.engine.port import SimPort
from host_sim.engine.program import CLASSES, HOME_ENTRY, MODULES, RUN_ENTRY
from host_sim.progress import Progress
from torpor import record

Function = Callable[..., Any]
FUNCTIONS = 190  # that numba compiles, as counted: what progress is told by


def compiled(example: SimPort, progress: Progress) -> bytes:
    """Object code of kernel.run and kernel.run_home, for ports such as this one."""
    progress(0.0)
    home = reference.OfHome(Home([example], [[0] * record.SIZE], example.ether))

    # numba compiles these: it looks them up by name and asks for no types.
    at_ints: Any = reference.ints_at
    at_port: Any = reference.at(home.types["ports"].of)
    at_home: Any = reference.at(home)
    kernel, size = bound()["host_sim.engine.kernel"], record.SIZE
    run, run_home = kernel["run"], kernel["run_home"]

    def one(r_at, port_at, cause, until_us):  # type: ignore[no-untyped-def]
        cause, _, _, _ = run(at_ints(r_at, size), at_port(port_at), cause, until_us)
        return cause

    def many(home_at, until_us):  # type: ignore[no-untyped-def]
        return run_home(at_home(home_at), until_us)

    with install_listener("numba:compile", Counted(progress)):
        return _object({RUN_ENTRY: _compiled(one, 4), HOME_ENTRY: _compiled(many, 2)})


def _compiled(entry: Function, arguments: int) -> Any:
    """numba's result for a function of so many ints that answers one."""
    signature = types.int64(*[types.int64] * arguments)
    made = numba.njit(signature, no_cpython_wrapper=True)(entry)
    ((_, result),) = made.overloads.items()
    return result


class Counted(Listener):
    """Tells how much is compiled."""

    def __init__(self, progress: Progress) -> None:
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
                overload_method(reference.REFERENCES[cls], name)(_chosen(method, scope))
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
