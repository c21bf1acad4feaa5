"""The Wi-Fi channel: what a node hears of its access point, and what gets through.

Loss: a logistic of the margin over the sensitivity, fitted to link s0_s2 of the pjaswin wireless
link-quality data set (10,000 rows; UDP loss after the MAC's own retries, at transmit powers of 12
to 20 dBm and a mean RSSI of -83.3 dBm): half is lost at -93.8 dBm, 0.5 nepers a dB. On the link
s1_s4, which the fit has not seen, it gives 3.1, 1.3, 0.9 and 0.55 % at 17 to 20 dBm where 5.3, 1.4,
0.9 and 0.5 % were recorded. Weak: one building, one kind of router, no interference bursts.
"""

import csv
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.plan import PER_FIRST_QDB

HALF_LOST_DBM = -94  # at the basic rate that management and small frames use
NEPERS_PER_DB = 0.5
PER_CELLS = 200

# Sensitivity against 6 Mbit/s, dB (ESP32-C3 datasheet, receiver sensitivity table).
RATE_DB = {"1M": -5.2, "6M": 0.0, "24M": 7.4, "54M": 16.6, "MCS0": 0.2, "MCS4": 11.2, "MCS7": 18.4}


def loss_65536() -> list[int]:
    """Loss of one frame by margin: a cell a quarter-dB from PER_FIRST_QDB, parts per 65,536."""
    margin_db = (np.arange(PER_CELLS) + PER_FIRST_QDB) / 4
    loss = 1 / (1 + np.exp(NEPERS_PER_DB * margin_db))
    return [round(65536 * cell) for cell in loss.tolist()]


def modelled_rssi(
    mean_dbm: float, sd_db: float, correlation_s: float, days: int, seed: int
) -> list[int]:
    """RSSI, dBm by the minute: Gauss-Markov shadowing (Gudmundson 1991) around a mean."""
    random = np.random.default_rng([seed, 2])
    keep = np.exp(-60 / correlation_s)
    kicks = random.normal(0, sd_db * np.sqrt(1 - keep * keep), days * 1440)
    level = 0.0
    out = []
    for kick in kicks.tolist():
        level = keep * level + kick
        out.append(level)
    dbm = np.clip(np.rint(np.array(out) + mean_dbm), -100, -20)
    return [int(cell) for cell in dbm.tolist()]


def recorded_rssi(path: Path) -> list[int]:
    """RSSI, dBm by the minute, from a CSV with the columns timestamp and sender_receiver_RSSI.

    Each minute takes the first row in it and holds it over minutes without one. The file's order
    is time's order. Raises BadInput for a file without these columns or with no rows.
    """
    column = "sender_receiver_RSSI"
    values: dict[int, int] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for line, row in enumerate(csv.DictReader(file), 2):
                try:
                    at = int(np.datetime64(row["timestamp"].replace(" ", "T"), "s").astype(int))
                    values.setdefault(at // 60, round(float(row[column])))
                except (KeyError, ValueError, TypeError, AttributeError):
                    raise BadInput(
                        "no time stamp and RSSI in this row",
                        where=path,
                        line=line,
                        remedy=f"columns needed: timestamp, {column}",
                    ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", where=path, remedy="check the path") from None
    if not values:
        raise BadInput("no rows", where=path, remedy=f"columns needed: timestamp, {column}")
    first, last, held = min(values), max(values), values[min(values)]
    out = []
    for minute in range(first, last + 1):
        held = values.get(minute, held)
        out.append(held)
    return out
