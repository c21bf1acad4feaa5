"""A Power Profiler Kit II behind a PTY, from the public description of its protocol.

NordicSemiconductor/pc-nrfconnect-ppk: one-byte commands, some with arguments; the calibration as
lines of text ending in END; measuring, a 32-bit word a sample (14 bits of the converter, 3 of the
range, 6 of a counter at bit 18, 8 of the logic port at bit 24).
"""

import os
import select
import threading
import time
import tty
from collections.abc import Sequence
from contextlib import suppress

METADATA, START, STOP, POWER = 0x19, 0x06, 0x07, 0x0C
ARGUMENTS = {POWER: 1, 0x0D: 2, 0x11: 1}  # power of the board, its voltage, the mode
CALIBRATION = {
    **{f"R{i}": ohms for i, ohms in enumerate((1031.64, 101.65, 10.15, 0.94, 0.043))},
    **{f"GS{i}": gain for i, gain in enumerate((1.0, 0.9, 1.1, 0.0, 0.5))},
    **{f"GI{i}": gain for i, gain in enumerate((1.0, 0.98, 1.02, 0.97, 0.99))},
    **{f"O{i}": offset for i, offset in enumerate((112.0, 79.0, 60.0, 72.0, 90.0))},
    **{f"S{i}": slope for i, slope in enumerate((1e-8, 2e-8, 3e-7, 4e-6, 5e-5))},
    **{f"I{i}": shift for i, shift in enumerate((-1e-8, -2e-8, -3e-7, -4e-6, -5e-5))},
    **{f"UG{i}": 1.0 for i in range(5)},
}


def word(adc: int, span: int, counter: int, logic: int = 0) -> bytes:
    """One sample as it is sent."""
    return (adc | span << 14 | counter % 64 << 18 | logic << 24).to_bytes(4, "little")


def ua(adc: int, span: int, mv: int) -> float:
    """What the instrument means by a reading, without the filter after a change of range."""
    c = CALIBRATION
    raw = (adc * 4 - c[f"O{span}"]) * (1.8 / 163840 / c[f"R{span}"])
    gained = raw * (c[f"GS{span}"] * raw + c[f"GI{span}"])
    return 1e6 * (gained + c[f"S{span}"] * mv / 1000 + c[f"I{span}"])


class Device:
    """Sends `stream` once when measuring starts; what it was told is in `commands`.

    A number in it is a pause in s, and nothing (b"") is the cable pulled.
    """

    def __init__(self, stream: Sequence[bytes | float], calibrated: bool = True) -> None:
        self.stream = stream
        self.calibrated = calibrated
        self.commands: list[tuple[int, ...]] = []
        self.master, slave = os.openpty()
        tty.setraw(self.master)
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self.slave = slave
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Device":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()
        os.close(self.slave)
        with suppress(OSError):
            os.close(self.master)

    def told(self, *command: int) -> bool:
        """Whether this is the last that the instrument hears, within ten seconds."""
        for _ in range(1000):
            if self.commands[-1:] == [command]:
                return True
            time.sleep(0.01)
        return False

    def unplug(self) -> None:
        """Pull the cable."""
        os.close(self.master)

    def _serve(self) -> None:
        held = b""
        while not self.stopped.is_set():
            with suppress(OSError, ValueError):
                if not select.select([self.master], [], [], 0.05)[0]:
                    continue
                held += os.read(self.master, 64)
            while held and len(held) > ARGUMENTS.get(held[0], 0):
                size = 1 + ARGUMENTS.get(held[0], 0)
                self.commands.append(tuple(held[:size]))
                self._obey(held[0])
                held = held[size:]

    def _obey(self, command: int) -> None:
        if command == METADATA and self.calibrated:
            lines = [f"{key}: {value}" for key, value in CALIBRATION.items()]
            text = "\n".join(["Calibrated: 1", *lines, "HW: 9173", "IA: 56", "END"])
            os.write(self.master, text.encode())
        elif command == START:
            for part in self.stream:
                if isinstance(part, float):
                    time.sleep(part)
                    continue
                if part == b"":
                    self.unplug()
                    self.stopped.set()
                    return
                os.write(self.master, part)
