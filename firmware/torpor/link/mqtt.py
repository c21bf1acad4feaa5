"""MQTT 3.1.1 for a sleeper: connect, publish with acknowledgement, hear of commands, leave.

Written for the few packets that a node needs (OASIS MQTT 3.1.1, chapter 3). Every call is bounded
by the socket's time-out; what goes wrong is an OSError.
"""

import errno
import socket
from struct import pack

CONNECT, CONNACK, PUBLISH, PUBACK = 0x10, 0x20, 0x30, 0x40
SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 0x82, 0x90, 0xC0, 0xD0, 0xE0
TIMEOUT_S = 5
KEEPALIVE_S = 120


class Refused(OSError):
    """The broker said no: identity, user or password."""


class Mqtt:
    """One session with a broker; `on_message` takes topic and payload of what is subscribed."""

    def __init__(self, client_id: str, user: str = "", password: str = "") -> None:
        self.client_id = client_id
        self.user = user
        self.password = password
        self.on_message = ignore
        self.last_id = 0
        self.sock: socket.socket | None = None

    def connect(self, host: str, port: int) -> None:
        """Open the session, a clean one."""
        self.sock = socket.socket()
        try:
            self.sock.settimeout(TIMEOUT_S)
            self.sock.connect(socket.getaddrinfo(host, port)[0][-1])
            flags = 0x02 | (0x80 if self.user else 0) | (0x40 if self.password else 0)
            body = text("MQTT") + bytes((4, flags)) + pack("!H", KEEPALIVE_S) + text(self.client_id)
            body += text(self.user) if self.user else b""
            body += text(self.password) if self.password else b""
            self._send(CONNECT, body)
            kind, answer = self._receive()
            if kind != CONNACK or len(answer) != 2:
                raise OSError(errno.EINVAL)
            if answer[1]:
                raise Refused(answer[1])
        except OSError:
            self.close()
            raise

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1 and wait until the broker has it."""
        self.last_id = self.last_id % 65535 + 1
        packet_id = pack("!H", self.last_id)
        self._send(PUBLISH | 0x02, text(topic) + packet_id + payload)
        self._until(PUBACK, packet_id)

    def subscribe(self, topic: str) -> None:
        """Ask for a topic at QoS 0."""
        self.last_id = self.last_id % 65535 + 1
        packet_id = pack("!H", self.last_id)
        self._send(SUBSCRIBE, packet_id + text(topic) + b"\0")
        self._until(SUBACK, packet_id)

    def ping(self) -> None:
        """Tell the broker that we live; it must answer."""
        self._send(PINGREQ, b"")
        self._until(PINGRESP, b"")

    def poll(self) -> None:
        """Take one message if one has come; return at once if none has."""
        assert self.sock
        self.sock.setblocking(False)
        try:
            head = self.sock.recv(1)
        except OSError:  # none yet
            return
        finally:
            self.sock.settimeout(TIMEOUT_S)
        if not head:
            raise OSError(errno.ECONNRESET)
        self._take(head[0], self._body())

    def close(self) -> None:
        """End the session as the protocol wants it; harmless when there is none."""
        if self.sock:
            try:
                self._send(DISCONNECT, b"")
            except OSError:
                pass  # the broker went first
            self.sock.close()
            self.sock = None

    def _send(self, kind: int, body: bytes) -> None:
        assert self.sock
        left = len(body)
        head = bytearray((kind,))
        while True:
            head.append(left & 0x7F | (0x80 if left > 0x7F else 0))
            left >>= 7
            if not left:
                break
        data = memoryview(bytes(head) + body)
        while data:
            data = data[self.sock.send(data) :]

    def _receive(self) -> tuple[int, bytes]:
        kind = self._exactly(1)[0]
        return kind, self._body()

    def _body(self) -> bytes:
        length = shift = 0
        while True:
            byte = self._exactly(1)[0]
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                return self._exactly(length)
            shift += 7
            if shift > 21:
                raise OSError(errno.EINVAL)

    def _exactly(self, count: int) -> bytes:
        assert self.sock
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise OSError(errno.ECONNRESET)
            data += more
        return data

    def _until(self, kind: int, begins: bytes) -> None:
        """Take packets until the one waited for; messages among them are delivered."""
        for _ in range(32):
            got, body = self._receive()
            if got == kind and body[: len(begins)] == begins:
                return
            self._take(got, body)
        raise OSError(errno.ETIMEDOUT)

    def _take(self, kind: int, body: bytes) -> None:
        if kind & 0xF0 == PUBLISH:
            end = 2 + (body[0] << 8 | body[1])
            start = end + (2 if kind & 0x06 else 0)
            self.on_message(body[2:end].decode(), body[start:])


def text(value: str) -> bytes:
    """A string as the protocol writes it: length, then UTF-8."""
    data = value.encode()
    return pack("!H", len(data)) + data


def ignore(topic: str, payload: bytes) -> None:
    """Take a message and do nothing."""
