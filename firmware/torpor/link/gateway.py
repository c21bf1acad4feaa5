"""The way by ESP-NOW: a gateway in reach hands readings on to the broker (torpor.gateway).

No association, no address and no session: the radio starts, asks the gateway whether it reaches the
broker, and sends. A message is delivered when the broker has acknowledged it, not the gateway.

A question is two bytes, what it is and a number; behind those of a message come the readings as
JSON. Its answer is the same two bytes, and YES or NO: of a greeting, whether the broker is reached;
of a message, whether the broker acknowledged it. An answer to something else is not heard.

The gateway is on the channel of its access point, which may move. The one that it was found on last
is kept in flash and asked on first; a join in full goes through the others, too.
"""

import time
from binascii import unhexlify

import machine
import network
from esp32 import NVS
from espnow import ESPNow

from torpor.link import ERRORS, NAMESPACE
from torpor.link.readings import message
from torpor.link.storage import storage
from torpor.policy import const
from torpor.policy.patience import LINK_MS
from torpor.policy.report import CELLS
from torpor.port import NO_AP, NO_BROKER, UNHEARD

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from collections.abc import Callable

GREETING = const(0x3F)
MESSAGE = const(0x21)
NO = const(0)
YES = const(1)
SILENT = const(2)  # the gateway's radio took the question, and nothing came back

GREET_MS = const(100)  # until a channel is given up that the gateway was found on
GREETED_MS = const(40)  # that the answer to a greeting takes at most
SEND_MS = const(1500)  # until a message is given up
SENT_MS = const(500)  # that a broker in reach takes at most to acknowledge one
CHANNELS = const(13)
# In one message of 1,470 bytes (ESP-IDF 5.4, ESP_NOW_MAX_DATA_LEN_V2): a reading has 81 at most,
# where its channel's name has 24 characters.
READINGS = const(18)
KEY_BYTES = const(16)


class Delivery:
    """ESP-NOW as the port needs it: join, send and leave; `feed` is called while it waits.

    A node on this way takes no commands.
    """

    def __init__(self, config: dict, feed: "Callable[[], None]") -> None:
        self.address = unhexlify(config["gateway"])
        self.channels = config["channels"]
        self.key = key(config.get("secrets", NAMESPACE))
        self.wlan = network.WLAN(network.STA_IF)
        self.radio = ESPNow()
        self.feed = feed
        self.tries = 0  # that the last question took
        self.number = 0  # of the last message: a late answer to another is none to this one

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """Find the gateway; its RSSI in dBm, or why not and the radio off."""
        try:
            answer = self._find(tx_qdbm, cached)
            if answer == YES:
                rssi_dbm: int = self.radio.peers_table[self.address][0]
                return rssi_dbm
        except ERRORS:  # the driver's own troubles
            answer = NO_AP
        print("fault: broker" if answer == NO_BROKER else "fault: gateway")
        self.leave()
        return answer

    def _find(self, tx_qdbm: int, cached: int) -> int:
        """Start the radio and greet; YES, or what join() answers.

        The power can be set on a started radio only.
        """
        self.wlan.active(True)
        self.wlan.config(txpower=tx_qdbm / 4)
        if not self.radio.active():
            self.radio.active(True)
            self.radio.add_peer(self.address, self.key)
        known = recall()
        answer = self._greet(known, GREET_MS) if known else UNHEARD
        channel = 0
        silent = answer == SILENT
        while answer in (UNHEARD, SILENT) and not (known and cached) and channel < CHANNELS:
            channel += 1
            if channel != known:
                answer = self._greet(channel, 0)
                silent = silent or answer == SILENT
                if answer in (YES, NO):
                    remember(channel)
        if answer == YES:
            return YES
        return NO_BROKER if silent or answer == NO else UNHEARD

    def _greet(self, channel: int, within_ms: int) -> int:
        """Ask on a channel whether the broker is reached: YES, NO, SILENT or UNHEARD.

        Not every country has all of them (ESP-IDF 5.5.5, esp_wifi.h:837: 11 where none is set). A
        neighbouring one may be heard, as SILENT or at its edge: others are asked, too, until one
        has an answer.
        """
        try:
            self.wlan.config(channel=channel)
        except ERRORS:
            return UNHEARD
        return self._ask(bytes((GREETING, 0)), GREETED_MS, within_ms)

    def _ask(self, question: bytes, answered_ms: int, within_ms: int) -> int:
        """Ask until it is answered, or this long has gone by: YES or NO, SILENT or UNHEARD."""
        began = time.ticks_ms()
        heard = UNHEARD
        self.tries = 0
        while True:
            self.tries += 1
            if self.radio.send(self.address, question):
                heard = SILENT
                answer = self._answer(question[:2], answered_ms)
                if answer != SILENT:
                    return answer
            self.feed()
            if time.ticks_diff(time.ticks_ms(), began) >= within_ms:
                return heard

    def _answer(self, begins: bytes, within_ms: int) -> int:
        """What is answered to the question that begins so; SILENT where nothing is.

        The driver fills the buffer from another core while it is read here: a frame may be found
        whose end is missing, and the buffer is emptied then (MicroPython 1.29,
        modespnow.c:464-470, 608-610).
        """
        until = time.ticks_add(time.ticks_ms(), within_ms)
        while True:
            left_ms = time.ticks_diff(until, time.ticks_ms())
            try:
                sender, data = self.radio.recv(left_ms if left_ms > 0 else 0)
            except ValueError:
                continue
            if not sender or not data:
                return SILENT
            if sender == self.address and len(data) == 3 and data[:2] == begins:
                return YES if data[2] else NO

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int, now: int) -> int:
        """Tell the readings; the most attempts that a message of them took, or 0."""
        tries = 0
        try:
            self.wlan.config(txpower=tx_qdbm / 4)
            for done in range(0, count, READINGS):
                some = count - done if count - done < READINGS else READINGS
                told = message(r, first + done * CELLS, some, self.channels, now)
                self.number = self.number + 1 & 0xFF
                if self._ask(bytes((MESSAGE, self.number)) + told, SENT_MS, SEND_MS) != YES:
                    return 0
                tries = tries if tries > self.tries else self.tries
        except ERRORS:
            return 0
        return tries

    def leave(self) -> None:
        """Switch the radio off; one that cannot be ends in a reset, which does it."""
        try:
            self.radio.active(False)
            self.wlan.active(False)
        except ERRORS:
            machine.reset()


def recall() -> int:
    """The channel that the gateway was found on last; 0 where there was none."""
    try:
        channel: int = storage().get_i32("channel")
    except OSError:
        return 0
    return channel if 0 < channel <= CHANNELS else 0


def remember(channel: int) -> None:
    """Keep it for later joins."""
    try:
        nvs = storage()
        nvs.set_i32("channel", channel)
        nvs.commit()
    except OSError:
        pass  # no room in flash: every join will look for it


def key(namespace: str) -> bytes | None:
    """What frames to the gateway are encrypted with; None: they are not."""
    buffer = bytearray(KEY_BYTES)
    try:
        size = NVS(namespace).get_blob("gateway_key", buffer)
    except OSError:
        return None
    return bytes(buffer) if size == KEY_BYTES else None
