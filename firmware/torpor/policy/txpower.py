"""Adaptive Wi-Fi transmit power: the level of least expected charge per delivered message.

What is minimised is not the burst but the message: a level that loses frames pays for retries, for
the time awake around them and, when it fails, for another join. The chance of a loss is kept for
each of the chip's eleven levels: learned from acknowledgements where the level was used, predicted
from RSSI where it was not (compare ATPC, Lin et al., SenSys 2006). After a loss the power goes up
at once; it goes down one level at a time, after a run of successes that doubles with every probe
that failed.
"""

from torpor.policy import const

LEVELS = const(11)
# Wi-Fi transmit power of the ESP32 family, quarter-dBm: ESP-IDF floors any other setting to these
# (esp_wifi_set_max_tx_power(), esp_wifi.h).
LEVEL_QDBM = (8, 20, 28, 34, 44, 52, 56, 60, 66, 72, 80)

# Loss of one attempt in parts per 65,536 against the margin over sensitivity, -4 … 19 dB: a
# logistic of 0.5 nepers a dB. The slope is that of recorded links; the sensitivity it is centred on
# is inferred (host_sim/world/wifi.py has both).
_LOSS = (
    57724,
    53581,
    47911,
    40793,
    32768,
    24743,
    17625,
    11955,
    7812,
    4971,
    3108,
    1921,
    1179,
    720,
    439,
    267,
    162,
    98,
    60,
    36,
    22,
    13,
    8,
    5,
)
_MARGIN_MIN_DB = const(-4)
_MARGINS = const(24)
ALL = const(65536)  # certainty

LOWEST = const(0)  # the lowest and highest level that the mode allows
HIGHEST = const(1)
TARGET = const(2)  # messages per 65,536 that may fail
SENSITIVITY_DBM = const(3)  # RSSI at which the access point loses half
AP_QDBM = const(4)  # the access point's own power, assumed
RETRY_UC = const(5)  # what losing every frame of a wake once would cost in time-outs, µC
REJOIN_UC = const(6)  # charge of a message that failed: another wake and join, µC
ATTEMPT_UC = const(7)  # eleven cells: the bursts of one wake at each level, µC
LEVEL = const(18)  # in use
STREAK = const(19)  # deliveries at this level without a loss
PATIENCE = const(20)  # streak after which to probe one level down
RSSI_X16 = const(21)  # the access point's RSSI, smoothed, 1/16 dBm; 0: never heard
LEARNED_X16 = const(22)  # RSSI when the losses were learned
LOSS = const(23)  # eleven cells: loss of one attempt per 65,536; -1: never tried
SIZE = const(34)

MAX_UC = const(1000000)  # of REJOIN_UC and of RETRY_UC with ATTEMPT_UC: beyond it leaves 31 bits

PATIENCE_MIN = const(4)
PATIENCE_MAX = const(256)
ATTEMPTS = const(3)  # that a send takes before it gives up
_FORGET_X16 = const(96)  # a link that moved by 6 dB is another link


def start(r: list[int], at: int) -> None:
    """Know nothing: the highest level that the mode allows."""
    r[at + LEVEL] = r[at + HIGHEST]
    r[at + STREAK] = 0
    r[at + PATIENCE] = PATIENCE_MIN
    r[at + RSSI_X16] = 0
    _unlearn(r, at)


def _unlearn(r: list[int], at: int) -> None:
    for level in range(LEVELS):
        r[at + LOSS + level] = -1
    r[at + LEARNED_X16] = r[at + RSSI_X16]


def heard(r: list[int], at: int, rssi_dbm: int) -> None:
    """A join told the access point's RSSI. What was learned at another RSSI no longer holds."""
    rssi_x16 = r[at + RSSI_X16]
    rssi_x16 = rssi_x16 + (rssi_dbm * 16 - rssi_x16) // 4 if rssi_x16 else rssi_dbm * 16
    r[at + RSSI_X16] = rssi_x16
    moved = rssi_x16 - r[at + LEARNED_X16]
    if moved > _FORGET_X16 or moved < -_FORGET_X16:
        _unlearn(r, at)
        if moved < 0:
            r[at + LEVEL] = r[at + HIGHEST]
            r[at + STREAK] = 0


