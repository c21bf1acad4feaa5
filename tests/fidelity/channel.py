"""The link's part of recorded wakes: a Heltec board that joins and sends over HTTPS, Arduino.

Quiet and disturbed channels, all by one author (fdekeers/lorawan-smart-lln, UCLouvain, 2021). One
recording of each kind was fitted on: the quiet one gives the time of the join's parts and how long
a message listens, the disturbed one's join the loss. What the firmware asks is in its source
(arduino/libraries/WifiSender): a full join, then DNS, TCP and three round trips of TLS and HTTP.

python -m tests.fidelity.channel RECORDINGS    cut them anew, from their folder
"""

import csv
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from host_sim.engine import frames, link
from host_sim.engine.parts import LOST_65536, WAKES
from host_sim.engine.port import SimPort
from host_sim.files import inputs
from host_sim.hardware import mac, states
from host_sim.hardware.cell import UNIT_FC
from host_sim.hardware.states import Part
from host_sim.sim import build
from host_sim.spec import scenario
from host_sim.spec.scenariofile import Wifi
from host_sim.trace import reader
from host_sim.trace.cut import digest
from tests.fidelity.row import Row

CUTS = Path(__file__).with_name("channel.csv")
QUIET, DISTURBED = "wifi/no_interference_b", "wifi/interferences_b"  # fitted on
UNSEEN_QUIET, UNSEEN_DISTURBED = "wifi/no_interference_c", "wifi/interferences_c"
JOINS = (UNSEEN_QUIET, "join/wifi-join-a", "join/wifi-join-b", "join/wifi-join-c")
BY = "fdekeers, bench DMM, 1 kHz"

WAKES_DRAWN = 1_500
FULL = 10  # level of 20 dBm
SCAN_US, ADDRESS_US = 120_000, 12_000  # the rest of the quiet join is association
LIMIT_US = 5_000_000  # HTTPClient's time-out
_OPENING = Part("listen", "message", 1, 1, mac.TCP_US, mac.OPENING_US, 1)
_ROUND_TRIP = Part("listen", "message", 1, 1, mac.TCP_US, mac.ANSWER_US, 2)
HTTPS = (_OPENING, _OPENING, _ROUND_TRIP, _ROUND_TRIP, _ROUND_TRIP)


class Cut(NamedTuple):
    """A recorded wake with the radio on: until it is associated, and all that it listens then."""

    recording: str
    sha256: str
    join_s: float
    join_mc: float
    rest_s: float
    rest_mc: float

    @property
    def on_s(self) -> float:
        """All that it listens and transmits."""
        return self.join_s + self.rest_s

    @property
    def on_mc(self) -> float:
        """The charge of that."""
        return self.join_mc + self.rest_mc


def cuts() -> dict[str, Cut]:
    """The recordings as facts, by name."""
    with CUTS.open(newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            row["recording"]: Cut(
                row["recording"], row["sha256"], *(float(row[name]) for name in Cut._fields[2:])
            )
            for row in rows
        }


class Heltec:
    """The board's radio in the engine, with the time that the quiet recording shows."""

    def __init__(self) -> None:
        changes = ("days=1", "board=heltec_wifi_lora_32", "world.wifi.sd_db=0")
        near = "world.wifi.mean_dbm=-40"
        self.port = SimPort(build.parts(scenario.load("garden", (*changes, near))))
        quiet = cuts()[QUIET]
        associate_us = round(quiet.join_s * 1e6) - SCAN_US - ADDRESS_US
        for phase, us in (("scan", SCAN_US), ("associate", associate_us), ("address", ADDRESS_US)):
            self.port.timing[states.PHASES.index(phase)] = us
        self.rest_s, self.rest_mc = quiet.rest_s, quiet.rest_mc

    def wake(self, number: int, loss: float) -> Cut:
        """A wake on a channel that loses so many answers."""
        port = self.port
        port.count[WAKES] = port.disturbed_wake = number
        port.disturbed = loss > 0
        port.radio[LOST_65536] = round(loss * 65_536)
        at = frames.margin(port, 80)
        start = port.now_us, port.used
        until_us = port.now_us + mac.JOIN_LIMIT_US
        for part in link.PARTS[:3]:
            if not link.phase(port, part, FULL, at, until_us, mac.air_us(mac.FRAME_BYTES)):
                break
        joined = port.now_us, port.used
        for question in HTTPS:
            us = port.now_us + LIMIT_US
            frames.ask(port, frames.numbers(question), FULL, mac.FRAME_BYTES, at, us, 1)
        join_us, join = joined[0] - start[0], joined[1] - start[1]
        rest_us, rest = port.now_us - joined[0], port.used - joined[1]
        mc = UNIT_FC / 1e12
        rest_s = rest_us / 1e6 + self.rest_s
        return Cut("", "", join_us / 1e6, join * mc, rest_s, rest * mc + self.rest_mc)


