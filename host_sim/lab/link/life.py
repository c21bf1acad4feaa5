"""A node on a recorded link: the firmware's join and send, each call charged its mean.

What is drawn by chance is only whether a question was lost, for the policies to learn from.
"""

from collections.abc import Set
from dataclasses import dataclass
from functools import cache

import numpy as np

from host_sim.hardware import board as boards
from host_sim.hardware import mac, price, states
from host_sim.lab.link.channel import Channel
from host_sim.lab.txpower import air
from host_sim.lab.txpower.air import Air
from host_sim.spec import configure, scenario
from torpor import config, delivery, record
from torpor.policy import backoff, patience, report, txpower
from torpor.policy.patience import LINK_MS
from torpor.policy.ticks import MASK
from torpor.policy.txpower import LEVEL_QDBM
from torpor.port import DELTA, NO_AP, NO_BROKER, UNHEARD, Port
from torpor.record import BACKOFF, PATIENCE, REPORT, TX

KEY, POWER, PATIENT, KEPT = "stored key", "power", "patience", "address kept a month"
GATEWAY = "by a gateway"
DECISIONS = (KEY, POWER, PATIENT, KEPT, GATEWAY)
MONTH_MIN = 30 * 1440
EVERY_S = 3_617  # from one message to the next: an hour, and never at the same second of one
QUICK_MS = 704  # of a join that loses nothing
FOUND_MS, AWAY_MS = 57, 150  # of a gateway that is found at once, and of one that is not there
LATE_MS = 1_050  # that a lost question takes
WITHIN_S, STEP_S = 300, 6  # in which the clairvoyant may choose, and how finely
CONNECT_MS = 5_000  # until a broker that does not answer is given up
TOP = txpower.LEVELS - 1


@cache
def table(board: str, part: str, key: str, within_ms: int) -> Air:
    """A part of a wake on a board."""
    parts = {
        "cached": states.CACHED_JOIN[:3],
        "full": states.JOIN[:3],
        "connect": states.JOIN[3:],
        "message": (states.MESSAGE,),
        "found": states.GREETED,
        "relayed": (states.RELAYED,),
    }
    return Air.of(boards.load(board), parts[part], key, within_ms * 1000)


@cache
def elsewhere_mc(board: str, level: int) -> float:
    """Greeting a gateway on all the channels that it is not on."""
    of = boards.load(board)
    on_air_us = mac.TRIES * mac.air_us(states.GREETING.bytes)
    fc = on_air_us * of.file.radio.tx.current_na[level]
    fc += price.state_fc(of, "listen", mac.TRIES * mac.GAP_US)
    return (mac.CHANNELS - 1) * fc / price.FC_PER_MC


class Radio(Port):
    """The port as far as a delivery goes; `mc` is what its radio drew.

    Where a node is not to be patient by the policy, it knows of no quickest join as it begins one,
    so that it waits as long as the link; what it had learned is there again as the join ends.
    """

    def __init__(
        self, r: list[int], board: str, decisions: Set[str], channel: Channel, seed: int
    ) -> None:
        self.r, self.board, self.channel = r, board, channel
        self.key = "stored" if KEY in decisions else "passphrase"
        self.by_gateway = GATEWAY in decisions
        self.quick_ms = 0
        self.random = np.random.default_rng([seed, 23])
        self.now_ms = 0
        self.mc = 0.0

    def ticks_ms(self) -> int:
        """The time."""
        return self.now_ms & MASK

    def account(self, task: int, decision: int) -> None:
        """Nothing is booked."""

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """Associate, and open the session."""
        if self.quick_ms:
            self.r[PATIENCE + patience.QUICK_MS] = self.quick_ms
        if self.by_gateway:
            return self._found(tx_qdbm, cached)
        self.now_ms += QUICK_MS
        if not self._part("cached" if cached else "full", tx_qdbm, within_ms):
            self.now_ms += max(0, within_ms - QUICK_MS)
            return NO_AP
        if not self._part("connect", tx_qdbm):
            self.now_ms += CONNECT_MS
            return NO_BROKER
        return self._heard()

    def _found(self, tx_qdbm: int, cached: int) -> int:
        """Greet the gateway, which stands where the access point does."""
        if self._part("found", tx_qdbm):
            self.now_ms += FOUND_MS
            return self._heard()
        self.now_ms += AWAY_MS
        if not cached:
            self.mc += elsewhere_mc(self.board, LEVEL_QDBM.index(tx_qdbm))
        return UNHEARD

    def _heard(self) -> int:
        return int(self.channel.heard_dbm[self.channel.row(self.now_ms / 1000)])

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        """The message."""
        before_ms = self.now_ms
        if not self._part("relayed" if self.by_gateway else "message", tx_qdbm):
            return 0
        return 1 + (self.now_ms > before_ms)

    def _part(self, part: str, tx_qdbm: int, within_ms: int = LINK_MS) -> bool:
        """Charge a part its mean, and draw whether all of it was answered, and whether late."""
        numbers = table(self.board, part, self.key, within_ms)
        level = LEVEL_QDBM.index(tx_qdbm)
        row = self.channel.row(self.now_ms / 1000)
        at = level, air.cell(float(self.channel.up_dbm[row]), level)
        self.mc += float(numbers.mc[at])
        drawn = self.random.random()
        if 1 - numbers.late[at] <= drawn < numbers.answered[at]:
            self.now_ms += AWAY_MS if self.by_gateway else LATE_MS
        return bool(drawn < numbers.answered[at])


