"""ESP-NOW as MicroPython 1.29 has it (ports/esp32/modespnow.c), between the chips of this process.

Who else is in reach, and what comes from afar, lies in the world. A frame reaches whose station is
on the same channel, which acknowledges it whatever becomes of it (docs/library/espnow.rst:270);
what is encrypted is heard by who has the same key (ESP-IDF, esp_now.rst).
"""

# mypy: ignore-errors

from binascii import hexlify, unhexlify

import network
import world

MAX_DATA_LEN = 1470
MAX_TOTAL_PEER_NUM = 20
MAX_ENCRYPT_PEER_NUM = 6
ADDR_LEN = 6
KEY_LEN = 16

BROADCAST = b"\xff" * ADDR_LEN
HEAD = 14  # of a frame in the receive buffer (:83-96)
FRAME_MS = 1  # and its bytes at 1 Mbit/s
UNHEARD_MS = 26  # more, of one that nobody acknowledges (host_sim/hardware/mac.py)
RSSI_DBM = -60  # between two chips

# ESP-IDF, esp_now.h
NOT_INIT = (-0x3065, "ESP_ERR_ESPNOW_NOT_INIT")
ARG = (-0x3066, "ESP_ERR_ESPNOW_ARG")
FULL = (-0x3068, "ESP_ERR_ESPNOW_FULL")
NOT_FOUND = (-0x3069, "ESP_ERR_ESPNOW_NOT_FOUND")
EXIST = (-0x306B, "ESP_ERR_ESPNOW_EXIST")
INTERFACE = (-0x306C, "ESP_ERR_ESPNOW_IF")


class ESPNow:
    """The one there is of a chip."""

    def __new__(cls):
        return radio

    def power_on(self):
        """Forget all, as a reset does."""
        self.on = False
        self.timeout_ms = 300000
        self.rxbuf = 2 * (HEAD + MAX_DATA_LEN)  # :105
        self.peers = {}  # by address: the key, or None
        self.peers_table = {}  # by address, of whom a frame was received: [RSSI in dBm, tick]

    def active(self, on=None):
        """What was received and not taken is gone with it (:232-246)."""
        if on is not None and bool(on) != self.on:
            self.on = bool(on)
            self.peers = {}
            if on and world.air:
                world.air.come()  # what came before is lost
            self.received = []
            self.room = self.rxbuf - 1  # ringbuf.h:90
        return self.on

    def config(self, what=None, *, timeout_ms=None, rxbuf=None):
        """The buffer is made when it is switched on, and stays as it is (:219, 278)."""
        if what is not None:
            return {"timeout_ms": self.timeout_ms, "rxbuf": self.rxbuf}[what]
        if timeout_ms is not None:
            self.timeout_ms = timeout_ms
        if rxbuf is not None:
            self.rxbuf = rxbuf

    def add_peer(self, mac, lmk=None):
        self._active()
        if len(mac) != ADDR_LEN or (lmk and len(lmk) != KEY_LEN):
            raise ValueError("invalid buffer length")
        if mac in self.peers:
            raise OSError(*EXIST)
        encrypted = sum([1 for key in self.peers.values() if key])
        if len(self.peers) == MAX_TOTAL_PEER_NUM or (lmk and encrypted == MAX_ENCRYPT_PEER_NUM):
            raise OSError(*FULL)
        self.peers[mac] = bytes(lmk) if lmk else None

    def del_peer(self, mac):
        self._active()
        if mac not in self.peers:
            raise OSError(*NOT_FOUND)
        del self.peers[mac]

    def send(self, mac, message, sync=True):
        """True when all who were meant are in reach: an address, or None for all but multicasts.

        A multicast has no answer and is always well.
        """
        self._active()
        if not self.wlan.active():
            raise OSError(*INTERFACE)
        if mac is not None and len(mac) != ADDR_LEN:
            raise ValueError("invalid buffer length")
        if not 0 < len(message) <= MAX_DATA_LEN:
            raise OSError(*ARG)  # ESP-IDF's: the port looks at no length (:535-555)
        if mac is not None and mac not in self.peers:
            raise OSError(*NOT_FOUND)
        world.advance(FRAME_MS + len(message) * 8 // 1000)
        answered = True
        meant = [peer for peer in self.peers if not peer[0] & 1] if mac is None else [mac]
        for each in meant:
            world.note("sent", [hexlify(each).decode(), hexlify(message).decode()])
            if not self._reaches(each, message) and not each[0] & 1:
                answered = False
                if sync:
                    world.advance(UNHEARD_MS)
        return answered or not sync

    def _reaches(self, mac, message):
        """Whether somebody acknowledges it."""
        reached = hexlify(mac).decode() in world.state["peers"]
        self.wlan.isconnected()  # if so, it is on the access point's channel
        for other in radios:
            there = other.wlan
            if other is self or mac not in (there.mac, BROADCAST) or not there.active():
                continue
            there.isconnected()
            if there.channel != self.wlan.channel:
                continue
            reached = True
            if other.on:
                other.receive(self.wlan.mac, bytes(message), RSSI_DBM, self.peers.get(mac))
        if world.air and world.air.carry(hexlify(mac).decode(), self._frame(mac, message)):
            reached = True
        return reached

    def _frame(self, mac, message):
        """As another world takes it."""
        key = hexlify(self.peers.get(mac) or b"").decode()
        return [hexlify(self.wlan.mac).decode(), hexlify(message).decode(), RSSI_DBM, key]

    def receive(self, mac, message, rssi_dbm, key=None):
        """Into the buffer; what does not fit is dropped (:596-599), or was encrypted otherwise."""
        if HEAD + len(message) < self.room and (not key or key == self.peers.get(mac)):
            self.room -= HEAD + len(message)
            self.received.append((mac, message, rssi_dbm))

    def recv(self, timeout_ms=None):
        self._active()
        until_ms = world.now_ms() + (self.timeout_ms if timeout_ms is None else timeout_ms)
        while not self.any():
            left_ms = until_ms - world.now_ms()
            if left_ms <= 0:
                return None, None
            world.listen(min(left_ms, 10))
        mac, message, rssi_dbm = self.received.pop(0)
        self.room += HEAD + len(message)
        self.peers_table[mac] = [rssi_dbm, world.now_ms()]  # as it is taken (:480)
        return [mac, message]

    irecv = recv

    def any(self):
        self._active()
        if self is radio and self.wlan.active():
            if world.air:
                world.state["air"] += world.air.come()
            while world.state["air"]:
                mac, message, rssi_dbm, *key = world.state["air"].pop(0)
                key = unhexlify(key[0]) if key else None
                self.receive(unhexlify(mac), unhexlify(message), rssi_dbm, key)
        return bool(self.received)

    def _active(self):
        if not self.on:
            raise OSError(*NOT_INIT)


def another(wlan):
    """That of one more chip in this world, by its station."""
    made = object.__new__(ESPNow)
    made.wlan = wlan
    made.power_on()
    radios.append(made)
    return made


radios = []
radio = another(network.radio)
