"""A node at a serial port, as a test handles it."""

import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from host_sim.errors import BadInput
from tools.hil.power import Power

RAW = b"raw REPL; CTRL-B to exit\r\n>"
LAST_LINES = 15
PATIENCE_S = 60.0
NAP_S = 1.0  # how long a node may not answer before it is taken to sleep
ANSWER_S = 1.0  # the REPL's, within which it goes on with its answer

# Tells the digest of what is there of the files wanted; of the library, all else goes, and so does
# the log of an earlier life.
SURVEY = """
import binascii, hashlib, json, os
found = {}
def survey(folder):
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + name
        if kind == 0x4000:
            survey(path + "/")
        elif path in wanted:
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while data := file.read(512):
                    digest.update(data)
            found[path] = binascii.hexlify(digest.digest()).decode()
        elif path.startswith("torpor"):
            os.remove(path)
survey("")
print(json.dumps(found))
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

    def close(self) -> None:
        """Let go of the port."""
        self.link.serial.close()

    def read(self, within_s: float = 0.05) -> bytes:
        """What comes within this time. A chip's own USB goes when it sleeps: it is awaited."""
        try:
            self.link.serial.timeout = within_s
            data: bytes = self.link.serial.read(max(self.link.serial.in_waiting, 1))
            self.link.serial.timeout = ANSWER_S
        except OSError:
            self.link.serial.close()
            time.sleep(within_s)
            with suppress(OSError):
                self.link.serial.open()
            return b""
        if data:
            text = data.decode(errors="replace").replace("\r\n", "\n")
            self.text += text
            with self.log.open("a", encoding="utf-8") as file:
                file.write(text)
        return data

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

    def interrupt(self, timeout_s: float = PATIENCE_S, nap_s: float = NAP_S) -> None:
        """Stop its program and take the raw REPL; NotSeen after the time-out.

        A node that does not answer for `nap_s` sleeps: it is reset, and forgets what it retained.
        """
        started = time.monotonic()
        seen = b""
        woken = False
        while RAW not in seen:
            waited_s = time.monotonic() - started
            if waited_s > timeout_s:
                raise NotSeen(f"no REPL in {timeout_s:g} s")
            if waited_s > nap_s and not woken:
                woken = True
                self.reset()
            with suppress(OSError):
                self.link.serial.write(b"\r\x03\x01")
            seen = (seen + self.read(0.02))[-1_000:]
        while self.read(0.05):  # answers to what was typed too often
            pass
        self.link.enter_raw_repl(soft_reset=True)

    def reset(self) -> None:
        """Cycle its power, or pulse its reset line where the port has one."""
        if self.power:
            self.power_cycle()
            return
        with suppress(OSError):  # a port without lines
            self.link.serial.dtr = False
            self.link.serial.rts = True
            time.sleep(0.1)
            self.link.serial.rts = False

    def exec(self, program: str) -> str:
        """Run a program in the raw REPL; what it prints."""
        answer: bytes = self.link.exec(program)
        return answer.decode()

    def deploy(
        self, firmware: Path, config: Mapping[str, Any], files: Mapping[str, bytes] | None = None
    ) -> None:
        """Make its flash hold the firmware, these files and config.json, and its memory nothing."""
        self.interrupt()
        wanted = {
            path.relative_to(firmware).as_posix(): path.read_bytes()
            for path in sorted(firmware.rglob("*"))
            if path.is_file()
        }
        wanted.update(files or {})
        wanted["config.json"] = json.dumps(config).encode()
        found = json.loads(self.exec(f"wanted = {set(wanted)}\n{SURVEY}"))
        for name, data in wanted.items():
            if found.get(name) != sha256(data).hexdigest():
                self._folder(name)
                self.link.fs_writefile(name, data)
        self.exec("import machine; machine.RTC().memory(b'')")

    def _folder(self, name: str) -> None:
        """Make the folders that a file lies in."""
        for folder in reversed(PurePosixPath(name).parents[:-1]):
            if not self.link.fs_exists(str(folder)):
                self.link.fs_mkdir(str(folder))

    def start(self) -> None:
        """Reset the chip; what it prints from now on is there to be expected."""
        self.used = len(self.text)
        self.link.exec_raw_no_follow("import machine; machine.reset()")

    def power_cycle(self, off_s: float = 0.5) -> None:
        """Take its power and give it back; RTC memory is empty then."""
        assert self.power
        self.link.serial.close()
        self.power.off()
        time.sleep(off_s)
        self.power.on()
        self._open()
        self.used = len(self.text)

    def node_log(self) -> str:
        """torpor.log on the device; in the raw REPL only."""
        return self.exec(
            "import os\nif 'torpor.log' in os.listdir(): print(open('torpor.log').read(), end='')"
        )
