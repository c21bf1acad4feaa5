"""A board that is two processes: MicroPython on the fakes, and this one, which is all around it.

This one owns the serial port, a PTY. It carries bytes between whoever opened it and the
interpreter, starts that anew at each reset, lets a deep sleep last, and bites for the watchdog. The
world that the fakes see lies in a file between two starts.
"""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
import tty
from contextlib import suppress
from pathlib import Path
from typing import Any

from torpor_tools.fakes import world
from torpor_tools.provision import firmware

HERE = Path(__file__).parent
FAKES = HERE.parent / "fakes"
INTERPRETER = [sys.executable, "-P", str(HERE / "interpreter.py")]
# Of the interpreter's heap: the fakes, start.py, a world that has seen joins and sleeps, which are
# 59 KiB, and what they take besides while RTC memory, of which the chip has one, is read and kept.
FAKES_BYTES = 65 * 1024
CHUNK = 1 << 16  # a pipe's capacity: what the interpreter writes at once is read at once
BACKLOG = 1 << 16  # what is kept of what the board prints while nobody reads

DIVIDED_UV = 2_000_000  # at each ADC pin: a cell of 4 V behind the usual divider by two
SENSORS = {"68": "5f161a8000a2"}  # on the I2C bus, by address: an SHT3x at 20 °C and 50 %

LOOK_S = 0.05  # between two looks at the reset line
OUTPUT_SPEED = 5  # of a terminal's attributes: a PTY has no lines, so 1,200 baud is a reset
PATIENCE_S = 0.01  # between two looks at who heeds a Ctrl-C

CTRL_A, CTRL_C = b"\x01", b"\x03"
RAW = b"raw REPL; CTRL-B to exit\r\n"
FRIENDLY = b'Type "help()" for more information.\r\n'
PANIC = -1  # of end(): bytecode that is damaged, say, may be anything to the machine
MARK = b"\x16raw\x16"  # start.py prints it where the chip would enter the raw REPL by itself
ROM = {  # the first line after a reset, as the ESP32's boot ROM prints it
    world.PWRON: "rst:0x1 (POWERON_RESET)",
    world.DEEPSLEEP: "rst:0x5 (DEEPSLEEP_RESET)",
    world.HARD: "rst:0xc (SW_CPU_RESET)",
    world.WDT: "rst:0xc (SW_CPU_RESET)",
}


