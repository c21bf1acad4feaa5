"""A session with the broker that nothing waits for, but for its beginning.

What is published is acknowledged in a later turn(), while others publish.
"""

import errno
import time

from torpor.link.mqtt import PINGREQ, PUBACK, PUBLISH, QOS1, TIMEOUT_S, Mqtt, text

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable

PING_MS = 60000  # half the keep-alive
SILENT_MS = TIMEOUT_S * 1000  # that a broker takes at most to say anything when it is asked


class Session(Mqtt):
    """`acknowledged` is told the number of what was published, once the broker has it.

    Every call may raise ERRORS: the session is broken then, and to be dropped.
    """

    def __init__(self, client_id: str, user: str, password: str, will: str) -> None:
        super().__init__(client_id, user, password, will)
        self.acknowledged: Callable[[bytes], None] = ignore
        self.heard = time.ticks_ms()  # when the broker said something last
        self.owes = False  # whether it is to say something since

    def open(self, host: str, port: int) -> None:
        """Open the session, which takes as long as connect() does."""
        self.connect(host, port)
        self.heard = time.ticks_ms()
        self.owes = False

    def begin(self, topic: str, payload: bytes) -> bytes:
        """Publish at QoS 1; the number that it is acknowledged by."""
        number = self._next_id()
        self._send(PUBLISH | QOS1, text(topic) + number + payload)
        self._ask()
        return number

    def turn(self) -> None:
        """Take what came. OSError where the broker is gone, or owes an answer for too long.

        Nothing where there is no session.
        """
        if not self.sock:
            return
        while self.poller.poll(0):
            self._take(*self._receive())
            self.heard = time.ticks_ms()
            self.owes = False
        silent_ms = time.ticks_diff(time.ticks_ms(), self.heard)
        if self.owes and silent_ms > SILENT_MS:
            raise OSError(errno.ETIMEDOUT)
        if silent_ms > PING_MS:
            self._send(PINGREQ, b"")
            self._ask()

    def drop(self) -> None:
        """Be without a session; the broker tells of it by the will."""
        self._drop()

    def _ask(self) -> None:
        if not self.owes:
            self.heard = time.ticks_ms()
            self.owes = True

    def _take(self, kind: int, body: bytes) -> None:
        if kind == PUBACK:
            self.acknowledged(body[:2])


def ignore(number: bytes) -> None:
    """Nobody waits for it."""
