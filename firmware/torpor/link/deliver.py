"""Delivering readings: one JSON message for all that is queued, acknowledged by the broker."""

import errno
import time

from torpor.link import ERRORS
from torpor.link.mqtt import Mqtt, Refused
from torpor.link.readings import message
from torpor.link.wifi import Wifi, password
from torpor.policy.patience import LINK_MS
from torpor.policy.txpower import ATTEMPTS
from torpor.port import NO_BROKER, NONE, REFUSED

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable

PING_MS = 60000  # half the keep-alive
AGAIN_MS = 1000  # until a session that broke is tried again; doubled by each failure
AGAIN_MOST_MS = 60000
# Nobody listens on the broker's port. lwIP calls it a reset (MicroPython, pull request 5788).
_SAID_NO = (errno.ECONNREFUSED, errno.ECONNRESET)


class Delivery:
    """Wi-Fi and MQTT as the port needs them: join, send, leave, and hear of commands.

    `feed` is called while it waits.

    Readings go to torpor/NAME/readings as a list of {"channel", "value", "age_s"}. A switch hears
    ON and OFF on torpor/NAME/set, and torpor/NAME/online holds 1 while it is reached, else 0.
    """

    def __init__(self, config: dict, feed: "Callable[[], None]") -> None:
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
        self.wifi.feed = self.mqtt.feed = feed
        self.mqtt.on_message = self._on_message
        self.host = broker["host"]
        self.port = broker.get("port", 1883)
        self.channels = config["channels"]
        self.commanded = NONE
        self.pinged = time.ticks_ms()
        self.again_ms = AGAIN_MS

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """Associate and open the session; RSSI in dBm, or why not and the radio off."""
        answer = self.wifi.rssi_dbm()
        if answer and self.mqtt.sock:
            return answer
        if not answer:
            self.mqtt.close()
            answer = self.wifi.join(tx_qdbm, cached, within_ms)
        if answer >= 0:
            return answer
        try:
            self._connect()
        except ERRORS as error:
            print("fault: broker", repr(error))
            self.leave()
            said_no = isinstance(error, Refused) or getattr(error, "errno", 0) in _SAID_NO
            return REFUSED if said_no else NO_BROKER
        return answer

    def _connect(self) -> None:
        self.mqtt.connect(self.host, self.port)
        self.pinged = time.ticks_ms()
        self.again_ms = AGAIN_MS
        if self.obeys:
            self.mqtt.subscribe(self.topic + "/set")
            self.wifi.save_power()

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int, now: int) -> int:
        """Publish the readings; the attempts it took, or 0.

        A broken session is renewed, which counts as an attempt; a silent one is given up.
        """
        payload = message(r, first, count, self.channels, now)
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

    def leave(self) -> None:
        """End the session and switch the radio off."""
        self.mqtt.close()
        self.wifi.leave()

    def listen(self) -> bool:
        """Between two naps: keep the session alive, take what came; whether a command waits.

        A session that broke is renewed; the network itself the driver joins again
        (network_wlan.c:156-175, MicroPython 1.29).
        """
        since_ms = time.ticks_diff(time.ticks_ms(), self.pinged)
        try:
            if self.mqtt.sock:
                self.mqtt.listen(0)
                if since_ms > PING_MS:
                    self.pinged = time.ticks_ms()
                    self.mqtt.ping()
            elif since_ms > self.again_ms and self.wifi.rssi_dbm():
                self.pinged = time.ticks_ms()
                self.again_ms = min(2 * self.again_ms, AGAIN_MOST_MS)
                self._connect()
        except ERRORS:
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
