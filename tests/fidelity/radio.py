"""The picture of the link over its signal: loss, attempts, rate, charge, beside recorded links.

python -m tests.fidelity.radio    draw docs/radio.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D

from host_sim.engine.parts import MARGINS, PER_FIRST_QDB
from host_sim.hardware import board, mac, price, states
from host_sim.hardware.board import Board
from host_sim.trace.draw import style
from host_sim.world import wifi

PICTURE = Path(__file__).parents[2] / "docs" / "radio.png"
BOARD = "lolin32_lite"
AP_DBM = 20
LEVELS = (0, 3, 6, 10)  # 2, 8.5, 14 and 20 dBm
RSSI_DBM = np.arange(-100.0, -59.75, 0.25)
FAST = "54M"

# Facts of the pjaswin data set: by the sender's power, dBm, the mean RSSI at the receiver and the
# mean loss in percent of UDP at 10 Mbit/s, repeats of the MAC included (half lost at -89 dBm, the
# middle of both links, as host_sim.world.wifi has it).
RECORDED = {
    "s0_s2": {
        12: (-83.81, 22.09),
        13: (-80.73, 12.60),
        14: (-79.58, 8.40),
        15: (-80.05, 3.16),
        16: (-79.32, 2.20),
        17: (-78.22, 1.34),
        18: (-77.32, 0.81),
        19: (-76.37, 0.59),
        20: (-75.45, 0.56),
    },
    "s1_s4": {17: (-87.58, 5.34), 18: (-86.42, 1.40), 19: (-85.33, 0.87), 20: (-83.88, 0.49)},
}
RECORDED_HALF_DBM = -89

Floats = npt.NDArray[np.float64]


def lost(rate: str, level: int) -> Floats:
    """Chance that the first attempts are all lost, by RSSI and attempts."""
    table = np.array(wifi.lost_65536(rate, [0.0])).reshape(MARGINS, mac.TRIES) / 65_536
    margin_db = RSSI_DBM + states.TX_LEVELS_DBM[level] - AP_DBM - wifi.HALF_LOST_DBM
    cell = np.clip(np.rint(margin_db * 4).astype(int) - PER_FIRST_QDB, 0, MARGINS - 1)
    return np.asarray(table[cell])


def attempts(chance: Floats) -> Floats:
    """Attempts that a frame is expected to take."""
    return np.asarray(1 + chance[:, :-1].sum(axis=1))


def rate_mbps(chance: Floats, first: str) -> Floats:
    """Mean rate of the attempt that arrives."""
    before = np.hstack([np.ones((len(chance), 1)), chance[:, :-1]])
    arrives = before - chance
    mbps = np.array([8_000 / one.byte_ns for one in mac.ladder(first)])
    return np.asarray((arrives * mbps).sum(axis=1) / np.maximum(arrives.sum(axis=1), 1e-9))


def charge_mc(of: Board, chance: Floats, level: int) -> Floats:
    """A cached join and a message as they are expected, where most frames arrive."""
    clean_fc = price.join_fc(of, states.CACHED_JOIN, level) + price.message_fc(of, level)
    more = attempts(chance) - 1
    again = chance[:, -1] / np.maximum(1 - chance[:, -1], 1e-9)
    fc = np.full(len(chance), float(clean_fc))
    for part in (*states.CACHED_JOIN, states.MESSAGE):
        repeat_fc = price.air_fc(of, [states.MESSAGE], level) + price.state_fc(
            of, part.state, mac.GAP_US
        )
        time_out_fc = price.time_out_fc(of, part, part.wait_us) if part.asks else 0
        fc += part.asks * (more * repeat_fc + again * (time_out_fc + (more + 1) * repeat_fc))
    return np.where(chance[:, -1] < 0.5, fc / price.FC_PER_MC, np.nan)


def draw(path: Path) -> None:
    """The picture."""
    figure, axes = plt.subplots(2, 2, figsize=(14, 9.6), layout="constrained")
    (loss_at, attempts_at), (rate_at, charge_at) = axes
    lines = []
    of = board.load(BOARD)
    for colour, level in zip(style.EIGHT, LEVELS, strict=False):
        slow, fast = lost("1M", level), lost(FAST, level)
        loss_at.semilogy(RSSI_DBM, 100 * np.maximum(slow[:, -1], 1e-5), color=colour)
        attempts_at.plot(RSSI_DBM, attempts(slow), color=colour)
        rate_at.plot(RSSI_DBM, rate_mbps(fast, FAST), color=colour)
        charge_at.plot(RSSI_DBM, charge_mc(of, slow, level), color=colour)
        lines.append(Line2D([], [], color=colour, label=f"{states.TX_LEVELS_DBM[level]:g} dBm"))
    for marker, (name, points) in zip("os", RECORDED.items(), strict=True):
        shift_db = wifi.HALF_LOST_DBM + mac.RATES["1M"].sensitivity_db - RECORDED_HALF_DBM
        x = [dbm + shift_db for dbm, _ in points.values()]
        y = [percent for _, percent in points.values()]
        label = f"recorded, {name}"
        loss_at.plot(x, y, marker, color=style.GREY, markersize=7)
        lines.append(Line2D([], [], linestyle="", marker=marker, color=style.GREY, label=label))
    loss_at.set_title("Frames lost after all repeats, %")
    attempts_at.set_title("Attempts a frame")
    rate_at.set_title("Rate that arrives, Mbit/s, begun at 54")
    charge_at.set_title("A cached join and a message, mC")
    loss_at.set_ylim(0.01, 110)
    loss_at.yaxis.set_major_formatter(style.thousands)
    charge_at.set_ylim(80, 160)
    for axis in (rate_at, charge_at):
        axis.set_xlabel(f"what the node hears of its access point ({AP_DBM} dBm), dBm")
    style.title(figure, "The link over its signal, by the node's transmit power", lines)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    draw(PICTURE)
