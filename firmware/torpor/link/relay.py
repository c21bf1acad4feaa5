"""The gateway's ear: hears what nodes ask by ESP-NOW, publishes it, and answers.

torpor.link.gateway says what is asked. A greeting is answered YES while there is a session with the
broker; a message when the broker has acknowledged it, or NO where the session broke before. Others
are heard meanwhile. A message whose answer was lost, and that is asked again, is not published
twice. Who is none of the nodes gets no answer.

NVS has the keys of the nodes as one blob, "gateway_key", in their order; without it nothing is
encrypted.
"""

import time
from binascii import unhexlify

from esp32 import NVS
from espnow import ESPNow

from torpor.link import ERRORS, NAMESPACE, SECRET_BYTES
from torpor.link.gateway import GREETING, KEY_BYTES, MESSAGE, NO, SEND_MS, SENT_MS, YES

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from typing import Any

    from torpor.link.session import Session

# Eight frames of the longest, 14 bytes and 1,470 each; more than a byte stays free (MicroPython
# 1.29, modespnow.c:83-105, 596; ringbuf.h:90).
RXBUF = 8 * 1484 + 2
ASKED_MS = SEND_MS + SENT_MS  # that a node goes on asking the same, at most


class Relay:
    """What nodes ask, and what of it the broker has not acknowledged yet."""

    def __init__(self, config: dict, session: "Session") -> None:
        nodes = config["nodes"]
        self.topics = {
            unhexlify(node["address"]): "torpor/" + node["name"] + "/readings" for node in nodes
        }
        self.keys = keys(nodes, config.get("secrets", NAMESPACE))
        self.session = session
        session.acknowledged = self.acknowledged
        self.radio = ESPNow()
        # By address, the last message: the question, the broker's number for it, since when, and
        # whether it was acknowledged.
        self.asked: dict[bytes, list[Any]] = {}

    def start(self) -> None:
        """Listen, on a station that is on. ERRORS where the driver cannot."""
        self.radio.config(rxbuf=RXBUF)  # heeded as it is switched on (modespnow.c:219)
        self.radio.active(True)
        for address, key in self.keys.items():
            self.radio.add_peer(address, key)

    def stop(self) -> None:
        """Hear nothing any more, and forget what was asked."""
        self.asked.clear()
        self.radio.active(False)

    def turn(self, ms: int) -> None:
        """Hear one question, or nothing for so long. ERRORS where the session broke.

        The driver fills the buffer from another core while it is read here: a frame may be found
        whose end is missing, and the buffer is emptied then (modespnow.c:464-470, 608-610).
        """
        try:
            sender, question = self.radio.recv(ms)
        except ValueError:
            return
        for known in list(self.asked):
            if time.ticks_diff(time.ticks_ms(), self.asked[known][2]) > ASKED_MS:
                del self.asked[known]
        if sender in self.topics and question and len(question) > 1:
            self._hear(sender, question)

    def _hear(self, sender: bytes, question: bytes) -> None:
        """Answer a greeting, or publish a message."""
        if question[0] not in (GREETING, MESSAGE):
            return
        if question[0] == GREETING or not self.session.sock:
            self._answer(sender, question, YES if self.session.sock else NO)
            return
        asked = self.asked.get(sender)
        if asked and asked[0] == question:
            if asked[3]:
                self._answer(sender, question, YES)
            return
        self.asked[sender] = [question, b"", time.ticks_ms(), False]
        self.asked[sender][1] = self.session.begin(self.topics[sender], question[2:])

    def acknowledged(self, number: bytes) -> None:
        """The broker has what it knows by this number."""
        for sender, asked in self.asked.items():
            if asked[1] == number:
                asked[3] = True
                self._answer(sender, asked[0], YES)

    def broken(self) -> None:
        """There is no session any more: tell those who wait for it."""
        for sender, asked in self.asked.items():
            if not asked[3]:
                self._answer(sender, asked[0], NO)
        self.asked.clear()

    def _answer(self, sender: bytes, question: bytes, answer: int) -> None:
        """Without waiting for the node, which asks again where it did not hear."""
        try:
            self.radio.send(sender, question[:2] + bytes((answer,)), False)
        except ERRORS:
            pass


def keys(nodes: list, namespace: str) -> "dict[bytes, bytes | None]":
    """The key of each node, by its address; none where there is not one for each."""
    buffer = bytearray(SECRET_BYTES)
    try:
        size = NVS(namespace).get_blob("gateway_key", buffer)
    except OSError:
        size = 0
    keyed = size == KEY_BYTES * len(nodes)
    out = {}
    for i, node in enumerate(nodes):
        key = bytes(buffer[i * KEY_BYTES : (i + 1) * KEY_BYTES])
        out[unhexlify(node["address"])] = key if keyed else None
    return out
