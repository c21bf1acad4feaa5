"""A processor in the loop: MicroPython decides, over a line that loses, doubles and flips bytes."""

import json
import os
import random
import selectors
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim import nodefile, scenario
from host_sim.port import SimPort
from host_sim.world import build
from tests.interpreters import HEAP, ROOT, micropython
from tools import pil as tool
from torpor import pil

FRAME = st.tuples(
    st.integers(0, 255),
    st.integers(0, len(pil.CALLS) - 1),
    *[st.integers(-(2**31), 2**31 - 1)] * 5,
)


def test_the_check_is_the_published_one() -> None:
    assert pil.crc16(b"123456789") == 0x29B1  # CRC-16/CCITT-FALSE in the catalogue of CRCs


@given(st.lists(FRAME, max_size=5), st.binary(max_size=40), st.integers(1, 30))
def test_frames_come_through_noise_between_them(
    frames: list[tuple[int, ...]], noise: bytes, step: int
) -> None:
    noise = noise.replace(bytes([pil.SYNC]), b"")
    stream = noise.join([b"", *(pil.pack(*frame) for frame in frames), b""])
    out = []
    held = b""
    for at in range(0, len(stream), step):
        frame, held = pil.take(held + stream[at : at + step])
        while frame:
            out.append(frame)
            frame, held = pil.take(held)
    assert out == frames


@given(FRAME, FRAME, st.integers(0, pil.SIZE - 1), st.integers(1, 255))
def test_a_damaged_frame_costs_itself_only(
    damaged: tuple[int, ...], whole: tuple[int, ...], at: int, flip: int
) -> None:
    data = bytearray(pil.pack(*damaged))
    data[at] ^= flip
    frame, _ = pil.take(bytes(data) + pil.pack(*whole))
    assert frame == whole


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


def in_the_loop(name: str, days: str, every: int) -> tuple[tool.World, list[tool.Call], Noisy]:
    chosen = scenario.load(name, (f"days={days}",))
    device = json.dumps(nodefile.device_config(chosen.file.node, chosen.board))
    answer_ms = 30 if every else pil.ANSWER_MS
    program = f"import json\nfrom torpor import pil\npil.run(json.loads({device!r}), {answer_ms})"
    world = tool.World(SimPort(*build.arguments(chosen)), tool.until_us(chosen))
    with subprocess.Popen(
        [micropython(), "-X", f"heapsize={HEAP['unix']}", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "MICROPYPATH": f"{ROOT / 'firmware'}:.frozen"},
    ) as process:
        line = Noisy(process, every)
        world.serve(line)
        process.kill()
        process.wait()
    return world, tool.simulated(chosen), line


@pytest.mark.parametrize(("name", "days"), [("garden", "1"), ("door", "1"), ("plug", "0.02")])
def test_the_processor_decides_as_the_simulation(name: str, days: str) -> None:
    world, plain, _ = in_the_loop(name, days, 0)
    assert len(plain) > 100
    assert tool.difference(plain, world.calls) is None
    assert max(world.allocated) == 0
    assert world.repeated == 0


def test_a_noisy_line_changes_nothing() -> None:
    world, plain, line = in_the_loop("garden", "0.2", 500)
    assert tool.difference(plain, world.calls) is None
    assert line.damaged > 20
    assert world.repeated > 0


def test_another_decision_is_found_and_named() -> None:
    chosen = scenario.load("garden", ("days=0.01",))
    plain = tool.simulated(chosen)
    other = [*plain]
    other[5] = (*other[5][:-1], other[5][-1] + 1)
    said = tool.difference(plain, other)
    assert said
    assert said.startswith("call 5: ")
    assert tool.difference(plain, plain[:-1]) == (
        f"call {len(plain) - 1}: sleep({plain[-1][1]}, {plain[-1][2]}) = {plain[-1][3]} here, "
        "nothing more there"
    )
