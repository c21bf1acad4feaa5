"""What a wake's radio is to draw on average, and how often it delivers, by level and margin.

In closed form, so that a study compares means and not luck: of the simulator's own parts of a join
(host_sim.hardware.states), its chances that a frame is lost (host_sim.world.wifi) and its waits
(host_sim.hardware.mac). A question is asked until it is answered or the limit of its part is over,
and the losses before n answers are a negative binomial's; the messages that are not acknowledged
in time count as charge and not as delivered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from host_sim.engine.parts import MARGINS, PER_FIRST_QDB
from host_sim.hardware import mac, price, states
from host_sim.hardware.board import Board
from host_sim.hardware.states import Part
from host_sim.world import wifi
from torpor.policy.txpower import LEVEL_QDBM, LEVELS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Air:
    """Of one board and one way to join: by level and margin over sensitivity (quarter-dB cells).

    mc        charge of a wake's radio, mC
    answered  chance that it delivers in time
    join_lost, send_lost   chance that the join, or the message, has to repeat a question
    """

    mc: Floats
    answered: Floats
    join_lost: Floats
    send_lost: Floats

    @classmethod
    def of(cls, board: Board, join: Sequence[Part] = states.CACHED_JOIN) -> "Air":
        """By the simulator's numbers, frames at 1 Mbit/s on a channel of one's own."""
        tries = np.array(wifi.lost_65536("1M", [0.0])).reshape(MARGINS, mac.TRIES) / 65_536
        lost, more = tries[:, -1], tries[:, :-1].sum(axis=1)
        rows = [_level(board, join, level, lost, more) for level in range(LEVELS)]
        mc, answered = (np.array(column) for column in zip(*rows, strict=True))
        asks = sum(part.asks for part in join)
        join_lost = np.broadcast_to(1 - (1 - lost) ** asks, mc.shape)
        return cls(mc, answered, join_lost, np.broadcast_to(lost, mc.shape))


def cell(up_dbm: float, level: int) -> int:
    """Where in the tables a level stands whose 20 dBm arrive at this RSSI."""
    over_qdb = round(up_dbm * 4) + LEVEL_QDBM[level] - LEVEL_QDBM[-1] - wifi.HALF_LOST_DBM * 4
    return max(0, min(MARGINS - 1, over_qdb - PER_FIRST_QDB))


def cells(up_dbm: Floats) -> Ints:
    """The same for each of many and each level, a row a level."""
    steps = np.rint(up_dbm * 4).astype(np.int64) - LEVEL_QDBM[-1] - wifi.HALF_LOST_DBM * 4
    over_qdb = steps + np.array(LEVEL_QDBM)[:, None]
    found: Ints = np.clip(over_qdb - PER_FIRST_QDB, 0, MARGINS - 1)
    return found


def _level(
    board: Board, join: Iterable[Part], level: int, lost: Floats, more: Floats
) -> tuple[Floats, Floats]:
    """Charge and chance of delivery at one level, by margin."""
    fc, reached = np.zeros_like(lost), np.ones_like(lost)
    for part in (*join, states.MESSAGE):
        clean_fc = price.listening_fc(board, part) + price.air_fc(board, part.frames, level)
        fc += reached * clean_fc
        if part.asks:
            again_fc, answered = _questions(board, part, level, lost, more)
            fc += reached * again_fc
            reached = reached * answered
    return fc / price.FC_PER_MC, reached


def _questions(
    board: Board, part: Part, level: int, lost: Floats, more: Floats
) -> tuple[Floats, Floats]:
    """What repeats and waits of a part's questions add, and the chance that all are answered.

    Of `lost`, the chance that the MAC gives a question up, and `more`, the attempts beyond one.
    """
    limit_us = part.limit_us or mac.JOIN_LIMIT_US
    waits = _waits_us(part, limit_us)
    frame_fc = price.air_fc(board, 1, level)
    attempt_fc = frame_fc + price.state_fc(board, part.state, mac.GAP_US)
    wait_fc = [price.time_out_fc(board, part.state, us) + frame_fc for us in waits]
    fc, answered = np.zeros_like(lost), np.zeros_like(lost)
    spent_fc, asked = 0, part.asks
    for losses in range(len(waits) + 1):
        chance = comb(part.asks + losses - 1, losses) * (1 - lost) ** part.asks * lost**losses
        fc += chance * (spent_fc + (part.asks + losses) * more * attempt_fc)
        answered += chance
        if losses < len(waits):
            spent_fc += wait_fc[losses]
            asked += 1
    failed = 1 - answered
    left_us = limit_us - sum(waits)
    end_fc = spent_fc + price.time_out_fc(board, part.state, max(mac.AWAKE_US, left_us))
    return fc + failed * (end_fc + asked * more * attempt_fc), answered


def _waits_us(part: Part, limit_us: int) -> list[int]:
    """The time-outs that a part's limit leaves room for."""
    waits: list[int] = []
    us = part.wait_us
    while sum(waits) + us < limit_us:
        waits.append(us)
        us *= part.growth
    return waits
