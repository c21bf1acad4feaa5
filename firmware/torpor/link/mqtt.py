"""MQTT 3.1.1 for a sleeper: connect, publish with acknowledgement, hear of commands, leave.

Written for the few packets that a node needs (OASIS MQTT 3.1.1, chapter 3). Every wait is bounded;
what goes wrong, a malformed answer included, is an OSError.
"""

import errno
import select
import socket
from struct import pack

from torpor.link import nothing

CONNECT = 0x10
CONNACK = 0x20
PUBLISH = 0x30
PUBACK = 0x40
SUBSCRIBE = 0x82
SUBACK = 0x90
PINGREQ = 0xC0
PINGRESP = 0xD0
DISCONNECT = 0xE0
QOS1 = 0x02
RETAIN = 0x01
TIMEOUT_S = 5
KEEPALIVE_S = 120
SLICE_MS = 50
RETRY_MS = 1500  # ESP-IDF Kconfig, LWIP_TCP_RTO_TIME: TCP sends again what is lost for so long
PACKETS = 32  # taken at most while waiting for one
MOST_BYTES = 1024  # of a packet that is read; a longer one is none that a node asked for


class Refused(OSError):
    """The broker said no: identity, user or password."""


class Mqtt:
    """One session with a broker; `on_message` takes topic and payload of what is subscribed.

    `feed` is called while it waits for the broker, but for what a socket blocks: TIMEOUT_S each.

    `will`, where there is one, is a topic on which the broker holds 1 while the session lasts, and
    0 once the node has vanished.
    """

    def __init__(self, client_id: str, user: str, password: str, will: str) -> None:
        self.client_id = client_id
        self.user = user
        self.password = password
        self.will = will
        self.on_message = ignore
        self.feed = nothing
        self.last_id = 0
        self.sock: socket.socket | None = None
        self.poller = select.poll()

    def connect(self, host: str, port: int) -> None:
        """Open the session, a clean one, in place of any other. Refused, or another OSError."""
        self.close()
        self.sock = socket.socket()
        try:
            self.sock.settimeout(TIMEOUT_S)
            address = socket.getaddrinfo(host, port, socket.AF_INET)[0][-1]
            self.feed()
            self.sock.connect(address)
            self.feed()
            self.poller = select.poll()
            self.poller.register(self.sock, select.POLLIN)
            self._send(CONNECT, self._connect_body())
            if not self._ready(TIMEOUT_S * 1000):
                raise OSError(errno.ETIMEDOUT)
            kind, answer = self._receive()
            if kind != CONNACK or len(answer) != 2:
                raise OSError(errno.EINVAL)
            if answer[1]:
                raise Refused(answer[1])
            if self.will:
                self._send(PUBLISH | RETAIN, text(self.will) + b"1")
        except OSError:
            self._drop()
            raise

    def publish(self, topic: str, payload: bytes, most: int) -> int:
        """Publish at QoS 1; the sends (1 … most) it took until the broker had it.

        TCP repeats unseen what is lost: each of its time-outs that passes counts as one more send.
        """
        packet_id = self._next_id()
        self._send(PUBLISH | QOS1, text(topic) + packet_id + payload)
        for sends in range(1, most + 1):
            if self._until(PUBACK, packet_id, RETRY_MS):
                return sends
        raise OSError(errno.ETIMEDOUT)

    def subscribe(self, topic: str) -> None:
        """Ask for a topic at QoS 0; a refusal (3.9.3: 0x80) is no answer."""
        packet_id = self._next_id()
        self._send(SUBSCRIBE, packet_id + text(topic) + b"\0")
        if not self._until(SUBACK, packet_id + b"\0", TIMEOUT_S * 1000):
            raise OSError(errno.ETIMEDOUT)

    def ping(self) -> None:
        """Tell the broker that we live; it must answer."""
        self._send(PINGREQ, b"")
        if not self._until(PINGRESP, b"", TIMEOUT_S * 1000):
            raise OSError(errno.ETIMEDOUT)

    def listen(self, ms: int) -> None:
        """Take one message if one comes within this time."""
        if self.poller.poll(ms):
            self._take(*self._receive())

    def close(self) -> None:
        """End the session as the protocol wants it; harmless when there is none."""
        if self.sock:
            try:
                if self.will:
                    self._send(PUBLISH | RETAIN, text(self.will) + b"0")
                self._send(DISCONNECT, b"")
            except OSError:
                pass  # the broker went first
            self._drop()

    def _drop(self) -> None:
        sock = self.sock
        self.sock = None
        if sock:
            try:
                sock.close()
            except OSError:
                pass  # lwIP had no memory for it

    def _next_id(self) -> bytes:
        self.last_id = self.last_id % 65535 + 1
        return pack("!H", self.last_id)

    def _connect_body(self) -> bytes:
        """Variable header and payload (3.1.2, 3.1.3): a clean session."""
        flags = 0x02
        body = text(self.client_id)
        if self.will:
            flags |= 0x24  # retained
            body += text(self.will) + text("0")
        if self.user:
            flags |= 0xC0
            body += text(self.user) + text(self.password)
        return text("MQTT") + bytes((4, flags)) + pack("!H", KEEPALIVE_S) + body

    def _send(self, kind: int, body: bytes) -> None:
        if not self.sock:
            raise OSError(errno.ENOTCONN)
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
        """One packet: its first byte, and its body unless that is too long to be for us."""
        kind = self._exactly(1)[0]
        length = shift = 0
        while True:
            byte = self._exactly(1)[0]
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 21:
                raise OSError(errno.EINVAL)
        if length <= MOST_BYTES:
            return kind, self._exactly(length)
        while length:
            length -= len(self._exactly(length if length < MOST_BYTES else MOST_BYTES))
        return kind, b""

    def _exactly(self, count: int) -> bytes:
        if not self.sock:
            raise OSError(errno.ENOTCONN)
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise OSError(errno.ECONNRESET)
            data += more
        return data

    def _ready(self, ms: int) -> bool:
        """Whether something comes within this time; `feed` is called all the while."""
        while ms > 0:
            self.feed()
            if self.poller.poll(SLICE_MS):
                return True
            ms -= SLICE_MS
        return False

    def _until(self, kind: int, begins: bytes, ms: int) -> bool:
        """Whether the packet came before the line was silent for so long; messages are taken."""
        for _ in range(PACKETS):
            if not self._ready(ms):
                return False
            got, body = self._receive()
            if got == kind and body[: len(begins)] == begins:
                return True
            self._take(got, body)
        return False

    def _take(self, kind: int, body: bytes) -> None:
        if kind & 0xF0 == PUBLISH and len(body) >= 2:
            end = 2 + (body[0] << 8 | body[1])
            self.on_message(body[2:end], body[end + (2 if kind & 0x06 else 0) :])


def text(value: str) -> bytes:
    """A string as the protocol writes it: length, then UTF-8."""
    data = value.encode()
    return pack("!H", len(data)) + data


def ignore(topic: bytes, payload: bytes) -> None:
    """Take a message and do nothing."""
