"""A client of MQTT 3.1.1, with what micropython-lib's module of this name does for a user.

Not a line of that is here: its names are, so that a node imports and calls the same.
"""

# mypy: ignore-errors

import socket
from struct import pack, unpack


class MQTTException(Exception):
    """The broker said no."""


class MQTTClient:
    """One session."""

    def __init__(
        self, client_id, server, port=1883, user=None, password=None, keepalive=0, ssl=None
    ):
        self.client_id = client_id
        self.server = server
        self.port = port
        self.user = user
        self.password = password
        self.keepalive = keepalive
        self.ssl = ssl
        self.sock = None
        self.callback = None
        self.packet_id = 0
        self.last_will = None
        self.timeout = None

    def set_callback(self, callback):
        """Called with topic and message of what comes."""
        self.callback = callback

    def set_last_will(self, topic, message, retain=False, qos=0):
        """What the broker tells when the node has vanished."""
        self.last_will = topic, message, retain, qos

    def connect(self, clean_session=True, timeout=None):
        """Open the session; whether the broker knew it."""
        self.sock = socket.socket()
        self.timeout = timeout
        self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl:
            self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        flags = 2 if clean_session else 0
        body = text(self.client_id)
        if self.last_will:
            topic, message, retain, qos = self.last_will
            flags |= 4 | qos << 3 | retain << 5
            body += text(topic) + text(message)
        if self.user is not None:
            flags |= 0xC0
            body += text(self.user) + text(self.password)
        head = text("MQTT") + pack("!BBH", 4, flags, self.keepalive)
        self._send(0x10, head + body)
        answer = self.sock.read(4)
        if answer[0] != 0x20 or answer[1] != 2:
            raise MQTTException(-1)
        if answer[3]:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        """End it."""
        self.sock.write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        """Ask whether the broker lives."""
        self.sock.write(b"\xc0\0")

    def publish(self, topic, message, retain=False, qos=0):
        """At QoS 1 it waits until the broker has it."""
        body = text(topic)
        if qos:
            self.packet_id = self.packet_id % 65535 + 1
            body += pack("!H", self.packet_id)
        self._send(0x30 | qos << 1 | retain, body + encoded(message))
        if qos == 1:
            while True:
                if self.wait_msg() == 0x40:
                    size, packet_id = unpack("!BH", self.sock.read(3))
                    if size != 2:
                        raise MQTTException(-1)
                    if packet_id == self.packet_id:
                        return
        elif qos == 2:
            raise NotImplementedError

    def subscribe(self, topic, qos=0):
        """Have what comes on a topic given to the callback."""
        self.packet_id = self.packet_id % 65535 + 1
        self._send(0x82, pack("!H", self.packet_id) + text(topic) + bytes((qos,)))
        while True:
            if self.wait_msg() == 0x90:
                answer = self.sock.read(4)
                if answer[3] == 0x80:
                    raise MQTTException(answer[3])
                return

    def wait_msg(self):
        """Take one packet: its kind where that is left to be read, None where it was a message."""
        kind = self.sock.read(1)
        self.sock.settimeout(self.timeout)
        if kind is None:
            return None
        if kind == b"":
            raise OSError(-1)
        kind = kind[0]
        if kind == 0xD0:
            self.sock.read(1)
            return None
        if kind & 0xF0 != 0x30:
            return kind
        left = self._length()
        size = unpack("!H", self.sock.read(2))[0]
        topic = self.sock.read(size)
        left -= size + 2
        packet_id = b""
        if kind & 6:
            packet_id = self.sock.read(2)
            left -= 2
        self.callback(topic, self.sock.read(left))
        if kind & 6 == 2:
            self.sock.write(b"\x40\x02" + packet_id)
        elif kind & 6 == 4:
            raise NotImplementedError
        return kind

    def check_msg(self):
        """Take one packet if there is one."""
        self.sock.setblocking(False)
        return self.wait_msg()

    def _send(self, kind, body):
        head = bytearray((kind,))
        left = len(body)
        while left > 0x7F:
            head.append(left & 0x7F | 0x80)
            left >>= 7
        head.append(left)
        self.sock.write(head)
        self.sock.write(body)

    def _length(self):
        out = shift = 0
        while True:
            byte = self.sock.read(1)[0]
            out |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return out
            shift += 7


def encoded(value):
    """Bytes of a text, or what is bytes."""
    return value.encode() if isinstance(value, str) else value


def text(value):
    """As the protocol writes it: its length first."""
    data = encoded(value)
    return pack("!H", len(data)) + data
