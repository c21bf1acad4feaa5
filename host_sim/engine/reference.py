"""numba's types of our objects: addresses of rows of cells (layout.py), read and written there."""

import operator
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    overload,
    register_model,
)
from numba.core.typing.templates import AttributeTemplate
from numba.np.arrayobj import make_array, populate_array

from host_sim.engine import layout
from host_sim.engine.ether import Ether
from host_sim.engine.hearing import Hearing
from host_sim.engine.home import Home
from host_sim.engine.port import SimPort
from host_sim.engine.state import State

CELL = ir.IntType(64)
INTS = types.int64[::1]


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


@intrinsic
def ints_at(typing: Any, address: Any, length: Any) -> Any:
    """For compiled code: the list of so many ints at an address."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _ints(context, builder, *args)

    return INTS(types.int64, types.int64), code


def at(of: Reference) -> Any:
    """For compiled code: a function from an address to an object."""

    @intrinsic
    def object_at(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], CELL.as_pointer())

        return of(types.int64), code

    return object_at
