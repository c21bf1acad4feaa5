"""A Power Profiler Kit II on a serial port: whole samples, and how many were lost.

ppk2-api speaks to the instrument and converts readings. What it leaves out is here: a stream that
lost bytes is brought back into step, and the losses are counted. Each sample is a little-endian
word of 32 bits: 14 of the converter, 3 of the range, 6 of a counter at bit 18, and 8 of the logic
port at bit 24 (NordicSemiconductor/pc-nrfconnect-ppk, the serial device's masks).
"""

import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import serial
from ppk2_api.ppk2_api import PPK2_API

from host_sim.errors import BadInput
from host_sim.trace.recording import Bits, Samples
from torpor_tools.provision import ports

WORD = 4
COUNTS = 64
SURE = 8  # words whose counter rises by one each, to call a stream in step
LOWEST_MV, HIGHEST_MV = 800, 5_000
SETTLE_S = 0.1  # until what it sent before a stop has come
# A terminal hands over 4 kB at once, of which 10 ms are full: it is emptied without a pause.
READ_BYTES, READ_S = 8192, 0.02

GONE = (OSError, termios.error)  # pyserial's, and the terminal's


@dataclass
class Framer:
    """Bytes as they come in, whole words out.

    `lost` has (index of the sample before which they are missing, how many); the counter tells
    losses apart up to 63 samples, longer ones count modulo 64.
    """

    held: bytes = b""
    expected: int | None = None
    words: int = 0
    lost: list[tuple[int, int]] = field(default_factory=list)

    def feed(self, data: bytes) -> bytes:
        """Add bytes; the words that are complete and in step."""
        self.held += data
        out = []
        while len(self.held) >= SURE * WORD:
            words = np.frombuffer(self.held[: len(self.held) // WORD * WORD], "<u4")
            good = self._in_step(words)
            if good:
                out.append(self.held[: good * WORD])
                self.held = self.held[good * WORD :]
                self.expected = (self.expected or 0) + good & COUNTS - 1
                self.words += good
            elif not self._resume():
                break
        return b"".join(out)

    def _in_step(self, words: npt.NDArray[np.uint32]) -> int:
        """How many words from the first on have the counter that is expected."""
        if self.expected is None:
            return 0
        counts = words >> 18 & COUNTS - 1
        wrong = counts != (np.arange(len(words)) + self.expected) % COUNTS
        return int(np.argmax(wrong)) if wrong.any() else len(words)

    def _resume(self) -> bool:
        """Skip to the next bytes that are words; False when more must come in first."""
        last = len(self.held) - SURE * WORD
        for skip in range(last + 1):
            counts = np.frombuffer(self.held, "<u4", SURE, skip) >> 18 & COUNTS - 1
            first = int(counts[0])
            if (counts == (np.arange(SURE) + first) % COUNTS).all():
                missing = 0 if self.expected is None else (first - self.expected) % COUNTS
                if missing:
                    self.lost.append((self.words, missing))
                self.expected = first
                self.held = self.held[skip:]
                return True
        self.held = self.held[max(0, last) :]
        return False


class _Api(PPK2_API):  # type: ignore[misc]
    """ppk2-api on a port that is open; what fails is raised, not logged."""

    def __init__(self, line: serial.Serial) -> None:
        super().__init__(None)  # a port that is not open
        self.ser = line

    def _write_serial(self, cmd_tuple: tuple[int, ...]) -> None:
        self.ser.write(self._pack_struct(cmd_tuple))

    def __del__(self) -> None:
        """Leave the port to who opened it."""


class Ppk2:
    """The instrument, feeding nothing until on(); it measures while the context lasts, each time.

    BadInput where it does not answer.
    """

    def __init__(self, port: str, mode: str, mv: int) -> None:
        self.port = port
        if not LOWEST_MV <= mv <= HIGHEST_MV:
            remedy = f"{LOWEST_MV} to {HIGHEST_MV}"
            raise BadInput(f"{mv} mV is not what a PPK2 can do", where=port, remedy=remedy)
        self.api: Any = _Api(ports.opened(port))
        try:
            self._start(mode, mv)
        except BadInput:
            self.close()
            raise

    def _start(self, mode: str, mv: int) -> None:
        with self._asked():
            if not self._calibrated():
                remedy = "is it a PPK2? Name its first port"  # the second is a shell
                raise BadInput("no calibration data came back", where=self.port, remedy=remedy)
            if mode == "source":
                self.api.use_source_meter()
            else:
                self.api.use_ampere_meter()
            self.api.set_source_voltage(mv)

    def _calibrated(self) -> bool:
        """Whether it tells what it was calibrated with."""
        with suppress(serial.SerialTimeoutException):  # it takes in nothing
            self.api.stop_measuring()  # a program that was killed left it sending
            time.sleep(SETTLE_S)
            self.api.ser.reset_input_buffer()
            with suppress(UnicodeDecodeError, ValueError, KeyError):  # others may send anything
                return bool(self.api.get_modifiers())
        return False

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """BadInput where it goes meanwhile."""
        try:
            yield
        except GONE as error:
            raise BadInput(f"the instrument is gone ({_reason(error)})", where=self.port) from None

    def on(self) -> None:
        """Feed the board."""
        with self._asked():
            self.api.toggle_DUT_power("ON")

    def off(self) -> None:
        """Stop feeding it."""
        with self._asked():
            self.api.toggle_DUT_power("OFF")

    def close(self) -> None:
        """Let go of it; it feeds on."""
        with suppress(*GONE):
            self.api.ser.close()

    def __enter__(self) -> "Ppk2":
        with self._asked():
            self.api.ser.reset_input_buffer()  # of what came after the last stop
            self.framer = Framer()
            self.api.ser.timeout = READ_S
            self.api.start_measuring()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(*GONE):
            self.api.stop_measuring()

    def read(self) -> tuple[Samples, Bits]:
        """Samples in µA, NaN where one was lost, and the logic port's; none came within READ_S."""
        with self._asked():
            data = self.api.ser.read(READ_BYTES)
        words = self.framer.feed(data)
        if not words:
            return np.empty(0, np.float32), np.empty(0, np.uint8)
        current_ua, bits = self.api.get_samples(words)
        before = self.framer.words - len(current_ua)
        at = [place - before for place, count in self.framer.lost for _ in range(count)]
        self.framer.lost = []
        return np.insert(np.float32(current_ua), at, np.nan), np.insert(np.uint8(bits), at, 0)


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0]
