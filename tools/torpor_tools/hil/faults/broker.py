"""An MQTT broker for one node, which can be ill: what a wake says to it, and no more.

OASIS MQTT 3.1.1, chapter 3. It keeps no message, and counts those that it has acknowledged.
"""

import select
import socket
import threading
import time
from contextlib import suppress

from host_sim.errors import BadInput

ABSENT, SILENT, REFUSES, DEAF = "broker absent", "broker silent", "broker refuses", "broker deaf"
ILLS = (ABSENT, SILENT, REFUSES, DEAF)

CONNECT, PUBLISH, SUBSCRIBE, PINGREQ = 1, 3, 8, 12  # the first byte's upper half
QOS1 = 0x02
WELCOME, UNWANTED = b"\x20\x02\x00\x00", b"\x20\x02\x00\x05"
LOOK_S = 0.02


class Broker:
    """A context manager. `ill` is one of ILLS, or empty; `reports` those that it has taken."""

    def __init__(self, host: str) -> None:
        self.host, self.port = host, 0
        self.ill = ""
        self.reports = 0
        self.listener: socket.socket | None = None
        self.lines: dict[socket.socket, bytes] = {}  # what came of each and is no packet yet
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Broker":
        self.listener = self._listen()
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over = True
        self.thread.join()
        self._away()

    def heard(self, within_s: float, after: int) -> bool:
        """Whether it takes one more report than so many, within this time."""
        until = time.monotonic() + within_s
        while self.reports <= after and time.monotonic() < until:
            time.sleep(LOOK_S)
        return self.reports > after

    def _listen(self) -> socket.socket:
        try:
            listener = socket.create_server((self.host, self.port))
        except OSError as error:
            remedy = "name this computer's, as the node reaches it, in the file of --bench"
            what = f"no address to listen at ({error.strerror})"
            raise BadInput(what, where=self.host, remedy=remedy) from None
        self.port = listener.getsockname()[1]
        return listener

    def _away(self) -> None:
        for line in (self.listener, *self.lines):
            if line:
                line.close()
        self.listener, self.lines = None, {}

    def _run(self) -> None:
        while not self.over:
            if self.ill == ABSENT:
                self._away()
                time.sleep(LOOK_S)
                continue
            listener = self.listener = self.listener or self._listen()
            for line in select.select([listener, *self.lines], [], [], LOOK_S)[0]:
                if line is listener:
                    self.lines[line.accept()[0]] = b""
                elif not self._hear(line):
                    del self.lines[line]
                    line.close()

    def _hear(self, line: socket.socket) -> bool:
        """Take what came; whether the line stays."""
        with suppress(OSError):
            data = line.recv(4096)
            self.lines[line] += data
            while packet := self._packet(line):
                if answer := self._answer(*packet):
                    line.sendall(answer)
                if self.ill == REFUSES:
                    return False
            return bool(data)
        return False

    def _packet(self, line: socket.socket) -> tuple[int, bytes] | None:
        """The next whole packet: its first byte, and its body."""
        data = self.lines[line]
        length = shift = 0
        for at, byte in enumerate(data[1:5], 2):
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if len(data) < at + length:
                    return None
                self.lines[line] = data[at + length :]
                return data[0], data[at : at + length]
        return None

    def _answer(self, first: int, body: bytes) -> bytes:
        kind = first >> 4
        if self.ill == SILENT:
            return b""
        if kind == CONNECT:
            return UNWANTED if self.ill == REFUSES else WELCOME
        if kind == SUBSCRIBE:
            return b"\x90\x03" + body[:2] + b"\0"
        if kind == PINGREQ:
            return b"\xd0\0"
        if kind == PUBLISH and first & QOS1 and self.ill != DEAF:
            self.reports += 1
            at = 2 + int.from_bytes(body[:2], "big")
            return b"\x40\x02" + body[at : at + 2]
        return b""
