"""The processor in the loop: its decisions, the simulator's world, and every call compared."""

import contextlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from statistics import median
from typing import Any, Protocol

import serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from host_sim.engine import kernel
from host_sim.engine.port import SimPort
from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.sim import build
from host_sim.spec.scenario import Scenario
from torpor import config, pil, record
from torpor.port import COLD, NONE

SILENT_S = 15.0  # the processor asks again for ten
AFTERWARDS_S = 1.0  # it asks again in half, if the last answer was lost
Call = tuple[int, ...]  # which, its integers, its answer
NAMES = [name for name, _ in pil.CALLS]
SLEEP = NAMES.index("sleep")
UNSENT = [NONE] * record.SIZE  # the processor keeps its record: here no reading tells of an event


class Line(Protocol):
    """What frames travel on."""

    def read(self) -> bytes:
        """What came in since, after a short wait at most."""

    def write(self, data: bytes) -> object:
        """Send."""


@dataclass
class World:
    """The simulated port, answering frames; `calls` is all that was asked of it."""

    port: SimPort
    until_us: int
    progress: Progress = silent
    calls: list[Call] = field(default_factory=list)
    busy_us: list[int] = field(default_factory=list)
    allocated: list[int] = field(default_factory=list)
    heap: list[int] = field(default_factory=list)
    began_s: float = 0.0
    ended_s: float = 0.0
    last: int | None = None
    answer: bytes = b""
    repeated: int = 0
    ended: bool = False

    def serve(self, line: Line) -> None:
        """Answer until the run ends. TimeoutError when the processor falls silent."""
        held = b""
        heard = time.monotonic()
        while True:
            data = line.read()
            now = time.monotonic()
            if data:
                heard = now
            elif now - heard > (AFTERWARDS_S if self.ended else SILENT_S):
                break
            frame, held = pil.take(held + data)
            while frame:
                line.write(self.hear(frame))
                frame, held = pil.take(held)
        if not self.ended:
            raise TimeoutError

    def hear(self, frame: tuple[int, ...]) -> bytes:
        """The answer to a frame: what is asked twice happens once."""
        sequence, call, *integers = frame
        self.began_s = self.began_s or time.perf_counter()
        if sequence == self.last:
            self.repeated += 1
        else:
            self.last = sequence
            self.answer = pil.pack(sequence, call, self.happen(call, integers))
        return self.answer

    def happen(self, call: int, integers: list[int]) -> int:
        """Let the world do what is asked."""
        answer = do(self.port, call, integers, self.calls)
        if call != SLEEP:
            return answer
        self.busy_us.append(integers[2])
        self.allocated.append(integers[3])
        self.heap.append(integers[4])
        self.progress(self.port.now_us / self.until_us)
        self.ended = self.port.now_us >= self.until_us or not self.port.alive
        self.ended_s = time.perf_counter()
        return pil.END if self.ended else answer


def do(port: SimPort, call: int, integers: list[int], calls: list[Call]) -> int:
    """Ask the port, and note what was asked and answered."""
    name, count = pil.CALLS[call]
    arguments: list[Any] = integers[:count]
    given = [UNSENT, *arguments] if name == "send" else arguments
    answer = int(getattr(port, name)(*given) or 0)
    calls.append((call, *arguments, answer))
    return answer


class Here:
    """A port for this processor, asking the simulator as the other one does."""

    def __init__(self, port: SimPort, calls: list[Call]) -> None:
        for index, name in enumerate(NAMES):
            setattr(self, name, self._asking(port, index, calls))

    def _asking(self, port: SimPort, index: int, calls: list[Call]) -> Callable[..., int]:
        def ask(*given: Any) -> int:
            integers = list(given[1:] if NAMES[index] == "send" else given)
            return do(port, index, integers, calls)

        return ask


def simulated(scenario: Scenario) -> list[Call]:
    """Every call of the plain simulation."""
    calls: list[Call] = []
    port = SimPort(build.parts(scenario))
    here: Any = Here(port, calls)
    r = [0] * record.SIZE
    config.configure(r, scenario.device())
    cause = COLD
    while port.now_us < build.end_us(scenario) and port.alive:
        ms = kernel.woken(r, here, cause)
        cause = here.sleep(r[record.SLEEP_KIND], ms)
    return calls


def difference(ours: list[Call], theirs: list[Call]) -> str | None:
    """The first call that differs, in words."""
    for number, (here, there) in enumerate(zip_longest(ours, theirs)):
        if here != there:
            return f"call {number:,}: {_words(here)} here, {_words(there)} there"
    return None


def _words(call: Call | None) -> str:
    if call is None:
        return "nothing more"
    which, *arguments, answer = call
    return f"{NAMES[which]}({', '.join(map(str, arguments))}) = {answer}"


# A node may have been interrupted before its boot.py entered the folder of its version.
ENTERED = """
try:
    with open("/boot.py") as file:
        exec(file.read())
except OSError:
    pass
"""
# What each import leaves goes at once: between it there is no room for a larger table of names.
LOADED = """
import gc, json
gc.threshold(4096)
from torpor import pil
gc.threshold(-1)
"""


class Board:
    """A processor at its raw REPL, running torpor.pil."""

    def __init__(self, repl: SerialTransport, device: dict[str, Any]) -> None:
        config_json = json.dumps(device)
        with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it discards
            repl.enter_raw_repl()  # a soft reset frees what the interrupted wake loaded
        repl.exec_raw_no_follow(f"{ENTERED}{LOADED}pil.run(json.loads({config_json!r}))")
        self.serial = repl.serial
        self.serial.timeout = 0.05

    def read(self) -> bytes:
        """What came in, within 50 ms."""
        data: bytes = self.serial.read(max(1, self.serial.in_waiting))
        return data

    def write(self, data: bytes) -> object:
        """Send."""
        return self.serial.write(data)


def in_the_loop(
    scenario: Scenario, repl: SerialTransport, progress: Progress = silent
) -> dict[str, Any]:
    """Run a scenario on the processor at this raw REPL, and compare every call; as report()."""
    world = World(SimPort(build.parts(scenario)), build.end_us(scenario), progress)
    where = repl.serial.port
    try:
        world.serve(Board(repl, scenario.device()))
    except TimeoutError:
        remedy = "torpor must be on its file system: torpor deploy"
        raise BadInput("the processor fell silent", where=where, remedy=remedy) from None
    except (serial.SerialException, TransportError) as error:
        raise BadInput(f"the port is gone ({error})", where=where) from None
    return report(world, simulated(scenario))


def report(world: World, plain: list[Call]) -> dict[str, Any]:
    """What a run in the loop says."""
    wall_s = world.ended_s - world.began_s
    return {
        "wakes": len(world.busy_us),
        "calls": len(world.calls),
        "difference": difference(plain, world.calls),
        "asked_again": world.repeated,
        "wall_s": wall_s,
        "call_ms": 1000 * wall_s / max(1, len(world.calls)),
        "wake_us": {"median": median(world.busy_us), "max": max(world.busy_us)},
        "allocated_bytes": {"median": median(world.allocated), "max": max(world.allocated)},
        "heap_bytes": {"median": median(world.heap), "max": max(world.heap)},
    }
