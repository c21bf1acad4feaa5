"""Ways to choose the transmit power, by what a node is told: RSSI, and what was late."""

from collections.abc import Callable

from host_sim.hardware.board import Board
from host_sim.spec import configure
from host_sim.spec.nodefile import Node
from torpor.policy import txpower
from torpor.policy.txpower import JOIN_QUESTIONS, LEVEL_QDBM, LEVELS

TOP = LEVELS - 1
ELEVEN_DBM = LEVEL_QDBM.index(44)
WANTED_DBM = -75  # at the access point: what an author's threshold leaves of the margin
RUN = 10  # successes behind which ARF goes down (Kamerman and Monteban, Bell Labs 1997)


class Way:
    """One node's way; `level` for the next wake, told() of each."""

    level = TOP

    def told(self, rssi_dbm: int, join_late: bool, send_late: bool) -> None:
        """A wake heard the access point at so much, and had to repeat a question, or had not."""


class Fixed(Way):
    """Always the same level."""

    def __init__(self, level: int) -> None:
        self.level = level


class Threshold(Way):
    """So little power that the last RSSI, were it that of the way up, would be a wanted one."""

    def told(self, rssi_dbm: int, join_late: bool, send_late: bool) -> None:
        """By the RSSI alone."""
        enough = [i for i in range(LEVELS) if rssi_dbm + LEVEL_QDBM[i] / 4 - 20 >= WANTED_DBM]
        self.level = enough[0] if enough else TOP


class Arf(Way):
    """Up by a level after a loss, down by one behind a run of successes."""

    run = 0

    def told(self, rssi_dbm: int, join_late: bool, send_late: bool) -> None:
        """By what was late alone."""
        if join_late or send_late:
            self.level, self.run = min(TOP, self.level + 1), 0
            return
        self.run += 1
        if self.run == RUN:
            self.level, self.run = max(0, self.level - 1), 0


class Ours(Way):
    """The firmware's own policy, configured for a board as a node's config.json has it."""

    def __init__(self, node: Node, board: Board) -> None:
        given = configure.device(node, board).txpower
        self.r = [0] * txpower.SIZE
        self.r[txpower.LOWEST], self.r[txpower.HIGHEST] = given.lowest, given.highest
        self.r[txpower.SENSITIVITY_DBM] = given.sensitivity_dbm
        self.r[txpower.RETRY_UC] = given.retry_uc
        self.r[txpower.BURST_UC : txpower.BURST_UC + LEVELS] = given.burst_uc
        txpower.start(self.r, 0)
        self.level = txpower.choose(self.r, 0)

    def told(self, rssi_dbm: int, join_late: bool, send_late: bool) -> None:
        """By both, as node.py tells the policy."""
        txpower.heard(self.r, 0, rssi_dbm)
        txpower.asked(self.r, 0, self.level, JOIN_QUESTIONS, join_late)
        txpower.asked(self.r, 0, self.level, 1, send_late)
        self.level = txpower.choose(self.r, 0)


PRACTICE: dict[str, Callable[[], Way]] = {
    "20 dBm": lambda: Fixed(TOP),
    "11 dBm": lambda: Fixed(ELEVEN_DBM),
    "by RSSI": Threshold,
    "ARF": Arf,
}
