"""A Wi-Fi station as MicroPython 1.29 has it (ports/esp32/network_wlan.c), its faults included.

The reason of a failure stays until the next success; a static address stays, and keeps DHCP off,
until DHCP is asked for; nothing can be configured while the radio is off, nor is it, but for what
was set before, while it connects: each config() and connect() ends in esp_wifi_set_config(), which
is refused then (network_wlan.c:352, 664; ESP-IDF 5.5.5, esp_wifi.h:1025). The transmit power is
floored to the levels that ESP-IDF has (esp_wifi_set_max_tx_power).
"""

# mypy: ignore-errors

from binascii import unhexlify

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
LEVELS_DBM = (2, 5, 7, 8.5, 11, 13, 14, 15, 16.5, 18, 20)
CHANNELS = 11
INVALID_ARG, STATE = 0x102, 0x3006  # ESP_ERR_INVALID_ARG, ESP_ERR_WIFI_STATE
# network_common.c:49-85, esp_exceptions_helper(): these are an OSError, all others a RuntimeError
LISTED = [0x101] + list(range(0x3001, 0x3010))


class WLAN:
    """The station, the same each time; there is no access point to be had."""

    IF_STA = STA_IF
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2
    PM_NONE = 0
    SEC_WPA2 = 3

    def __new__(cls, number=STA_IF):
        """A second try, where the first one failed, is a panic: there is an interface already.

        network_wlan.c:222-262; ESP-IDF 5.5.5, esp_wifi/src/wifi_default.c:421-422.
        """
        if number != STA_IF:
            raise ValueError("invalid WLAN interface identifier")
        if radio.half:
            world.state["reset_cause"] = world.HARD
            world.end(world.RESET)
        radio.half = True
        radio._answer("init")
        radio.half = False
        return radio

    def power_on(self):
        """Forget all, as a reset does."""
        self.on = self.half = False  # `half`: its start failed
        self.channel = 1
        self.power_dbm = 20.0
        self.power_save = self.PM_PERFORMANCE
        self.dhcp = True
        self.addresses = ("0.0.0.0",) * 4
        self.reason = 0
        self.done_ms = -1  # when the attempt under way ends; -1: there is none
        self.outcome = 0

    def active(self, on=None):
        if on is not None:
            if on and 0 < world.state["mhz"] < 80:
                raise NotImplementedError("a radio on less than 80 MHz")  # machine.freq()
            self._answer("start" if on else "stop")
            if bool(on) != self.on:  # else it goes on with what it was at (network_wlan.c:294-306)
                self.done_ms = -1
            self.on = bool(on)
            self._tuned(self.channel)
        return self.on

    def _answer(self, call):
        """Of ESP-IDF to a call that the world has fail: "start", "stop", "config" and so on."""
        _raised(world.state["wifi"].get("fails", {}).get(call))

    def config(self, what=None, *, txpower=None, pm=None, channel=None):
        if what == "mac":
            return self.mac
        self._started()
        self._answer("config")
        if what is not None:
            self.isconnected()
            return {"txpower": self.power_dbm, "pm": self.power_save, "channel": self.channel}[what]
        if txpower is not None:
            self.power_dbm = self._level(int(txpower * 4))
        if pm is not None:
            self.power_save = world.state["power_save"] = pm
        if channel is not None:
            self._tune(channel)
        self._configured()

    def _configured(self):
        """What a call ends with that has set something."""
        if self.done_ms >= 0 and not self.isconnected():
            _raised(STATE)

    def _tune(self, channel):
        """To one that the country has: 1 to 11 unless it is told (ESP-IDF 5.5.5, esp_wifi.h:837).

        Not while it looks for a network or is in one (:781). A change takes a moment
        (network_wlan.c:610-613).
        """
        if self.done_ms >= 0:
            raise NotImplementedError("a channel of its own beside the access point's")
        if not 1 <= channel <= world.state["wifi"].get("channels", CHANNELS):
            _raised(INVALID_ARG)
        if channel != self.channel:
            world.advance(1)
        self._tuned(channel)

    def _tuned(self, channel):
        self.channel = channel
        if world.air:
            world.air.tell(channel if self.on else 0)

    def _level(self, qdbm):
        """What of a power in quarters of a dBm is left."""
        if not 8 <= qdbm <= 84:
            _raised(INVALID_ARG)
        return float(max([dbm for dbm in LEVELS_DBM if dbm * 4 <= qdbm]))

    def scan(self):
        if not self.on:
            raise OSError("STA must be active")
        world.advance(SCAN_MS)
        wifi = world.state["wifi"]
        if not wifi["present"]:
            return []
        network = (wifi["ssid"].encode(), b"\x02\x00\x00\x41\x50\x00", _channel())
        return [network + (wifi["rssi"], self.SEC_WPA2, False)]

    def ipconfig(self, *, dhcp4):
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
        self._answer("connect")
        self._configured()
        world.note("joined", [self.power_dbm, self.dhcp])
        world.burst(LEVELS_DBM.index(self.power_dbm))
        self.asked = (ssid, password)
        self._attempt(world.now_ms())

    def _attempt(self, now_ms):
        """How it ends to associate from now on, and when."""
        ssid, password = self.asked
        wifi = world.state["wifi"]
        if not wifi["present"] or ssid != wifi["ssid"] or self.power_dbm < wifi["needs_dbm"]:
            self.outcome, took_ms = STAT_NO_AP_FOUND, SCAN_MS
        elif password != wifi["password"]:
            self.outcome, took_ms = STAT_WRONG_PASSWORD, ASSOCIATE_MS
        elif wifi.get("refuses"):
            self.outcome, took_ms = STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY, SCAN_MS
        else:
            self.outcome, took_ms = 0, ASSOCIATE_MS + (DHCP_MS if self.dhcp else 0)
        self.done_ms = now_ms + took_ms

    def disconnect(self):
        self._started()
        self._answer("disconnect")
        self.done_ms = -1  # and no more attempts follow (network_wlan.c:369)

    def isconnected(self):
        while 0 <= self.done_ms <= world.now_ms():
            self.reason = self.outcome
            if not self.outcome:
                break
            self._attempt(self.done_ms)  # the driver tries again (network_wlan.c:156-175)
        if self.done_ms < 0 or world.now_ms() < self.done_ms:
            return False
        if self.dhcp and not self.reason:
            self.addresses = tuple(world.state["wifi"]["dhcp"])
        joined = not self.reason and bool(world.state["wifi"]["present"])
        if joined:
            self._tuned(_channel())
        return joined

    def status(self, what=None):
        if what == "rssi":
            if not self.isconnected():
                raise OSError("WiFi Not Connected")
            self._answer("rssi")
            return world.state["wifi"]["rssi"]
        if self.isconnected():
            return STAT_GOT_IP
        return self.reason or (STAT_CONNECTING if self.done_ms >= 0 else STAT_IDLE)

    def _started(self):
        if not self.on:
            raise OSError("WiFi Not Started")


def _raised(code):
    """What the port makes of an error of ESP-IDF's."""
    if code in LISTED:
        raise OSError("Wifi 0x%04x" % code)
    if code:
        raise RuntimeError("Wifi Unknown Error 0x%04x" % code)


def _channel():
    """The access point's."""
    return world.state["wifi"].get("channel", 6)


def another(mac):
    """The station of one more chip in this world."""
    station = object.__new__(WLAN)
    station.mac = mac
    station.power_on()
    return station


radio = another(unhexlify(world.state["mac"]))
