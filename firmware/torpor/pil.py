"""Processor in the loop: this processor decides, and a simulator is its world, call by call.

Each call of the port is a frame out and its answer a frame in, over the serial line of the REPL:
0xA5, the length of the call and its integers, a sequence number, the call, five 32-bit integers,
and a CRC-16 (CCITT) of all before it. A frame that is damaged is dropped; the caller asks again
with the same number until it is answered, and the world answers a number once.
"""

import gc
import struct
import sys
import time
from array import array

from torpor import life, node, record
from torpor.config import configure
from torpor.policy import const
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import IDLE
from torpor.port import COLD, Port

SYNC = const(0xA5)
LENGTH = const(21)  # the call and its integers
SIZE = const(26)
_BODY = "<BBBBiiiii"

# What may be called, and how many integers it takes: a frame holds the index.
CALLS = (
    ("ticks_ms", 0),
    ("wait", 2),
    ("account", 2),
    ("measure", 1),
    ("look", 1),
    ("watch", 3),
    ("join", 3),
    ("send", 3),  # without the record: the simulator does not look into messages
    ("leave", 0),
    ("actuate", 2),
    ("command", 0),
    ("feed", 0),
    ("sleep", 2),  # and what the wake took: its own us, bytes allocated, the heap in use
    ("monitor", 4),
    ("monitored", 1),
    ("recalled", 2),
)
END = const(-2)  # the answer to sleep() that ends the run
ANSWER_MS = const(500)  # time for an answer before the same is asked again
_TRIES = const(20)
# A collection in the midst of a wake would free what the calls left, and count as the wake's: one
# is made in the call before it comes to that.
_SPARE_BYTES = const(16384)


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def pack(
    sequence: int, call: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0, e: int = 0
) -> bytes:
    """A frame."""
    body = struct.pack(_BODY, SYNC, LENGTH, sequence, call, a, b, c, d, e)
    return body + struct.pack("<H", crc16(body))


def take(held: bytes) -> tuple:
    """The first whole frame in what came in (None: not yet), and what is left.

    A frame is (sequence, call, a, b, c, d, e).
    """
    while len(held) >= SIZE:
        body = held[: SIZE - 2]
        if held[0] == SYNC and held[1] == LENGTH:
            if struct.unpack("<H", held[SIZE - 2 : SIZE])[0] == crc16(body):
                return struct.unpack(_BODY, body)[2:], held[SIZE:]
        held = held[1:]
    return None, held


class PilPort(Port):
    """The port whose other end is the simulator; `line` reads a byte in time, and writes.

    What the calls take of time and heap is counted apart, so that a wake's own can be told.
    """

    def __init__(self, line: "Stdio") -> None:
        self.line = line
        self.sequence = 0
        self.outside_us = 0
        self.outside_bytes = 0

    def call(self, call: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0, e: int = 0) -> int:
        """Ask the simulator; OSError when it does not answer at all."""
        began_us = time.ticks_us()
        began_bytes = gc.mem_alloc()
        if gc.mem_free() < _SPARE_BYTES:
            gc.collect()
        self.sequence = self.sequence + 1 & 0xFF
        frame = pack(self.sequence, call, a, b, c, d, e)
        for _ in range(_TRIES):
            self.line.write(frame)
            answer = self.answer()
            if answer is not None:
                self.outside_us += time.ticks_diff(time.ticks_us(), began_us)
                self.outside_bytes += gc.mem_alloc() - began_bytes
                return answer
        raise OSError("the simulator does not answer")

    def answer(self) -> int | None:
        """The integer that answers the last call, or None when it did not come in time."""
        held = b""
        while True:
            byte = self.line.read()
            if byte is None:
                return None
            frame, held = take(held + byte)
            if frame and frame[0] == self.sequence:
                answer: int = frame[2]
                return answer

    def ticks_ms(self) -> int:
        return self.call(0)

    def wait(self, ms: int, kind: int = IDLE) -> None:
        self.call(1, ms, kind)

    def account(self, task: int, decision: int) -> None:
        self.call(2, task, decision)

    def measure(self, channel: int) -> int:
        return self.call(3, channel)

    def look(self, stage: int) -> int:
        return self.call(4, stage)

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        self.call(5, interval_ms, margin, ratio_x16)

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        return self.call(6, tx_qdbm, cached, within_ms)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        return self.call(7, first, count, tx_qdbm)

    def leave(self) -> None:
        self.call(8)

    def actuate(self, output: int, value: int) -> None:
        self.call(9, output, value)

    def command(self) -> int:
        return self.call(10)

    def feed(self) -> None:
        self.call(11)

    def sleep(self, kind: int, ms: int, busy_us: int = 0, allocated: int = 0, heap: int = 0) -> int:
        return self.call(12, kind, ms, busy_us, allocated, heap)

    def monitor(self, channel: int, low: int, high: int, looks: int) -> None:
        self.call(13, channel, low, high, looks)

    def monitored(self, channel: int) -> int:
        return self.call(14, channel)

    def recalled(self, channel: int, age: int) -> int:
        return self.call(15, channel, age)


class Stdio:
    """The REPL's own line, byte by byte."""

    def __init__(self, answer_ms: int) -> None:
        import select

        import micropython

        micropython.kbd_intr(-1)  # 0x03 is a byte like any other
        self.answer_ms = answer_ms
        self.poll = select.poll()
        self.poll.register(sys.stdin, select.POLLIN)
        self.byte = bytearray(1)

    def read(self) -> bytes | None:
        """The next byte, or None when none came in time."""
        if not self.poll.poll(self.answer_ms):
            return None
        return bytes(self.byte) if sys.stdin.buffer.readinto(self.byte) else None

    def write(self, data: bytes) -> None:
        """Send."""
        sys.stdout.buffer.write(data)


def run(config: dict, answer_ms: int = ANSWER_MS) -> None:
    """Live by the simulator's clock until it says END."""
    port = PilPort(Stdio(answer_ms))
    r: list[int] = array("i", bytes(4 * record.SIZE))  # type: ignore[assignment]
    configure(r, config)
    cause = COLD
    while cause != END:
        gc.collect()
        port.outside_us = port.outside_bytes = 0
        began_us, began_bytes = time.ticks_us(), gc.mem_alloc()
        ms = life.wake(r, port, cause)
        if node.plans(r):
            from torpor import ahead  # few nodes harvest

            ahead.plan(r)
        heap = gc.mem_alloc()
        allocated = heap - began_bytes - port.outside_bytes
        busy_us = time.ticks_diff(time.ticks_us(), began_us) - port.outside_us
        cause = port.sleep(r[record.SLEEP_KIND], ms, busy_us, allocated, heap)
