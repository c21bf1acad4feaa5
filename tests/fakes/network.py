"""A Wi-Fi station as MicroPython 1.29 has it (ports/esp32/network_wlan.c), its faults included.

The reason of a failure stays until the next success; a static address stays, and keeps DHCP off,
until DHCP is asked for; nothing can be configured while the radio is off.
"""

# mypy: ignore-errors

import world

STA_IF = 0
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211

SCAN_MS = 1560
ASSOCIATE_MS = 600
DHCP_MS = 900


class Station:
    PM_POWERSAVE = 2

    def __init__(self):
        self.on = False
        self.power_dbm = 20.0
        self.dhcp = True
        self.addresses = ("0.0.0.0",) * 4
        self.reason = 0
        self.done_ms = -1  # when the attempt under way ends; -1: there is none
        self.outcome = 0

    def active(self, on=None):
        if on is not None:
            self.on = bool(on)
            self.done_ms = -1
        return self.on

    def config(self, txpower=None, pm=None):
        self._started()
        if txpower is not None:
            self.power_dbm = txpower
        if pm is not None:
            world.state["power_save"] = pm

    def ipconfig(self, dhcp4):
        self.dhcp = dhcp4

    def ifconfig(self, addresses=None):
        if addresses is None:
            return self.addresses
        for address in addresses:
            parts = [int(part) for part in address.split(".")]
            if len(parts) != 4 or not 0 <= min(parts) <= max(parts) <= 255:
                raise ValueError("invalid arguments")
        self.addresses = addresses
        self.dhcp = False

    def connect(self, ssid, password):
        self._started()
        wifi = world.state["wifi"]
        world.state["joined"].append([self.power_dbm, self.dhcp])
        if not wifi["present"] or ssid != wifi["ssid"] or self.power_dbm < wifi["needs_dbm"]:
            self.outcome, took_ms = STAT_NO_AP_FOUND, SCAN_MS
        elif password != wifi["password"]:
            self.outcome, took_ms = STAT_WRONG_PASSWORD, ASSOCIATE_MS
        elif wifi.get("refuses"):
            self.outcome, took_ms = STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY, SCAN_MS
        else:
            self.outcome, took_ms = 0, ASSOCIATE_MS + (DHCP_MS if self.dhcp else 0)
        self.done_ms = world.state["now_ms"] + took_ms

    def disconnect(self):
        self._started()
        self.done_ms = -1

    def isconnected(self):
        if self.done_ms < 0 or world.state["now_ms"] < self.done_ms:
            return False
        self.reason = self.outcome
        if self.dhcp and not self.reason:
            self.addresses = tuple(world.state["wifi"]["dhcp"])
        return not self.reason and bool(world.state["wifi"]["present"])

    def status(self, what=None):
        if what == "rssi":
            if not self.isconnected():
                raise OSError("WiFi Not Connected")
            return world.state["wifi"]["rssi"]
        if self.isconnected():
            return STAT_GOT_IP
        return self.reason or (STAT_CONNECTING if self.done_ms >= 0 else STAT_IDLE)

    def _started(self):
        if not self.on:
            raise OSError("WiFi Not Started")


radio = Station()


def WLAN(number):  # noqa: N802
    return radio
