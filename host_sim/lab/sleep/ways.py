"""Ways to sleep through a gap behind an event: Torpor's, those of others, and the clairvoyant's.

What a gap costs is what it draws, and what it takes to come back. All gaps here may end by an
event, of which a way to sleep knows nothing before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.spec import configure
from host_sim.spec.nodefile import Node
from torpor.policy import sleep, ticks

SHORT_S = 10  # below this a careful author does not enter deep sleep


@dataclass(frozen=True)
class Price:
    """What a board draws in a state, nA, and what it takes to come back from it, fC."""

    idle_na: int
    light_na: int
    deep_na: int
    light_fc: int
    deep_fc: int
    deep_ms: int
    """Break-even of deep against light sleep."""

    @classmethod
    def of(cls, node: Node, board: Board) -> "Price":
        """Of a board, with the break-even that a node's config.json has."""
        na = dict(zip(states.NAMES, board.current_na, strict=True))
        awake_fc = board.phase_us("wake_cpu") * na["cpu"]
        return cls(
            na["idle"],
            na["light_sleep"],
            na["deep_sleep"],
            board.phase_us("light_exit") * na["cpu"] + awake_fc,
            board.phase_us("boot") * na["boot"] + awake_fc,
            configure.device(node, board).sleep.deep_ms,
        )

    def idle(self, ms: int) -> int:
        """Awake all the time."""
        return ms * 1000 * self.idle_na

    def light(self, ms: int) -> int:
        """Lightly all the time."""
        return ms * 1000 * self.light_na + self.light_fc

    def deep(self, ms: int) -> int:
        """Deeply all the time."""
        return ms * 1000 * self.deep_na + self.deep_fc

    def both(self, first_ms: int, ms: int) -> int:
        """Lightly for so long, then deeply."""
        if ms <= first_ms:
            return self.light(ms)
        return self.light(first_ms) + self.deep(ms - first_ms)


Way = Callable[[Price, Sequence[int]], int]  # fC of gaps one after the other, ms each


def ours(price: Price, gaps_ms: Sequence[int]) -> int:
    """By the firmware's own policy."""
    r = [0] * sleep.SIZE
    r[sleep.DEEP_MS] = price.deep_ms
    r[sleep.LINGERS] = 1
    now = charge_fc = 0
    for gap_ms in gaps_ms:
        sleep.happened(r, 0, now)
        first_ms = sleep.linger_ms(r, 0, now)
        charge_fc += price.both(first_ms, gap_ms) if first_ms else price.deep(gap_ms)
        if gap_ms > first_ms > 0:
            sleep.woken(r, 0, ticks.add(now, first_ms), 0)
        now = ticks.add(now, min(gap_ms, ticks.HALF - 1))
        sleep.woken(r, 0, now, 1)
    return charge_fc


def always_deep(price: Price, gaps_ms: Sequence[int]) -> int:
    """Deep sleep after every event, as ESPHome's deep_sleep does."""
    return sum(map(price.deep, gaps_ms))


def ten_seconds(price: Price, gaps_ms: Sequence[int]) -> int:
    """Ten seconds of light sleep, then deep sleep: a time that a careful author may choose."""
    return sum(price.both(SHORT_S * 1000, ms) for ms in gaps_ms)


def ski_rental(price: Price, gaps_ms: Sequence[int]) -> int:
    """Light sleep up to the break-even, then deep sleep: never over twice the optimum."""
    return sum(price.both(price.deep_ms, ms) for ms in gaps_ms)


def awake(price: Price, gaps_ms: Sequence[int]) -> int:
    """A loop that waits."""
    return sum(map(price.idle, gaps_ms))


def clairvoyant(price: Price, gaps_ms: Sequence[int]) -> int:
    """The cheapest for each gap, known in advance."""
    return sum(min(price.idle(ms), price.light(ms), price.deep(ms)) for ms in gaps_ms)
