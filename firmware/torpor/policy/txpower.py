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
# ESP-IDF floors any other setting to these (esp_wifi_set_max_tx_power), quarter-dBm.
LEVEL_QDBM = (8, 20, 28, 34, 44, 52, 56, 60, 66, 72, 80)

# Loss of one attempt per 1,024 against the margin over sensitivity, -4 … 11 dB.
_LOSS = (1000, 950, 860, 720, 540, 360, 220, 130, 75, 43, 24, 14, 8, 5, 3, 2)
_MARGIN_MIN_DB = const(-4)
_MARGINS = const(16)

LOWEST = const(0)  # the lowest and highest level that the mode allows
HIGHEST = const(1)
TARGET = const(2)  # messages per 1,024 that may fail
SENSITIVITY_DBM = const(3)  # of the access point at the rate in use
AP_QDBM = const(4)  # the access point's own power, assumed
RETRY_UC = const(5)  # charge of one lost attempt beside the burst (waiting), µC
REJOIN_UC = const(6)  # charge of a message that failed: another wake and join, µC
ATTEMPT_UC = const(7)  # eleven cells: the burst of one attempt at each level, µC
LEVEL = const(18)  # in use
STREAK = const(19)  # deliveries at this level without a loss
PATIENCE = const(20)  # streak after which to probe one level down
RSSI_X16 = const(21)  # the access point's RSSI, smoothed, 1/16 dBm; 0: never heard
LEARNED_X16 = const(22)  # RSSI when the losses were learned
LOSS = const(23)  # eleven cells: loss of one attempt per 1,024; -1: never tried
SIZE = const(34)

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
    """Chance that one attempt at this level is lost, per 1,024."""
    if r[at + LOSS + level] >= 0:
        return r[at + LOSS + level]
    if r[at + RSSI_X16] == 0:
        return 0 if level == r[at + HIGHEST] else 1024
    up_x16 = r[at + RSSI_X16] + (LEVEL_QDBM[level] - r[at + AP_QDBM]) * 4
    margin_db = up_x16 // 16 - r[at + SENSITIVITY_DBM] - _MARGIN_MIN_DB
    if margin_db < 0:
        return 1024
    return _LOSS[margin_db] if margin_db < _MARGINS else 1


def fails(loss_1024: int) -> int:
    """Chance that a message fails after all its attempts, per 1,024."""
    return (loss_1024 * loss_1024 // 1024) * loss_1024 // 1024


def message_uc(r: list[int], at: int, level: int) -> int:
    """Expected charge of one message at this level, µC."""
    lost = loss(r, at, level)
    retries = lost + lost * lost // 1024
    burst_uc = r[at + ATTEMPT_UC + level]
    return (
        burst_uc
        + (burst_uc + r[at + RETRY_UC]) * retries // 1024
        + r[at + REJOIN_UC] * fails(lost) // 1024
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
        _learn(r, at, level, 1024)
    _learn(r, at, level, 0)
    if attempts > 1:
        _raise(r, at, level)
    elif level == r[at + LEVEL]:
        if r[at + STREAK] < PATIENCE_MAX:
            r[at + STREAK] += 1
    else:
        r[at + LEVEL] = level  # the probe came through
        r[at + STREAK] = 0


def lost(r: list[int], at: int, level: int) -> None:
    """A message, or a join, at this level failed."""
    for _ in range(ATTEMPTS):
        _learn(r, at, level, 1024)
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
    best = r[at + HIGHEST]
    for higher in range(best - 1, level, -1):
        if fails(loss(r, at, higher)) <= r[at + TARGET] and message_uc(r, at, higher) <= message_uc(
            r, at, best
        ):
            best = higher
    r[at + LEVEL] = best
    r[at + STREAK] = 0
