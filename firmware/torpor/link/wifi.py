"""Joining a Wi-Fi network, in full or with what is remembered of the last time."""

import time

import machine
import network
from esp32 import NVS

from torpor.link import ERRORS, NAMESPACE, SECRET_BYTES, nothing
from torpor.link.storage import storage
from torpor.policy.patience import LINK_MS
from torpor.port import NO_AP, REFUSED

POLL_MS = 10
SCAN_MS = 2000  # a little more than 13 channels of 120 ms (ESP-IDF, wifi_scan_time_t)
ADDRESS_BYTES = 64  # four addresses of at most 15 characters, and spaces

# What the access point's beacon already says no to. A wrong password is not here: MicroPython shows
# as such also a connection that failed for lost frames, which more power may mend.
_REFUSALS = (
    network.STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY,
    network.STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD,
)


class Wifi:
    """One network; `feed` is called while it joins.

    A cached join spares DHCP by the address of the join before, so give the node a reservation in
    the router. Stock MicroPython can neither tell which access point it joined nor give connect()
    a channel (its pull request 11819), so the driver scans at every join.
    """

    def __init__(self, ssid: str, password: str) -> None:
        self.ssid = ssid
        self.password = password
        self.wlan = network.WLAN(network.STA_IF)
        self.feed = nothing

    def rssi_dbm(self) -> int:
        """What is heard of the access point; 0 when not joined."""
        try:
            return self.wlan.status("rssi") if self.wlan.isconnected() else 0
        except ERRORS:  # lost between the two calls
            return 0

    def power(self, tx_qdbm: int) -> None:
        """Set the transmit power; the driver floors it to a level that it has. ERRORS if off."""
        self.wlan.config(txpower=tx_qdbm / 4)

    def save_power(self) -> None:
        """Let the radio sleep between the access point's beacons from now on. ERRORS if off."""
        self.wlan.config(pm=self.wlan.PM_POWERSAVE)

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """The access point's RSSI in dBm, or NO_AP or REFUSED and the radio off again.

        The power can be set on a started radio only, and before the first frame; nothing is set
        while the driver tries to join by itself (ESP-IDF 5.5.5, esp_wifi.h:1025).
        """
        wlan = self.wlan
        self.leave()
        try:
            wlan.active(True)
            self.power(tx_qdbm)
            addresses = recall() if cached else None
            if addresses:
                wlan.ifconfig(addresses)
            else:
                wlan.ipconfig(dhcp4=True)  # an address set before would keep it off
            stale = wlan.status()
            wlan.connect(self.ssid, self.password)
            answer = self._wait(stale, within_ms)
        except ERRORS:  # the driver's own troubles
            answer = NO_AP
        except ValueError:  # what it recalls is no address
            answer = NO_AP
        if answer >= 0:
            print("fault: Wi-Fi", wlan.status())
            self.leave()
        else:
            remember(wlan.ifconfig())
        return answer

    def _wait(self, stale: int, within_ms: int) -> int:
        """Until joined, refused, not found or out of time; `stale` is the status before.

        MicroPython keeps the reason of a failure until the next success. What reads as it did
        before is believed only when there was time to find it anew.
        """
        wlan = self.wlan
        started = time.ticks_ms()
        while True:
            rssi_dbm = self.rssi_dbm()
            if rssi_dbm:
                return rssi_dbm
            self.feed()
            waited_ms = time.ticks_diff(time.ticks_ms(), started)
            status = wlan.status()
            if status != stale or waited_ms > SCAN_MS:
                if status in _REFUSALS:
                    return REFUSED
                if status == network.STAT_NO_AP_FOUND:
                    return NO_AP
            if waited_ms > within_ms:
                return NO_AP
            time.sleep_ms(POLL_MS)

    def leave(self) -> None:
        """Disassociate and switch off: a radio left on draws 1.4 mA through deep sleep.

        One that cannot be switched off ends in a reset, which does it.
        """
        try:
            if self.wlan.active():
                self._disconnect()
                self.wlan.active(False)
        except ERRORS:
            machine.reset()

    def _disconnect(self) -> None:
        try:
            self.wlan.disconnect()
        except ERRORS:
            pass  # it was not connected


def recall() -> tuple[str, str, str, str] | None:
    """Address, mask, gateway and name server of the last full join; None where there was none."""
    buffer = bytearray(ADDRESS_BYTES)
    try:
        size = storage().get_blob("address", buffer)
        address, mask, gateway, names = bytes(buffer[:size]).decode().split(" ")
    except (OSError, ValueError):
        return None
    return address, mask, gateway, names


def remember(addresses: tuple[str, str, str, str]) -> None:
    """Keep them for later joins. Flash is written only where they are new."""
    if addresses == recall():
        return
    try:
        nvs = storage()
        nvs.set_blob("address", " ".join(addresses).encode())
        nvs.commit()
    except OSError:
        pass  # no room in flash: every join will ask for an address


def password(config: dict, whose: str) -> str:
    """That of "wifi" or "broker", from the configuration, else from flash, else empty."""
    given: str | None = config[whose].get("password")
    if given is not None:
        return given
    buffer = bytearray(SECRET_BYTES)
    try:
        size = NVS(config.get("secrets", NAMESPACE)).get_blob(whose + "_password", buffer)
    except OSError:
        return ""
    return bytes(buffer[:size]).decode()
