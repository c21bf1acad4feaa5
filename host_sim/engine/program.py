"""What the compiled engine is made of, and the key by which its code is kept."""

import hashlib
import platform
import types
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from host_sim.engine import (
    alarm,
    ether,
    frames,
    gateway,
    hearing,
    home,
    kernel,
    link,
    monitor,
    port,
    replay,
    state,
    store,
)
from host_sim.engine.ether import Ether
from host_sim.engine.hearing import Hearing
from host_sim.engine.home import Home
from host_sim.engine.port import SimPort
from host_sim.engine.state import State
from torpor import ahead, delivery, detector, life, node, record, sensor, switch
from torpor import monitor as reading
from torpor.policy import (
    backoff,
    cascade,
    energy,
    harvest,
    loudness,
    patience,
    report,
    sampling,
    schedule,
    sleep,
    spread,
    surge,
    ticks,
    txpower,
)

# Every module whose functions run inside a wake; those that are called come first.
MODULES = (
    ticks,
    backoff,
    cascade,
    energy,
    harvest,
    loudness,
    patience,
    report,
    sampling,
    schedule,
    sleep,
    spread,
    surge,
    txpower,
    record,
    delivery,
    node,
    ahead,
    detector,
    reading,
    sensor,
    switch,
    life,
    store,
    replay,
    frames,
    gateway,
    link,
    alarm,
    monitor,
    hearing,
    kernel,
)
CLASSES = (
    (Hearing, hearing),
    (Ether, ether),
    (State, state),
    (SimPort, port),
    (Home, home),
)
RUN_ENTRY, HOME_ENTRY = "torpor_run", "torpor_run_home"  # names in the compiled code


@cache
def key() -> str:
    """A name that no other program, numba, Python or processor shares.

    It is taken from what is bound, in memory, and not from files: a file that is edited after it
    was imported cannot lend its name to the code of before.
    """
    bound = hashlib.sha256()
    for part in (*_bound(), version("numba"), platform.python_version(), _processor()):
        bound.update(f"{part}\n".encode())
    for how in ("bind.py", "reference.py", "layout.py"):
        bound.update(Path(__file__).with_name(how).read_bytes())
    return bound.hexdigest()[:24]


def _bound() -> Iterator[Any]:
    """All that is compiled: each function's code, and each constant that one may read."""
    scopes = [(module.__name__, dict(vars(module))) for module in MODULES]
    scopes += [(module.__name__, dict(vars(module))) for _, module in CLASSES]
    scopes += [(cls.__name__, dict(vars(cls))) for cls, _ in CLASSES]
    for name, scope in scopes:
        for key, value in scope.items():
            if isinstance(value, types.FunctionType):
                yield name, key, _code(value.__code__)
            elif isinstance(value, int | tuple | str) and not key.startswith("__"):
                yield name, key, value


def _code(code: types.CodeType) -> tuple[Any, ...]:
    """What a function does, without where it stands."""
    consts = [_code(one) if isinstance(one, types.CodeType) else one for one in code.co_consts]
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars


def _processor() -> str:
    """The kind of processor, and what it can do: compiled code uses all of that."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return f"{platform.machine()} {platform.processor()}"
    told = ("model name", "flags", "Features", "CPU part")
    return " ".join(sorted({line for line in lines if line.startswith(told)}))
