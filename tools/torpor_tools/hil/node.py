"""A node at a serial port, as a test handles it."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from host_sim.errors import BadInput
from torpor_tools.hil.power import Power
from torpor_tools.provision import gateway_toml, ports, sending, version
from torpor_tools.provision.repl import AGENT, answers

RAW = b"raw REPL; CTRL-B to exit\r\n>"
LAST_LINES = 15
PATIENCE_S = 60.0
OFF_S = 0.5  # without power, of a cycle of it
NAP_S = 1.0  # how long a node may not answer before it is taken to sleep
AWAY = "(the port is away)"  # what the log says while it is
ANSWER_S = 1.0  # the REPL's, within which it goes on with its answer

# It starts its life with this version: without a record, and without the log of an earlier one.
# A wake that was interrupted as it imported leaves its watchdog of 9 s, which nothing stops.
AT_THE_REPL = "import machine\nmachine.WDT(timeout=600000)"
NEWBORN = """
import machine, os
machine.RTC().memory(b"")
if "torpor.log" in os.listdir():
    os.remove("torpor.log")
"""


class NotSeen(AssertionError):
    """The node did not print in time what was expected of it."""


class Node:
    """Everything that the port says goes to the log file, and is there to be expected."""

    def __init__(self, port: str, log: Path, power: Power | None) -> None:
        self.port, self.power = port, power
        self.log_to(log)
        self._open()

    def log_to(self, log: Path) -> None:
        """Start another log."""
        self.log = log
        self.text = ""  # all that is in it
        self.used = 0  # up to here it has been expected

    def _open(self) -> None:
        try:
            self.link = SerialTransport(self.port, timeout=ANSWER_S)
        except TransportError:
            remedy = "is a board there, and no other program at it?"
            raise BadInput("cannot be opened", where=self.port, remedy=remedy) from None
        self.link.is_pty = True  # as in torpor_tools.provision.repl

    def close(self) -> None:
        """Let go of the port."""
        self.link.serial.close()

    def read(self, within_s: float = 0.05) -> bytes:
        """What comes within this time. A chip's own USB goes when it sleeps: it is awaited."""
        try:
            self.link.serial.timeout = within_s
            waiting = self.link.serial.in_waiting if self.link.serial.is_open else 0
            data: bytes = self.link.serial.read(max(waiting, 1))  # of one that is away an OSError
            self.link.serial.timeout = ANSWER_S
        except OSError:
            self.link.serial.close()
            time.sleep(within_s)
            with suppress(OSError):
                self.link.serial.open()
            if not self.text.endswith(f"{AWAY}\n"):
                self._note(f"{AWAY}\n")
            return b""
        if data:
            self._note(data.decode(errors="replace").replace("\r\n", "\n"))
        return data

    def _note(self, text: str) -> None:
        self.text += text
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text)

    def type(self, data: bytes) -> None:
        """As at a terminal; a port that is away takes nothing."""
        with suppress(OSError):
            self.link.serial.write(data)

    def expect(self, pattern: str, timeout_s: float = PATIENCE_S) -> re.Match[str]:
        """Wait until what was printed since the last call matches; NotSeen after the time-out."""
        deadline = time.monotonic() + timeout_s
        while not (found := re.compile(pattern, re.MULTILINE).search(self.text, self.used)):
            if time.monotonic() > deadline:
                raise NotSeen(f"no {pattern!r} in {timeout_s:g} s")
            self.read()
        self.used = found.end()
        return found

    def last_lines(self) -> str:
        """The end of the log, and where the whole of it is."""
        lines = self.text.splitlines()[-LAST_LINES:] or ["(nothing was printed)"]
        return "\n".join([*lines, f"log: {self.log}"])

    def interrupt(
        self, timeout_s: float = PATIENCE_S, nap_s: float = NAP_S, anew: bool = True
    ) -> None:
        """Stop its program and take the raw REPL; NotSeen after the time-out.

        A node that does not answer for `nap_s` sleeps: it is reset, and forgets what it retained.
        The REPL is started anew in the node's folder, where its boot.py is to be run once more.
        """
        started = time.monotonic()
        seen = b""
        woken = False
        while True:
            waited_s = time.monotonic() - started
            if waited_s > timeout_s:
                raise NotSeen(f"no REPL in {timeout_s:g} s")
            if waited_s > nap_s and not woken:
                woken = True
                self.reset()
            self.type(b"\r\x03\x01")
            seen = (seen + self.read(0.02))[-1_000:]
            if RAW in seen:
                if answers(self.link.serial):
                    break
                seen = b""
        self.link.enter_raw_repl(soft_reset=anew)
        self.exec(AT_THE_REPL)

    def reset(self) -> None:
        """Cycle its power, or pulse its reset line where the port has one."""
        if self.power:
            self.power_cycle()
            return
        ports.reset(self.link.serial)

    def exec(self, program: str) -> str:
        """Run a program in the raw REPL; what it prints."""
        answer: bytes = self.link.exec(program)
        return answer.decode()

    def deploy(
        self,
        config: Path | Mapping[str, Any],
        firmware: Path | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        """Have it start as this node by torpor deploy's means, with no memory.

        `config` is a node.toml, or what config.json is to hold. The firmware is Torpor's own, or
        what is in a folder that torpor_tools.provision.firmware filled; `files` come on top of it.
        """
        provision = gateway_toml.load(config) if isinstance(config, Path) else None
        wanted = {**(version.read(firmware) if firmware else version.files(None)), **(files or {})}
        if not isinstance(config, Path):
            wanted[version.CONFIG] = version.as_json(dict(config))
        self.interrupt()
        self.exec(AGENT)
        sending.deploy(self, wanted, provision, lambda done: None, override=True, trial=False)
        self.link.enter_raw_repl(soft_reset=True)  # into its folder
        self.exec(NEWBORN)

    def start(self) -> None:
        """Reset the chip; what it prints from now on is there to be expected."""
        self.begin("import machine; machine.reset()")

    def begin(self, program: str) -> None:
        """Run a program in the raw REPL that leaves it."""
        self.used = len(self.text)
        self.link.exec_raw_no_follow(program)

    def power_cycle(self) -> None:
        """Take its power and give it back; RTC memory is empty then."""
        assert self.power
        self.link.serial.close()
        self.power.off()
        time.sleep(OFF_S)
        self.power.on()
        self._open()
        self.used = len(self.text)

    def node_log(self) -> str:
        """torpor.log on the device; in the raw REPL only."""
        return self.exec(
            "import os\nif 'torpor.log' in os.listdir(): print(open('torpor.log').read(), end='')"
        )
