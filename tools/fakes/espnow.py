"""ESP-NOW as MicroPython 1.29 has it: who is in reach, and what came, lies in the world."""

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
FRAME_MS = 2

# ESP-IDF, esp_now.h
NOT_INIT = (-0x3065, "ESP_ERR_ESPNOW_NOT_INIT")
FULL = (-0x3068, "ESP_ERR_ESPNOW_FULL")
NOT_FOUND = (-0x3069, "ESP_ERR_ESPNOW_NOT_FOUND")
EXIST = (-0x306B, "ESP_ERR_ESPNOW_EXIST")
INTERFACE = (-0x306C, "ESP_ERR_ESPNOW_IF")


class ESPNow:
    """The one there is."""

    def __new__(cls):
        return radio

    def power_on(self):
        """Forget all, as a reset does."""
        self.on = False
        self.timeout_ms = 300000
        self.peers = {}  # by address: encrypted or not

    def active(self, on=None):
        if on is not None:
            self.on = bool(on)
            self.peers = self.peers if on else {}
        return self.on

    def config(self, what=None, timeout_ms=None):
        if what is not None:
            return {"timeout_ms": self.timeout_ms}[what]
        if timeout_ms is not None:
            self.timeout_ms = timeout_ms

    def add_peer(self, mac, lmk=None):
        self._active()
        if len(mac) != ADDR_LEN or (lmk and len(lmk) != KEY_LEN):
            raise ValueError("invalid buffer length")
        if mac in self.peers:
            raise OSError(*EXIST)
        encrypted = sum(self.peers.values())
        if len(self.peers) == MAX_TOTAL_PEER_NUM or (lmk and encrypted == MAX_ENCRYPT_PEER_NUM):
            raise OSError(*FULL)
        self.peers[mac] = bool(lmk)

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
        if not network.radio.active():
            raise OSError(*INTERFACE)
        if not 0 < len(message) <= MAX_DATA_LEN:
            raise ValueError("invalid buffer length")
        if mac is not None and mac not in self.peers:
            raise OSError(*NOT_FOUND)
        world.advance(FRAME_MS)
        answered = True
        meant = [peer for peer in self.peers if not peer[0] & 1] if mac is None else [mac]
        for each in meant:
            address = hexlify(each).decode()
            world.note("sent", [address, hexlify(message).decode()])
            answered = answered and (each[0] & 1 == 1 or address in world.state["peers"])
        return answered or not sync

    def recv(self, timeout_ms=None):
        self._active()
        until_ms = world.now_ms() + (self.timeout_ms if timeout_ms is None else timeout_ms)
        while not self.any():
            left_ms = until_ms - world.now_ms()
            if left_ms <= 0:
                return None, None
            world.advance(min(left_ms, 10))
        mac, message, _ = world.state["air"].pop(0)
        return [unhexlify(mac), unhexlify(message)]

    irecv = recv

    def any(self):
        return network.radio.active() and bool(world.state["air"])

    def _active(self):
        if not self.on:
            raise OSError(*NOT_INIT)


radio = object.__new__(ESPNow)
radio.power_on()
