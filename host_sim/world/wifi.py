"""The Wi-Fi channel: what a node hears of its access point, and what gets through.

Loss of a frame, the MAC's repeats included, is a logistic of the RSSI. Its slope and its centre
come from the pjaswin wireless link-quality data set (github.com/pjaswin/wireless-lqe-dataset: UDP
loss at 10 Mbit/s, after the MAC's own retries), as the line through the log-odds of the mean loss
against the mean RSSI at the receiver, one point a transmit power:

    link    rows   power, dBm   recorded loss   nepers a dB   half lost at
    s0_s2   10,000   12 … 20     22 … 0.56 %       0.54        -85.7 dBm
    s1_s4    2,000   17 … 20    5.3 … 0.49 %       0.63        -92.6 dBm

The slope carries over to the link that it was not fitted on: with 0.54 nepers a dB and that link's
own loss at 20 dBm, 17, 18 and 19 dBm come out at 3.5, 1.9 and 1.1 % where 5.3, 1.4 and 0.9 % were
recorded. The centre does not: by the one of s0_s2, s1_s4 would lose 51 % on average where it lost
1.9 %. The centre used is therefore inferred (I): the middle of the two, -89 dBm, holds for a rate
that carries 10 Mbit/s (18 Mbit/s, about 5 dB less sensitive than 6 Mbit/s), hence -94 dBm at
6 Mbit/s, give or take 4 dB. The two directions of a link, taken here to be alike, differ there by
4.2 and 2.1 dB in path loss. Weak besides: one building, one kind of router, and loss in bursts (the
median row loses a ninth of the mean).

Attempts are not lost independently: two dozen of them would then hide all but a dead link, which
the recorded links contradict. So a frame meets a fade, the same for all its attempts, which has the
spread of the logistic, and each attempt is lost by a steep curve around its rate's sensitivity (I).
"""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np

from host_sim.engine.parts import MARGINS, PER_FIRST_QDB
from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.hardware import mac
from host_sim.world.noise import gauss_markov
from host_sim.world.series import Ints

HALF_LOST_DBM = -94  # at 6 Mbit/s throughout
NEPERS_PER_DB = 0.5
ATTEMPT_NEPERS_PER_DB = 2.0  # I: of one attempt; from 10 to 90 % in 2.2 dB
# By how much an attempt must be weaker for half of the frames to be lost after all repeats.
REPEATS_DB = log(1 / (2 ** (1 / mac.TRIES) - 1)) / ATTEMPT_NEPERS_PER_DB
STEP_DB = 0.25
FADES = 160  # steps of fade to either side
OTHERS_US = 1_000  # I: a frame of others
COLLISION = 1 / 16  # of two that wait, in the same slot of 32 (Bianchi 2000: 2 / (W + 1))
RECORDING_BYTES = 1 << 28  # a year with a row a second has half of it
YEAR_MIN = 366 * 1440
COLUMNS = "columns needed: timestamp, sender_receiver_RSSI"


def lost_65536(rate: str, busy: Sequence[float]) -> list[int]:
    """Chance that the first 1 … TRIES attempts of a frame are all lost, parts per 65,536.

    By hour, as `busy` (the share of time that others send) has them, by margin over sensitivity at
    6 Mbit/s, a quarter-dB a cell, and by attempts; each hour's first margin loses all.
    """
    sensitivity_db = np.array([one.sensitivity_db for one in mac.ladder(rate)])
    steps = np.arange(-FADES, MARGINS + FADES) + PER_FIRST_QDB
    over_db = steps[:, None] * STEP_DB - sensitivity_db - REPEATS_DB
    weak = 1 / (1 + np.exp(ATTEMPT_NEPERS_PER_DB * over_db))
    fade = 1 / np.cosh(NEPERS_PER_DB * np.arange(-FADES, FADES + 1) * STEP_DB / 2) ** 2
    hours = []
    for share in busy:
        attempt = 1 - (1 - weak) * (1 - COLLISION * share)
        lost = np.cumprod(attempt, axis=1)
        faded = [np.convolve(column, fade / fade.sum(), "valid") for column in lost.T]
        table = np.rint(65_536 * np.array(faded).T[:MARGINS]).astype(np.int64)
        table[0] = 65_536
        hours.append(table.ravel())
    out: list[int] = np.concatenate(hours).tolist()
    return out


def air_time(rate: str) -> list[int]:
    """What the first 0 … TRIES attempts of a frame take: µs, and ns a byte."""
    out = [0, 0]
    for one in mac.ladder(rate):
        out += [out[-2] + one.preamble_us, out[-1] + one.byte_ns]
    return out


def wait_us(busy: float) -> int:
    """How long others' frames keep one of ours waiting, that share of time being theirs.

    A frame needs GAP_US of silence, of which the others leave 1 - busy, and comes upon one that has
    begun already with the chance `busy`.
    """
    return round(busy * (mac.GAP_US / (1 - busy) + OTHERS_US / 2))


@lru_cache(maxsize=1)
def modelled_rssi(
    mean_dbm: float, sd_db: float, correlation_s: float, days: int, seed: int
) -> Ints:
    """RSSI, dBm by the minute: Gauss-Markov shadowing (Gudmundson 1991) around a mean.

    Of a year it takes as long as to live that compiled, and --compare lives one world many times.
    """
    normal = np.random.default_rng([seed, 2]).standard_normal(days * 1440)
    shadowing = gauss_markov(normal, sd_db, correlation_s / 60)
    dbm = np.rint(mean_dbm + shadowing).clip(-100, -20).astype(np.int64)
    dbm.flags.writeable = False
    return dbm


def recorded_rssi(path: Path) -> Ints:
    """RSSI, dBm by the minute, from a CSV with the columns timestamp and sender_receiver_RSSI.

    That is how the pjaswin files call what the sender, our node, hears of the receiver. Each minute
    takes its first row, and a minute without one the value before it. The receiver's power is taken
    to be world.wifi.ap_dbm throughout: in the files of that set it moved between 12 and 20 dBm.
    Raises BadInput for a file that cannot be read, a row without these or with impossible values,
    a file without rows, and one that spans more than a year.
    """
    minutes: dict[int, int] = {}
    try:
        rows = csv.DictReader(inputs.text(path, RECORDING_BYTES).splitlines())
        for row in rows:
            minute, dbm = _reading(row, path, rows.line_num)
            minutes.setdefault(minute, dbm)
    except csv.Error as error:
        raise BadInput(f"cannot be read ({error})", where=path, remedy=COLUMNS) from None
    if not minutes:
        raise BadInput("no rows", where=path, remedy=COLUMNS)
    first, last = min(minutes), max(minutes)
    if last - first > YEAR_MIN:
        raise BadInput("spans more than a year", where=path, remedy="check the time stamps")
    held = minutes[first]
    out = []
    for minute in range(first, last + 1):
        held = minutes.get(minute, held)
        out.append(held)
    return np.array(out, dtype=np.int64)


def _reading(row: dict[str, str], path: Path, line: int) -> tuple[int, int]:
    """Minute and dBm of a row."""
    try:
        at = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)
        dbm = round(float(row["sender_receiver_RSSI"]))
    except (KeyError, ValueError, TypeError, OverflowError):
        raise BadInput(
            "no time stamp and RSSI in this row", where=path, line=line, remedy=COLUMNS
        ) from None
    if not -127 <= dbm <= 0:
        raise BadInput(f"an RSSI of {dbm} dBm", where=path, line=line, remedy="-127 … 0 dBm")
    return int(at.timestamp()) // 60, dbm
