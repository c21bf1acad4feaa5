"""MicroPython in the loop through pipes, which may lose, double and flip bytes."""

import json
import os
import random
import selectors
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from host_sim.engine.port import SimPort
from host_sim.sim import build
from host_sim.spec import scenario
from tests.interpreters import HEAP, ROOT
from tests.unix import micropython
from torpor import pil
from torpor_tools import loop as tool


@dataclass
class Noisy:
    """The pipes of a process, of which one byte in `every` is lost, doubled or flipped."""

    process: "subprocess.Popen[bytes]"
    every: int
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    damaged: int = 0

    def __post_init__(self) -> None:
        assert self.process.stdout
        self.out = self.process.stdout.fileno()
        self.ready = selectors.DefaultSelector()
        self.ready.register(self.out, selectors.EVENT_READ)

    def read(self) -> bytes:
        return self.spoiled(os.read(self.out, 4096)) if self.ready.select(0.05) else b""

    def write(self, data: bytes) -> object:
        assert self.process.stdin
        try:
            return os.write(self.process.stdin.fileno(), self.spoiled(data))
        except BrokenPipeError:
            return 0  # it has ended, and so will the run

    def spoiled(self, data: bytes) -> bytes:
        return bytes(byte for one in data for byte in self.fate(one))

    def fate(self, byte: int) -> Iterator[int]:
        if not self.every or self.dice.randrange(self.every):
            yield byte
            return
        self.damaged += 1
        yield from ((), (byte, byte), (byte ^ 1 << self.dice.randrange(8),))[self.dice.randrange(3)]


def in_the_loop(
    name: str,
    days: str,
    every: int,
    heap: str | int = HEAP["unix"],
    library: Path = ROOT / "firmware",
) -> tuple[tool.World, list[tool.Call], Noisy]:
    """Run a scenario with one byte in `every` damaged (0: none).

    What the processor asked, what the simulation asks, and the line between.
    """
    chosen = scenario.load(name, (f"days={days}",))
    device = json.dumps(chosen.device())
    answer_ms = 30 if every else pil.ANSWER_MS
    program = f"{tool.LOADED}pil.run(json.loads({device!r}), {answer_ms})"
    world = tool.World(SimPort(build.parts(chosen)), build.end_us(chosen))
    with subprocess.Popen(
        [micropython(), "-X", f"heapsize={heap}", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "MICROPYPATH": f"{library}:.frozen"},
    ) as process:
        line = Noisy(process, every)
        world.serve(line)
        process.kill()
        process.wait()
    return world, tool.simulated(chosen), line
