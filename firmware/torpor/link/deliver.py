"""Delivering readings: one JSON message for all that is queued, acknowledged by the broker."""

import errno
import json
import time

from torpor.link import ERRORS
from torpor.link.mqtt import Mqtt, Refused
from torpor.link.wifi import Wifi, password
from torpor.policy.report import CELLS
from torpor.policy.ticks import diff
from torpor.policy.txpower import ATTEMPTS
from torpor.port import NO_AP, NONE, REFUSED

PING_MS = 60000  # half the keep-alive
# Nobody listens on the broker's port. lwIP calls it a reset (MicroPython, pull request 5788).
_SAID_NO = (errno.ECONNREFUSED, errno.ECONNRESET)


class Delivery:
    """Wi-Fi and MQTT as the port needs them: join, send, leave, and hear of commands.

    Readings go to torpor/NAME/readings as a list of {"channel", "value", "age_s"}. A switch hears
    ON and OFF on torpor/NAME/set, and torpor/NAME/online holds 1 while it is reached, else 0.
    """

    def __init__(self, config: dict) -> None:
        broker = config["broker"]
        self.topic = "torpor/" + config["name"]
        self.obeys = config["kind"] == "switch"
        self.wifi = Wifi(config["wifi"]["ssid"], password(config, "wifi"))
        self.mqtt = Mqtt(
            config["name"],
            broker.get("user", ""),
            password(config, "broker"),
            self.topic + "/online" if self.obeys else "",
        )
        self.mqtt.on_message = self._on_message
        self.host = broker["host"]
        self.port = broker.get("port", 1883)
        self.channels = config["channels"]
        self.commanded = NONE
        self.pinged = time.ticks_ms()

    def join(self, tx_qdbm: int, cached: int) -> int:
        """Associate and open the session; RSSI in dBm, or NO_AP or REFUSED and the radio off."""
        answer = self.wifi.rssi_dbm()
        if answer and self.mqtt.sock:
            return answer
        if not answer:
            self.mqtt.close()
            answer = self.wifi.join(tx_qdbm, cached)
        if answer >= 0:
            return answer
        try:
            self._connect()
        except ERRORS as error:
            self.leave()
            said_no = isinstance(error, Refused) or getattr(error, "errno", 0) in _SAID_NO
            return REFUSED if said_no else NO_AP
        return answer

    def _connect(self) -> None:
        self.mqtt.connect(self.host, self.port)
        self.pinged = time.ticks_ms()
        if self.obeys:
            self.mqtt.subscribe(self.topic + "/set")
            self.wifi.save_power()

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int, now: int) -> int:
        """Publish the readings; the attempts it took, or 0.

        A broken session is renewed, which counts as an attempt; a silent one is given up.
        """
        payload = self.message(r, first, count, now)
        for attempt in range(ATTEMPTS):
            try:
                self.wifi.power(tx_qdbm)
                if not self.mqtt.sock:
                    self._connect()
                most = ATTEMPTS - attempt
                return attempt + self.mqtt.publish(self.topic + "/readings", payload, most)
            except ERRORS as error:
                self.mqtt.close()
                if getattr(error, "errno", 0) == errno.ETIMEDOUT:
                    break
        return 0

    def message(self, r: list[int], first: int, count: int, now: int) -> bytes:
        """The readings as JSON."""
        readings = []
        for cell in range(first, first + count * CELLS, CELLS):
            readings.append(
                {
                    "channel": self.channels[r[cell]]["name"],
                    "value": r[cell + 1],
                    "age_s": diff(now, r[cell + 2]) // 1000,
                }
            )
        return json.dumps(readings).encode()

    def leave(self) -> None:
        """End the session and switch the radio off."""
        self.mqtt.close()
        self.wifi.leave()

    def listen(self) -> bool:
        """Between two naps: keep the session alive, take what came; whether a command waits."""
        if self.mqtt.sock:
            try:
                self.mqtt.listen(0)
                if time.ticks_diff(time.ticks_ms(), self.pinged) > PING_MS:
                    self.pinged = time.ticks_ms()
                    self.mqtt.ping()
            except OSError:
                self.mqtt.close()
        return self.commanded != NONE

    def command(self) -> int:
        """The newest command since the last call, or NONE."""
        value = self.commanded
        self.commanded = NONE
        return value

    def _on_message(self, topic: bytes, payload: bytes) -> None:
        if payload in (b"ON", b"OFF"):
            self.commanded = 1 if payload == b"ON" else 0
