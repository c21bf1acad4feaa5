"""The Heltec board's numbers, from the digests of its recordings.

    python -m host_sim.trace.fit               print what board.toml holds of them
    python -m host_sim.trace.fit RECORDINGS    make the digests anew first, from their folder

The digests ship, so every checkout can repeat the fit. The recordings are of their author's own
Arduino firmware: what that firmware does not do (MicroPython's start, light sleep, the phases of a
join) is not in them, and board.toml has it from elsewhere.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

from host_sim import board, states
from host_sim.errors import BadInput
from host_sim.trace import digest, reader
from host_sim.trace.digest import Row

AUTHOR = "fdekeers/lorawan-smart-lln (UCLouvain, 2021), measurements"
FOLDER = board.BOARDS / "heltec_wifi_lora_32"
WAKE = "wifi/no_interference_b"
BUSY = ("cpu_freq/80_mhz_a", "cpu_freq/80_mhz_c")
ASLEEP = tuple(f"sleep/v1-no-adr-sleep-{run}" for run in "abc")

FULL_MA = 280.0  # a burst that fills its sample, to tell from one cut by it
EXPONENT = 0.39  # of power in mW; the ESP32-C6 datasheet's four 802.15.4 points (rms 1.8 mA)


@dataclass(frozen=True)
class Fit:
    """What the recordings say, rounded to what the instrument resolves."""

    states_na: dict[str, int]
    tx_na: list[int]
    wake_us: dict[str, int]  # by state, in the order of the recipe


def fit(table: dict[str, list[Row]]) -> Fit:
    """Fit the digests, by name of the recording.

    deep_sleep: mean of the recordings asleep. boot, modem_sleep: mean of the wake's. idle, listen:
    mean of the wake's longest stretch, for the short ones hold edges. cpu: mean of the longest
    busy stretches. tx_20: median peak of the bursts that fill a sample; lower levels are inferred
    by a + b * P_mW^0.39 through it, a listening. Time on the air: charge of the bursts over
    listening, for a sample holds a burst in part.
    """
    wake = digest.active(table[WAKE])
    listen_ma = _tenth(_longest(wake, "listen").mean_ma)
    tx = [row for row in wake if row.state == "tx"]
    peak_ma = _tenth(median([row.peak_ma for row in tx if row.peak_ma > FULL_MA]))
    states_ma = {
        "deep_sleep": round(_mean_ma(chain.from_iterable(table[name] for name in ASLEEP)), 2),
        "modem_sleep": _tenth(_mean_ma(row for row in wake if row.state == "modem_sleep")),
        "idle": _tenth(_longest(wake, "idle").mean_ma),
        "boot": _tenth(_mean_ma(row for row in wake if row.state == "boot")),
        "cpu": _tenth(_mean_ma(_longest(table[name], "idle") for name in BUSY)),
        "listen": listen_ma,
    }
    over_mc = sum(row.charge_mc - listen_ma * row.duration_s for row in tx)
    wake_us = {name: _us(wake, name) for name in ("boot", "idle", "listen", "tx", "modem_sleep")}
    air_us = round(over_mc / (peak_ma - listen_ma) * 1e6)
    wake_us["listen"] += wake_us["tx"] - air_us
    wake_us["tx"] = air_us
    return Fit(
        {name: round(ma * 1e6) for name, ma in states_ma.items()},
        [round(level_ma * 1e3) * 1_000 for level_ma in _levels_ma(listen_ma, peak_ma)],
        wake_us,
    )


def _levels_ma(listen_ma: float, peak_ma: float) -> list[float]:
    """Current at each transmit level: a + b * P^0.39 through listening and the highest level."""
    share = [10 ** ((dbm - states.TX_LEVELS_DBM[-1]) / 10) for dbm in states.TX_LEVELS_DBM]
    return [listen_ma + (peak_ma - listen_ma) * part**EXPONENT for part in share]


def _longest(table: list[Row], state: str) -> Row:
    return max((row for row in table if row.state == state), key=lambda row: row.duration_s)


def _mean_ma(some: Iterable[Row]) -> float:
    """Charge over time, so that a long row weighs more."""
    rows = list(some)
    return sum(row.charge_mc for row in rows) / sum(row.duration_s for row in rows)


def _us(table: list[Row], state: str) -> int:
    return round(sum(row.duration_s for row in table if row.state == state) * 1e6)


def _tenth(ma: float) -> float:
    return round(ma, 1)  # the instrument's noise is 0.15 mA


def shipped(name: str) -> Path:
    """Where the digest of a recording stands."""
    return FOLDER / f"{name.replace('/', '_')}.csv"


def load() -> dict[str, list[Row]]:
    """The shipped digests, by name of the recording."""
    return {name: digest.load(shipped(name)) for name in (WAKE, *BUSY, *ASLEEP)}


def make(recordings: Path, name: str, out: Path) -> None:
    """Digest one recording into `out`, with its author and SHA-256."""
    path = recordings / f"{name}.csv.xz"
    rows = digest.rows(reader.read(path))
    digest.write(out, rows, f"{AUTHOR}: {name}.csv.xz, SHA-256 {digest.sha256(path)}")


def main(arguments: list[str]) -> None:
    """Make the digests anew where a folder is given; print the fit."""
    for folder in arguments[:1]:
        for name in (WAKE, *BUSY, *ASLEEP):
            make(Path(folder), name, shipped(name))
    found = fit(load())
    for name, na in found.states_na.items():
        print(f"[states.{name}] current_na = {na:_}")
    print(f"[radio.tx] current_na = [{', '.join(f'{na:_}' for na in found.tx_na)}]")
    for name, us in found.wake_us.items():
        print(f"[wakes.wifi] {name} duration_us = {us:_}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BadInput as error:
        print(error, file=sys.stderr)
        sys.exit(2)
