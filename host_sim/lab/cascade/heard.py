"""What came of lives that listened."""

from dataclasses import dataclass

from host_sim.engine.ledger import FC_PER_MC
from host_sim.engine.parts import SENDS
from host_sim.sim.result import Result


@dataclass(frozen=True)
class Heard:
    """What came of some lives: charge (mC), days, words, how many of them were told; messages."""

    charge_mc: float = 0.0
    days: float = 0.0
    words: int = 0
    caught: int = 0
    messages: int = 0

    @staticmethod
    def of(result: Result) -> "Heard":
        """A life's."""
        charge_mc = result.ledger.charge_fc / FC_PER_MC
        return Heard(charge_mc, result.days, result.words, result.caught, result.count[SENDS])

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(
            self.charge_mc + other.charge_mc,
            self.days + other.days,
            self.words + other.words,
            self.caught + other.caught,
            self.messages + other.messages,
        )

    @property
    def recall(self) -> float:
        """Share of the words that were told."""
        return self.caught / max(1, self.words)

    @property
    def messages_per_word(self) -> float:
        """Of words and of all else that was taken for one."""
        return self.messages / max(1, self.words)

    @property
    def ua(self) -> float:
        """The mean current."""
        return self.charge_mc / self.days / 86.4

    @property
    def mc_per_word(self) -> float:
        """Charge for each word that was told; where none was, for half a word."""
        return self.charge_mc / max(0.5, self.caught)
