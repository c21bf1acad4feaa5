"""Joining a Wi-Fi network, in full or with what is remembered of the last time."""

import time
from binascii import crc32
from struct import pack, unpack

import network

from torpor.port import NO_AP, REFUSED

POLL_MS = 10
JOIN_MS = 8000  # association and address
CACHE_BYTES = 20  # address, mask, gateway and name server, then a CRC-32

# Codes of WLAN.status() that no longer wait: MicroPython, ports/esp32/network_wlan.c.
_REFUSALS = (
    network.STAT_WRONG_PASSWORD,
    network.STAT_ASSOC_FAIL,
    network.STAT_HANDSHAKE_TIMEOUT,
)


class Wifi:
    """One network. `cache` is what a later join, also after deep sleep, saves time with.

    That is the address: it spares DHCP. Stock MicroPython cannot give connect() a channel (its
    pull request 11819), so the driver scans for the access point at every join.
    """

    def __init__(self, ssid: str, password: str) -> None:
        self.ssid = ssid
        self.password = password
        self.wlan = network.WLAN(network.STA_IF)
        self.cache = b""

    def joined(self) -> bool:
        """Whether the access point and an address are there."""
        return self.wlan.active() and self.wlan.isconnected()

    def rssi_dbm(self) -> int:
        """What is heard of the access point."""
        return self.wlan.status("rssi")

    def join(self, tx_qdbm: int, cached: int) -> int:
        """The access point's RSSI in dBm, or NO_AP or REFUSED and the radio off again.

        The power can be set on a started radio only, and before the first frame.
        """
        wlan = self.wlan
        try:
            wlan.active(True)
            wlan.config(txpower=tx_qdbm / 4)
            addresses = unpack_cache(self.cache) if cached else None
            if addresses:
                wlan.ifconfig(addresses)
            wlan.connect(self.ssid, self.password)
            answer = self._wait()
        except OSError:  # the driver's own refusals: no memory, wrong state
            answer = REFUSED
        if answer >= 0:
            self.leave()
        else:
            self.cache = pack_cache(wlan.ifconfig())
        return answer

    def _wait(self) -> int:
        wlan = self.wlan
        started = time.ticks_ms()
        while not wlan.isconnected():
            status = wlan.status()
            if status in _REFUSALS:
                return REFUSED
            if (
                status == network.STAT_NO_AP_FOUND
                or time.ticks_diff(time.ticks_ms(), started) > JOIN_MS
            ):
                return NO_AP
            time.sleep_ms(POLL_MS)
        return self.rssi_dbm()

    def leave(self) -> None:
        """Disassociate and switch off: a radio left on draws 1.4 mA through deep sleep."""
        if self.wlan.active():
            if self.wlan.isconnected():
                self.wlan.disconnect()
            self.wlan.active(False)


def pack_cache(addresses: tuple[str, str, str, str]) -> bytes:
    """What to remember of WLAN.ifconfig()."""
    data = b""
    for address in addresses:
        data += bytes([int(part) for part in address.split(".")])
    return data + pack("<I", crc32(data))


def unpack_cache(data: bytes) -> tuple[str, str, str, str] | None:
    """The addresses, or None where nothing whole is remembered."""
    if len(data) != CACHE_BYTES or unpack("<I", data[16:])[0] != crc32(data[:16]):
        return None
    address, mask, gateway, names = [
        ".".join([str(part) for part in data[at : at + 4]]) for at in range(0, 16, 4)
    ]
    return address, mask, gateway, names