@dataclass(frozen=True)
class Outcome:
    """Of so many messages: charge of the radio, starts of the node, and how late they were."""

    messages: int
    mc: float
    starts: int
    late_s: float


WIFI_PARTS, GATEWAY_PARTS = ("cached", "connect", "message"), ("found", "relayed")


def clairvoyant(
    board: str, channel: Channel, messages: int, parts: tuple[str, ...] = WIFI_PARTS
) -> Outcome:
    """Who knows the channel: each message at the best level and moment of the next five minutes.

    The key is stored, and the address kept for good.
    """
    known = [table(board, part, "stored", LINK_MS) for part in parts]
    at = air.cells(channel.up_dbm)
    levels = np.arange(len(LEVEL_QDBM))[:, None]
    mc, came = known[0].mc[levels, at], known[0].answered[levels, at]
    for later in known[1:]:
        mc = mc + came * later.mc[levels, at]
        came = came * later.answered[levels, at]
    least = (mc / np.maximum(came, 1e-9)).min(axis=0)
    total = late_s = 0.0
    for message in range(messages):
        due_s = message * EVERY_S
        rows = [channel.row(due_s + second) for second in range(0, WITHIN_S, STEP_S)]
        best = min(range(len(rows)), key=lambda i: float(least[rows[i]]))
        total += float(least[rows[best]])
        late_s += best * STEP_S
    return Outcome(messages, total, messages, late_s / messages)


def live(
    board: str, channel: Channel, decisions: Set[str], messages: int, cached: int = 1
) -> Outcome:
    """A node that has so many messages to tell, with some of its decisions switched on.

    What failed is tried again after a minute, then after twice as long each time, by every way.
    That time has to pay for failures (torpor.policy.backoff) is left out: on a bad link it holds
    messages back for hours and tells them together, and one's charge would compare with nothing.
    """
    r = [0] * record.SIZE
    radio = Radio(r, board, decisions, channel, 1)
    way = ("node.link=espnow",) if GATEWAY in decisions else ()
    node = scenario.load("garden", way).file.node
    config.configure(r, configure.device_config(node, boards.load(board)))
    r[record.CACHE] = cached
    r[BACKOFF + backoff.RATE_UC_MIN] = 0
    if KEPT in decisions:
        r[record.LEASE_MIN] = MONTH_MIN
    if POWER not in decisions:
        r[TX + txpower.LOWEST] = TOP
    told = starts = 0
    late_ms = 0
    while told < messages:
        radio.now_ms = max(radio.now_ms, told * EVERY_S * 1000)
        r[record.UPTIME_MIN] = radio.now_ms // 60_000
        r[REPORT + report.QUEUED] = 1
        if PATIENT not in decisions:
            radio.quick_ms = r[PATIENCE + patience.QUICK_MS]
            r[PATIENCE + patience.QUICK_MS] = 0
        starts += 1
        began_ms = radio.now_ms
        if delivery.join(r, radio, 0, DELTA) and delivery.send(r, radio):
            r[record.JOINS_FAILED] = 0
            took_ms = radio.now_ms - began_ms
            backoff.delivered(r, BACKOFF, took_ms, r[record.UPTIME_MIN])
            while told < messages and told * EVERY_S * 1000 <= radio.now_ms:
                late_ms += radio.now_ms - told * EVERY_S * 1000
                told += 1
            continue
        backoff.failed(r, BACKOFF, radio.now_ms - began_ms, 1, r[record.UPTIME_MIN])
        radio.now_ms += delivery.unreached_min(r) * delivery.MINUTE_MS
    return Outcome(messages, radio.mc, starts, late_ms / 1000 / messages)