def loss(r: list[int], at: int, level: int) -> int:
    """Chance that one attempt at this level is lost, per 65,536."""
    if r[at + LOSS + level] >= 0:
        return r[at + LOSS + level]
    if r[at + RSSI_X16] == 0:
        return 0 if level == r[at + HIGHEST] else ALL
    up_x16 = r[at + RSSI_X16] + (LEVEL_QDBM[level] - r[at + AP_QDBM]) * 4
    margin = (up_x16 >> 4) - r[at + SENSITIVITY_DBM] - _MARGIN_MIN_DB
    if margin < 0:
        return ALL
    return _LOSS[margin] if margin < _MARGINS else 0


def fails(lost: int) -> int:
    """Chance that a message fails after all its attempts, per 65,536: the third power."""
    lost >>= 4
    return ((lost * lost >> 8) >> 4) * lost >> 8


def share_uc(uc: int, chance: int) -> int:
    """A charge (at most MAX_UC) times a chance per 65,536, within 31 bits."""
    return (uc >> 6) * chance >> 10


def message_uc(r: list[int], at: int, level: int) -> int:
    """Expected charge of one message at this level, µC: bursts, time-outs, and joining anew."""
    lost = loss(r, at, level)
    burst_uc = r[at + ATTEMPT_UC + level]
    return (
        burst_uc
        + share_uc(burst_uc + r[at + RETRY_UC], lost)
        + share_uc(r[at + REJOIN_UC], fails(lost))
    )


def choose(r: list[int], at: int) -> int:
    """The level for the next message: down by one when a probe is due and pays, else as it is."""
    level = r[at + LEVEL]
    if (
        level > r[at + LOWEST]
        and r[at + STREAK] >= r[at + PATIENCE]
        and fails(loss(r, at, level - 1)) <= r[at + TARGET]
        and message_uc(r, at, level - 1) < message_uc(r, at, level)
    ):
        return level - 1
    return level


def acked(r: list[int], at: int, level: int, attempts: int) -> None:
    """A message at this level was acknowledged after so many attempts."""
    for _ in range(attempts - 1):
        _learn(r, at, level, ALL)
    _learn(r, at, level, 0)
    if attempts > 1:
        _raise(r, at, level)
    elif level == r[at + LEVEL]:
        if r[at + STREAK] < PATIENCE_MAX:
            r[at + STREAK] += 1
        if r[at + STREAK] == r[at + PATIENCE] and level > r[at + LOWEST]:
            # What an outage or bad luck taught of the next level is old by now: predict it anew,
            # or the power would stay up for good.
            r[at + LOSS + level - 1] = -1
    else:
        r[at + LEVEL] = level  # the probe came through
        r[at + STREAK] = 0


def lost(r: list[int], at: int, level: int) -> None:
    """A message, or a join, at this level failed."""
    for _ in range(ATTEMPTS):
        _learn(r, at, level, ALL)
    _raise(r, at, level)


def _learn(r: list[int], at: int, level: int, outcome: int) -> None:
    """Move the level's loss an eighth of the way; no lower level is better, no higher one worse."""
    known = loss(r, at, level)
    known += (outcome - known) // 8
    r[at + LOSS + level] = known
    for other in range(LEVELS):
        cell = at + LOSS + other
        if r[cell] >= 0 and (r[cell] < known if other < level else r[cell] > known):
            r[cell] = known


def _raise(r: list[int], at: int, level: int) -> None:
    """After a loss: the level of least expected charge above this one, within the target."""
    if level < r[at + LEVEL]:  # a probe failed: stay where it was good, and probe less often
        if r[at + PATIENCE] < PATIENCE_MAX:
            r[at + PATIENCE] *= 2
        r[at + STREAK] = 0
        return
    r[at + LEVEL] = above(r, at, level)
    r[at + STREAK] = 0


def above(r: list[int], at: int, level: int) -> int:
    """Where to go from a level that lost: from a probe to the one in use, else to a better one."""
    if level < r[at + LEVEL]:
        return r[at + LEVEL]
    best = r[at + HIGHEST]
    for higher in range(best - 1, level, -1):
        if fails(loss(r, at, higher)) <= r[at + TARGET] and message_uc(r, at, higher) <= message_uc(
            r, at, best
        ):
            best = higher
    return best
