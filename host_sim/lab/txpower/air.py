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

from host_sim.engine.parts import MARGINS, PER_FIRST_QDB
from host_sim.hardware import mac, price, states
from host_sim.hardware.board import Board
from host_sim.hardware.states import Part
from host_sim.trace.recording import Floats
from host_sim.world import wifi
from host_sim.world.series import Ints
from torpor.policy.txpower import LEVEL_QDBM, LEVELS

WAKE = (*states.CACHED_JOIN, states.MESSAGE)


@dataclass(frozen=True)
class Air:
    """Of one board and some parts of a wake: by level and margin (quarter-dB cells).

    mc        charge, mC
    answered  chance that every question is answered in time
    late      chance that one has to be repeated
    """

    mc: Floats
    answered: Floats
    late: Floats

    @classmethod
    def of(
        cls,
        board: Board,
        parts: Sequence[Part] = WAKE,
        key: str = "passphrase",
        within_us: int = mac.JOIN_LIMIT_US,
    ) -> "Air":
        """By the simulator's numbers, frames at 1 Mbit/s on a channel of one's own.

        A join may take so long before it has its address.
        """
        tries = np.array(wifi.lost_65536("1M", [0.0])).reshape(MARGINS, mac.TRIES) / 65_536
        lost, more = tries[:, -1], tries[:, :-1].sum(axis=1)
        rows = [_level(board, parts, key, within_us, level, lost, more) for level in range(LEVELS)]
        mc, answered = (np.array(column) for column in zip(*rows, strict=True))
        late = 1 - (1 - lost) ** sum(part.asks for part in parts)
        return cls(mc, answered, np.broadcast_to(late, mc.shape))


def in_vain_us(part: Part) -> int:
    """How long one of a part's frames is sent until the MAC gives up."""
    return mac.TRIES * (mac.air_us(part.bytes) + mac.GAP_US)


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
    board: Board,
    parts: Iterable[Part],
    key: str,
    within_us: int,
    level: int,
    lost: Floats,
    more: Floats,
) -> tuple[Floats, Floats]:
    """Charge and chance of an answer at one level, by margin.

    Of `lost`, the chance that the MAC gives a question up, and `more`, the attempts beyond one.
    """
    fc, reached = np.zeros_like(lost), np.ones_like(lost)
    left_us = within_us
    for part in parts:
        fc += reached * (price.listening_fc(board, part, key) + price.air_fc(board, [part], level))
        left_us -= board.join_us(part.phase, key)
        if part.asks:
            limit_us = part.limit_us or left_us
            again_fc, answered = _questions(board, part, limit_us, level, lost, more)
            fc += reached * again_fc
            reached = reached * answered
    return fc / price.FC_PER_MC, reached


def _questions(
    board: Board, part: Part, limit_us: int, level: int, lost: Floats, more: Floats
) -> tuple[Floats, Floats]:
    """What repeats and waits of a part's questions add, and the chance that all are answered."""
    waits = _waits_us(part, limit_us)
    frame_fc = mac.air_us(part.bytes) * board.file.radio.tx.current_na[level]
    attempt_fc = frame_fc + price.state_fc(board, part.state, mac.GAP_US)
    wait_fc = [price.time_out_fc(board, part, us) + frame_fc for us in waits]
    fc, answered = np.zeros_like(lost), np.zeros_like(lost)
    spent_fc = 0
    for losses in range(len(waits) + 1):
        chance = comb(part.asks + losses - 1, losses) * (1 - lost) ** part.asks * lost**losses
        fc += chance * (spent_fc + (part.asks + losses) * more * attempt_fc)
        answered += chance
        if losses < len(waits):
            spent_fc += wait_fc[losses]
    left_us = max(0, limit_us - sum(waits) - (len(waits) + 1) * in_vain_us(part))
    end_fc = spent_fc + price.time_out_fc(board, part, left_us)
    asked = part.asks + len(waits)
    return fc + (1 - answered) * (end_fc + asked * more * attempt_fc), answered


def _waits_us(part: Part, limit_us: int) -> list[int]:
    """The time-outs that a part's limit leaves room for, the attempts before each counted."""
    waits: list[int] = []
    us = part.wait_us
    while sum(waits) + us + (len(waits) + 1) * in_vain_us(part) < limit_us:
        waits.append(us)
        us *= part.growth
    return waits
