"""Every way on one link: what a board's radio draws for its messages, and which come late."""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace as edited

from host_sim.hardware import board as boards
from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.lab.txpower import air, ways
from host_sim.lab.txpower.air import Air
from host_sim.lab.txpower.links import Link
from host_sim.spec.nodefile import Node
from host_sim.world.series import Ints
from torpor.policy import txpower

OURS, HINDSIGHT, BEST = "Torpor", "best level in hindsight", "clairvoyant"
MODES = {OURS: "standard", "Torpor, through-wall": "through-wall", "Torpor, eco": "eco"}
NAIVE = "20 dBm, DHCP"
MESSAGE_PART = 1 / (1 + txpower.JOIN_QUESTIONS)  # of the questions of a wake


@dataclass(frozen=True)
class Outcome:
    """What a link cost one way: charge, messages delivered and late, and the levels' currents."""

    wakes: int
    mc: float
    delivered: float
    late: float
    peak_ma: float


@dataclass(frozen=True)
class Bench:
    """A board's tables, and its node."""

    node: Node
    board: Board
    cached: Air
    full: Air

    @classmethod
    def of(cls, name: str, node: Node) -> "Bench":
        """By a board's name."""
        board = boards.load(name)
        return cls(node, board, Air.of(board), Air.of(board, (*states.JOIN, states.MESSAGE)))

    def make(self, name: str) -> ways.Way:
        """One way by its name."""
        if name in MODES:
            return ways.Ours(edited(self.node, mode=MODES[name]), self.board)
        return ways.Fixed(ways.TOP) if name == NAIVE else ways.PRACTICE[name]()

    def run(self, name: str, link: Link, seed: int = 1) -> Outcome:
        """One way on one link, from its first wake on; chances are the same for every way."""
        table = self.full if name == NAIVE else self.cached
        at = air.cells(link.up_dbm)
        if name in (HINDSIGHT, BEST):
            return self._known(name, at)
        way, chances = self.make(name), np.random.default_rng([seed, 22]).random((2, at.shape[1]))
        levels = np.empty(at.shape[1], dtype=np.int64)
        heard, column = link.heard_dbm.astype(int).tolist(), range(at.shape[1])
        for i in column:
            level = levels[i] = way.level
            cell = at[level, i]
            on_time = 1 - table.late[level, cell]
            join_late = chances[0, i] > on_time ** (1 - MESSAGE_PART)
            way.told(heard[i], bool(join_late), bool(chances[1, i] > on_time**MESSAGE_PART))
        return self._outcome(table, levels, at[levels, np.arange(at.shape[1])])

    def _known(self, name: str, at: Ints) -> Outcome:
        """With the channel known: a level for each message, or one for all."""
        mc = self.cached.mc[np.arange(len(at))[:, None], at]
        levels = mc.argmin(axis=0)
        if name == HINDSIGHT:
            levels[:] = mc.sum(axis=1).argmin()
        return self._outcome(self.cached, levels, at[levels, np.arange(at.shape[1])])

    def _outcome(self, table: Air, levels: Ints, at: Ints) -> Outcome:
        tx_ma = np.array(self.board.file.radio.tx.current_na)[levels] / 1e6
        return Outcome(
            len(levels),
            float(table.mc[levels, at].sum()),
            float(table.answered[levels, at].sum()),
            float(table.late[levels, at].sum()),
            float(tx_ma.mean()),
        )
