"""Adaptive Wi-Fi transmit power: the level of least expected charge per delivered message.

What is minimised is not the burst but the message: a question that is lost is waited for by the
second, at more than a whole join may save. How many are lost at a level follows from the margin,
what the access point is heard at less what it needs, by one curve. Two things of that curve are
not known beforehand and are learned: how far RSSI wanders from join to join, whose mean costs less
than its worst; and how much better or worse the way up is than RSSI tells, for the access point's
own power and its ears are its own. That one number, `BIAS`, sinks by a step with each wake that
lost a question, and rises by the part of a step that was expected to be lost: it rests where as
much is lost as was expected, at the level in use, and nothing need be probed for it (compare ATPC,
Lin et al., SenSys 2006, and the rating of Elo).
"""

from torpor.policy import const

LEVELS = const(11)
# Wi-Fi transmit power of the ESP32 family, quarter-dBm: ESP-IDF floors any other setting to these
# (esp_wifi_set_max_tx_power(), esp_wifi.h).
LEVEL_QDBM = (8, 20, 28, 34, 44, 52, 56, 60, 66, 72, 80)

ALL = const(65536)  # certainty

LOWEST = const(0)  # the lowest and highest level that the mode allows
HIGHEST = const(1)
SENSITIVITY_DBM = const(2)  # RSSI at which 20 dBm lose half, an access point of 20 dBm given
RETRY_UC = const(3)  # what losing each question of a wake once would cost in time-outs, µC
BURST_UC = const(4)  # eleven cells: the bursts of one wake at each level, µC
LEVEL = const(15)  # in use
HEARD = const(16)  # joins that told an RSSI, up to _MEMORY
RSSI_DBM = const(17)  # that of the last one
MEAN_X256 = const(18)  # RSSI, smoothed, 1/256 dBm
SPREAD_X256 = const(19)  # its variance, 1/256 dB²
BIAS_X4096 = const(20)  # how much better the way up is than RSSI tells, 1/4096 dB
STEP_X16 = const(21)  # of BIAS by a loss, 1/16 dB
QUESTIONS = const(22)  # of a remembered join whose loss shows in the time that it takes
SIZE = const(23)

MAX_UC = const(0x3FFFFF)  # of RETRY_UC: beyond it leaves 31 bits

ATTEMPTS = const(3)  # that a send takes before it gives up
JOIN_QUESTIONS = const(7)  # that need an answer, of a cached join by Wi-Fi
# The slope of recorded links, 0.5 nepers a dB (host_sim/world/wifi.py): loss halves each 1.4 dB.
_HALVING_X16 = const(22)
_MEMORY = const(16)  # joins in the mean; four times as many in the variance
_SPREAD_START = const(4096)  # 16 dB²
# A spread of s dB loses as 0.25 s² dB less margin would: the mean of exp(-0.5 x) of a normal x.
# Beyond this the curve has an end, and that is too much.
_SHIFT_MOST_X16 = const(192)
# Tuned on links of sd 2 and 5 dB whose prior is 8 dB off to either side; judged on others
# (host_sim/lab/txpower).
_BIAS_START_X4096 = const(-24576)  # 6 dB: nothing is known yet, and too little costs most
_BIAS_MOST_X4096 = const(98304)
_STEP_FIRST_X16 = const(64)
_STEP_LAST_X16 = const(32)
_HOPELESS = const(8)  # where the highest level loses one in so many, no lower one is thought of


def start(r: list[int], at: int) -> None:
    """Know nothing: the highest level that the mode allows."""
    r[at + LEVEL] = r[at + HIGHEST]
    r[at + HEARD] = 0
    r[at + SPREAD_X256] = _SPREAD_START
    r[at + BIAS_X4096] = _BIAS_START_X4096
    r[at + STEP_X16] = _STEP_FIRST_X16


def loss(margin_x16: int) -> int:
    """Chance that a question is lost at this margin over sensitivity (1/16 dB), per 65,536."""
    if margin_x16 <= 0:
        return ALL
    halvings = margin_x16 // _HALVING_X16
    if halvings > 15:
        return 0
    part = margin_x16 - halvings * _HALVING_X16
    return (ALL - (ALL >> 1) * part // _HALVING_X16) >> halvings


def margin_x16(r: list[int], at: int, dbm_x16: int, level: int) -> int:
    """Over sensitivity, of a level at this RSSI, by what is known of the way up."""
    up_x16 = dbm_x16 + (LEVEL_QDBM[level] - LEVEL_QDBM[LEVELS - 1]) * 4
    return up_x16 + (r[at + BIAS_X4096] >> 8) - r[at + SENSITIVITY_DBM] * 16


def likely_x16(r: list[int], at: int) -> int:
    """The RSSI that loses as much as those to come do on average, 1/16 dBm."""
    shift_x16 = r[at + SPREAD_X256] >> 6
    if shift_x16 > _SHIFT_MOST_X16:
        shift_x16 = _SHIFT_MOST_X16
    return (r[at + MEAN_X256] >> 4) - shift_x16


def wake_uc(r: list[int], at: int, level: int) -> int:
    """Expected charge of a wake's bursts and time-outs at this level, µC."""
    lost = loss(margin_x16(r, at, likely_x16(r, at), level))
    return r[at + BURST_UC + level] + ((r[at + RETRY_UC] >> 8) * lost >> 8)


def choose(r: list[int], at: int) -> int:
    """The level for the next wake."""
    level = best = r[at + HIGHEST]
    if r[at + HEARD]:
        if loss(margin_x16(r, at, likely_x16(r, at), best)) * _HOPELESS < ALL:
            least_uc = wake_uc(r, at, best)
            while level > r[at + LOWEST]:
                level -= 1
                uc = wake_uc(r, at, level)
                if uc <= least_uc:
                    least_uc = uc
                    best = level
    r[at + LEVEL] = best
    return best


def heard(r: list[int], at: int, rssi_dbm: int) -> None:
    """A join told the access point's RSSI."""
    r[at + RSSI_DBM] = rssi_dbm
    if r[at + HEARD] == 0:
        r[at + MEAN_X256] = rssi_dbm * 256
    if r[at + HEARD] < _MEMORY:
        r[at + HEARD] += 1
    off_x256 = rssi_dbm * 256 - r[at + MEAN_X256]
    r[at + MEAN_X256] += off_x256 // r[at + HEARD]
    off_x16 = off_x256 >> 4
    r[at + SPREAD_X256] += (off_x16 * off_x16 - r[at + SPREAD_X256]) // (4 * _MEMORY)


def asked(r: list[int], at: int, level: int, questions: int, lost: bool) -> None:
    """So many questions were asked at this level, at the RSSI heard last; whether one was lost."""
    if r[at + HEARD] == 0:
        return
    expected = questions * loss(margin_x16(r, at, r[at + RSSI_DBM] * 16, level))
    if expected > ALL:
        expected = ALL
    step_x16 = r[at + STEP_X16]
    if lost:
        expected -= ALL
        if step_x16 > _STEP_LAST_X16:
            r[at + STEP_X16] = step_x16 - (step_x16 >> 3)
    bias = r[at + BIAS_X4096] + (step_x16 * expected >> 8)
    if bias > _BIAS_MOST_X4096:
        bias = _BIAS_MOST_X4096
    elif bias < -_BIAS_MOST_X4096:
        bias = -_BIAS_MOST_X4096
    r[at + BIAS_X4096] = bias