@cache
def drawn(loss: float) -> list[Cut]:
    """Many wakes on such a channel."""
    heltec = Heltec()
    return [heltec.wake(number, loss) for number in range(WAKES_DRAWN if loss else 1)]


def mean(loss: float, of: str) -> float:
    """Mean of a field over wakes on such a channel."""
    return float(np.mean([getattr(one, of) for one in drawn(loss)]))


@cache
def loss_of(join_s: float) -> float:
    """The loss at which a join lasts that long on average: of answers, to the percent."""
    low, high = 0.0, 0.6
    while high - low > 0.005:
        middle = round((low + high) / 2, 4)
        low, high = (middle, high) if mean(middle, "join_s") < join_s else (low, middle)
    return round((low + high) / 2, 2)


def _row(what: str, cut: Cut, of: str, loss: float, how: str) -> Row:
    values = [getattr(one, of) for one in drawn(loss)]
    low, high = np.quantile(values, [0.1, 0.9])
    unit = "mC" if of.endswith("mc") else "s"
    interval = (float(low), float(high)) if loss else None
    return Row(what, unit, float(np.mean(values)), getattr(cut, of), how, BY, interval)


def rows() -> list[Row]:
    """Join, rest and both, of a quiet and of a disturbed channel."""
    of, loss = cuts(), Wifi().disturbed_loss
    quiet, disturbed = of[UNSEEN_QUIET], of[UNSEEN_DISTURBED]
    given = loss_of(disturbed.join_s)
    out = [
        _row("quiet, join: wifi/no_interference_b", of[QUIET], "join_mc", 0, "fitted"),
        _row("disturbed, join: wifi/interferences_b", of[DISTURBED], "join_s", loss, "fitted"),
        _row("the same, its message", of[DISTURBED], "rest_s", loss, "judged"),
        _row("the same, radio on", of[DISTURBED], "on_mc", loss, "judged in part"),
    ]
    out += [_row(f"quiet, join: {name}", of[name], "join_s", 0, "judged") for name in JOINS]
    for field, what in (("on_s", "radio on, time"), ("on_mc", "radio on, charge")):
        out.append(_row(f"quiet, {what}: {UNSEEN_QUIET}", quiet, field, 0, "judged"))
    for field, what in (("join_s", "join"), ("on_s", "radio on, time"), ("on_mc", "charge")):
        out.append(_row(f"disturbed, {what}: {UNSEEN_DISTURBED}", disturbed, field, loss, "judged"))
    for field, what in (("rest_s", "message"), ("on_mc", "radio on, charge")):
        name = f"the same, {what}, the loss given by its join ({given:.2f})"
        out.append(_row(name, disturbed, field, given, "judged"))
    return out


def cut(path: Path, name: str) -> Cut:
    """What a recording shows."""
    parts = digest.rows(reader.read(path))
    on = [i for i, part in enumerate(parts) if part.state in ("listen", "tx")]
    end = next(i for i in range(on[0], len(parts)) if parts[i].state == "modem_sleep")
    sums = [
        round(sum(getattr(parts[i], field) for i in on if (i < end) == first), 4)
        for first in (True, False)
        for field in ("duration_s", "charge_mc")
    ]
    return Cut(name, inputs.sha256(path), *sums)


def main(recordings: Path) -> None:
    """Cut every recording."""
    names = (QUIET, DISTURBED, UNSEEN_DISTURBED, *JOINS)
    with CUTS.open("w", newline="") as file:
        file.write("# fdekeers/lorawan-smart-lln (UCLouvain, 2021), measurements-parser\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow(Cut._fields)
        out.writerows(cut(recordings / f"{name}.csv", name) for name in names)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
