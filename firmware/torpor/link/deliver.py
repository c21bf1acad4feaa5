"""Delivering readings: one JSON message for all that is queued, acknowledged by the broker."""

import json
import time

from torpor.link.mqtt import Mqtt
from torpor.link.wifi import Wifi
from torpor.policy.report import CELLS
from torpor.policy.ticks import diff
from torpor.policy.txpower import ATTEMPTS
from torpor.port import NONE, REFUSED

PING_MS = 60000  # half the keep-alive


class Delivery:
    """Wi-Fi and MQTT as the port needs them: join, send, leave, and hear of commands.

    Readings go to torpor/NAME/readings as a list of {"channel", "value", "age_s"}; a switch hears
    ON and OFF on torpor/NAME/set.
    """

    def __init__(self, config: dict, channels: list) -> None:
        broker = config["broker"]
        self.wifi = Wifi(config["wifi"]["ssid"], config["wifi"]["password"])
        self.mqtt = Mqtt(config["name"], broker.get("user", ""), broker.get("password", ""))
        self.mqtt.on_message = self._on_message
        self.host = broker["host"]
        self.port = broker.get("port", 1883)
        self.topic = "torpor/" + config["name"]
        self.channels = channels
        self.obeys = config["kind"] == "switch"
        self.commanded = NONE
        self.pinged = time.ticks_ms()

    def join(self, tx_qdbm: int, cached: int) -> int:
        """Associate and open the session; RSSI in dBm, or NO_AP or REFUSED."""
        if self.wifi.joined() and self.mqtt.sock:
            return self.wifi.rssi_dbm()
        answer = self.wifi.join(tx_qdbm, cached)
        if answer >= 0:
            return answer
        try:
            self.mqtt.connect(self.host, self.port)
            if self.obeys:
                self.mqtt.subscribe(self.topic + "/set")
        except OSError:  # the broker is down, or says no
            self.leave()
            return REFUSED
        self.pinged = time.ticks_ms()
        return answer

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int, now: int) -> int:
        """Publish the readings; the attempts it took, or 0."""
        payload = self.message(r, first, count, now)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if not self.mqtt.sock:
                    self.mqtt.connect(self.host, self.port)
                self.wifi.wlan.config(txpower=tx_qdbm / 4)
                self.mqtt.publish(self.topic + "/readings", payload)
                return attempt
            except OSError:
                self.mqtt.close()
        return 0

    def message(self, r: list[int], first: int, count: int, now: int) -> bytes:
        """The readings as JSON."""
        readings = []
        for cell in range(first, first + count * CELLS, CELLS):
            readings.append(
                {
                    "channel": self.channels[r[cell]],
                    "value": r[cell + 1],
                    "age_s": diff(now, r[cell + 2]) // 1000,
                }
            )
        return json.dumps(readings).encode()

    def leave(self) -> None:
        """End the session and switch the radio off."""
        self.mqtt.close()
        self.wifi.leave()

    def listen(self) -> None:
        """Between two naps: take what has come, and keep the session alive."""
        if not self.mqtt.sock:
            return
        try:
            self.mqtt.poll()
            if time.ticks_diff(time.ticks_ms(), self.pinged) > PING_MS:
                self.pinged = time.ticks_ms()
                self.mqtt.ping()
        except OSError:
            self.mqtt.close()

    def _on_message(self, topic: str, payload: bytes) -> None:
        if payload in (b"ON", b"OFF"):
            self.commanded = 1 if payload == b"ON" else 0