class VirtualBoard:
    """Its port is `path` from the start on; run() is its life."""

    def __init__(
        self,
        chip: str,
        heap_bytes: int,
        image: Path,
        speed: int,
        scratch: Path,
        air: Path | None = None,
    ) -> None:
        """`air`: a folder that it shares with those whom it hears by ESP-NOW."""
        self.image, self.speed, self.scratch = image, speed, scratch
        self.heap_bytes = 2 * heap_bytes + FAKES_BYTES  # objects have twice the chip's size
        self.world: dict[str, Any] = {**world.fresh(), "chip": chip}
        self.world["adc"] = {str(pin): DIVIDED_UV for pin in range(49)}
        self.world["i2c"] = dict(SENSORS)
        # As seen from where the interpreter runs: its rename() fails on whole paths.
        self.air = os.path.relpath(air.resolve(), scratch.resolve()) if air else ""
        for source in [HERE / "start.py", HERE / "air.py", *FAKES.glob("[!_]*.py")]:
            firmware.compile_file(source, Path(source.name), scratch / "lib")
        os.mkfifo(scratch / "control")
        self.control = os.open(scratch / "control", os.O_RDWR | os.O_NONBLOCK)
        # Kept open on our side too: it is then ready before, and stays so after, anybody opens it.
        self.port, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.port, False)
        self.path = os.ttyname(self.slave)
        self.typed, self.typing = os.pipe()
        os.set_blocking(self.typing, False)
        self.backlog = b""
        self.raw = self.muted = self.booted = self.stopped = self.unheeded = False
        self.pulsed = False  # the reset line, as it was last looked at
        self.starts = 0  # of the interpreter
        self.child: subprocess.Popen[bytes] | None = None
        self.bites_at = 0.0  # the watchdog; 0: not started
        self.wakes_at = 0.0  # from deep sleep; 0: awake

    def run(self) -> None:
        """Live until stop()."""
        try:
            self.start()
            while not self.stopped:
                self.step()
        finally:
            if self.child:
                with self.child:
                    self.child.kill()

    def stop(self) -> None:
        """Make run() return; for a signal's handler, which must not raise in the midst of it."""
        os.write(self.control, b"stop 0 0\n")

    def step(self) -> None:
        """Wait for whatever comes next, and do it."""
        readers = [self.port, self.control]
        if self.child and self.child.stdout:
            readers.append(self.child.stdout.fileno())
        due = self.wakes_at or self.bites_at
        left_s = min(max(due - time.monotonic(), 0), LOOK_S) if due else LOOK_S
        if self.is_pulsed():
            self.power_on()
            return
        if self.unheeded:
            left_s = PATIENCE_S
        writers = [self.port] if self.backlog else []
        ready, _, _ = select.select(readers, writers, [], left_s)
        if self.port in ready:
            self.type(os.read(self.port, CHUNK))
        if self.child and self.child.stdout and self.child.stdout.fileno() in ready:
            self.listen(self.child.stdout.fileno())
        if self.control in ready:
            self.heed(os.read(self.control, CHUNK).decode())
        self.show(b"")
        if self.unheeded:
            self.interrupt_late()
        if due and time.monotonic() >= due:
            self.wake() if self.wakes_at else self.end(world.HUNG)

    def is_pulsed(self) -> bool:
        """Whether the reset line's pulse begins."""
        before = self.pulsed
        self.pulsed = termios.tcgetattr(self.slave)[OUTPUT_SPEED] == termios.B1200
        return self.pulsed and not before

    def start(self) -> None:
        """Start the interpreter on the world as it is."""
        if self.world["reset_cause"] != world.SOFT:
            self.raw = False
            self.show(
                f"{ROM[self.world['reset_cause']]},boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n".encode()
            )
        path = self.scratch / "world.json"
        path.write_text(json.dumps(self.world))
        self.muted = self.booted = False
        if self.raw:
            os.write(self.typing, CTRL_A)
        self.started = time.monotonic()
        self.starts += 1
        self.child = subprocess.Popen(
            [*INTERPRETER, "-X", f"heapsize={self.heap_bytes}", "-i", "-m", "start"],
            stdin=self.typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=self.scratch,  # a start.py where the command was typed is none of the board's
            start_new_session=True,  # a Ctrl-C in the terminal of ours is not the board's
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # until it can
            env={
                "MICROPYPATH": f"{self.scratch / 'lib'}:.frozen",
                "TORPOR_AIR": self.air,
                "TORPOR_CONTROL": str(self.scratch / "control"),
                "TORPOR_FLASH": str(self.image.resolve()),
                "TORPOR_RAW": MARK.decode() if self.raw else "",
                "TORPOR_SPEED": str(self.speed),
                "TORPOR_START": str(self.starts),
                "TORPOR_WORLD": str(path),
            },
        )

    def type(self, data: bytes) -> None:
        """Hand on what came over the port; asleep, the chip's is off.

        Like the chip, Ctrl-C interrupts a program that has not asked to be left alone, and is a
        character of its own to the REPL. The interpreter tells by what it does about the signal.
        """
        if not self.child:
            return
        if CTRL_C in data:
            self.unheeded = not self.interrupt()
            if not self.unheeded:
                data = data.replace(CTRL_C, b"")
        with suppress(BlockingIOError):  # its buffer is full: the chip's overflows as well
            os.write(self.typing, data)

    def interrupt_late(self) -> None:
        """A Ctrl-C that came as a program was about to start is for it, unless somebody read it."""
        unread = bool(select.select([self.typed], [], [], 0)[0])
        self.unheeded = self.child is not None and unread and not self.interrupt()

    def interrupt(self) -> bool:
        """Interrupt a program that heeds it; whether one does.

        The interpreter is held still meanwhile: its REPL may begin between a look and a signal.
        """
        if not self.child or not self.booted:
            return False
        self.child.send_signal(signal.SIGSTOP)
        if self.child.poll() is not None:  # a panic: its end is heard next
            return False
        os.waitid(os.P_PID, self.child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        heeds = heeds_interrupt(self.child.pid)
        if heeds:
            self.child.send_signal(signal.SIGUSR1)
        self.child.send_signal(signal.SIGCONT)
        return heeds

    def listen(self, output: int) -> None:
        """Show what the interpreter printed. Its end is a soft reset, by a signal a panic."""
        data = os.read(output, CHUNK)
        if not data:
            assert self.child
            self.end(PANIC if self.child.wait() < 0 else 0)
        self.print(data)

    def print(self, data: bytes) -> None:
        """Show it, but for the banner between a soft reset in the raw REPL and that REPL."""
        if not self.muted and MARK in data:
            before, data = data.split(MARK, 1)
            self.muted = True
            self.show(before)
        if self.muted and RAW in data:
            self.muted = False
            data = data[data.index(RAW) :]
        if RAW in data or FRIENDLY in data:
            self.raw = data.rfind(RAW) > data.rfind(FRIENDLY)
        if not self.muted:
            self.show(data)

    def show(self, data: bytes) -> None:
        """Write to the port, as far as somebody reads; of what is older, the end is kept."""
        self.backlog = (self.backlog + data)[-BACKLOG:]
        with suppress(BlockingIOError):
            self.backlog = self.backlog[os.write(self.port, self.backlog) :]

    def heed(self, lines: str) -> None:
        """What the fakes tell, and stop(). An interpreter that has ended has no more to say."""
        for line in lines.splitlines():
            what, number, start = line.split()
            if what == "stop":
                self.stopped = True
            elif int(start) != self.starts:
                continue
            elif what == "boot":
                self.booted = True
            elif what == "end":
                self.end(int(number))
            else:
                self.bites_at = int(number) and time.monotonic() + int(number) / 1000

    def end(self, code: int) -> None:
        """The interpreter has ended, or is to: the chip resets, or sleeps before it does."""
        self.halt()
        if code:  # a soft reset leaves the watchdog running
            self.world["watchdog_ms"] = self.bites_at = 0
        if code == world.SLEPT:
            slept_ms = self.world["slept"][-1][1]
            self.wakes_at = time.monotonic() + slept_ms / 1000 / self.speed
            return
        if code == 0:
            self.world["reset_cause"] = world.SOFT
            self.show(b"MPY: soft reboot\r\n")
        elif code == world.HUNG:
            self.world.update(reset_cause=world.WDT, wake_reason=world.NO_REASON)
        elif code == PANIC:
            self.world.update(reset_cause=world.HARD, wake_reason=world.NO_REASON)
        self.start()

    def halt(self) -> None:
        """End the interpreter, and know the world as it left it."""
        assert self.child
        assert self.child.stdout
        self.child.kill()
        with self.child.stdout:
            self.print(self.child.stdout.read())
        self.child.wait()
        self.child = None
        before_ms = self.world["now_ms"] + int((time.monotonic() - self.started) * 1000)
        with suppress(ValueError):  # interrupted as it was saved: what was known before stands
            self.world = json.loads((self.scratch / "world.json").read_text())
        self.world["now_ms"] = max(self.world["now_ms"], before_ms)

    def power_on(self) -> None:
        """Start anew by the reset line, which takes the power of RTC memory too."""
        if self.child:
            self.halt()
        self.world["watchdog_ms"] = self.bites_at = 0
        world.cut_power(self.world)
        self.wake()

    def wake(self) -> None:
        """Deep sleep is over. What was typed meanwhile is lost."""
        self.wakes_at = 0
        self.start()


def heeds_interrupt(process: int) -> bool:
    """Whether SIGINT is caught there, as MicroPython does while a program runs."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> signal.SIGINT - 1 & 1)
