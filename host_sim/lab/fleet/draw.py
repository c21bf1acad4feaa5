"""How a node of a fleet draws a key's value, and what it may come to."""

from typing import Annotated

import numpy as np
from msgspec import Meta

from host_sim.toml.file import Strict

Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
FAR = 5  # standard deviations: of ten million that are drawn, six lie farther out


class Draw(Strict, frozen=True):
    """How a key is drawn: by one of normal, uniform and choice."""

    normal: tuple[Number, Annotated[float, Meta(ge=0, le=1e9)]] | None = None
    """Mean and standard deviation; what lies more than five of these out is taken to be there."""
    uniform: tuple[Number, Number] | None = None
    """The least and the most."""
    choice: Annotated[tuple[str | bool | int | float, ...], Meta(min_length=1)] | None = None
    """One of these."""
    weights: tuple[Annotated[float, Meta(ge=0, le=1e9)], ...] | None = None
    """How likely each of the choices is, in any unit; by default all are alike."""
    between: tuple[Number, Number] | None = None
    """What is drawn beyond these is taken to be the nearer of them."""
    whole: bool = False
    """Rounded to a whole number."""

    def fault(self) -> str:
        """What is wrong with it, if anything."""
        kinds = [self.normal, self.uniform, self.choice]
        if sum(kind is not None for kind in kinds) != 1:
            return "is drawn by none or several of normal, uniform and choice"
        for pair, name in ((self.uniform, "uniform"), (self.between, "between")):
            if pair and pair[0] > pair[1]:
                return f"{name} ends below its beginning"
        if self.choice and (self.between or self.whole):
            return "a choice is neither bounded nor rounded"
        if self.weights is not None and len(self.weights) != len(self.choice or ()):
            return "has not as many weights as choices"
        if self.weights and not sum(self.weights):
            return "has no weight above 0"
        return ""

    def ends(self) -> tuple[str, ...]:
        """All choices, or the least and the most that are drawn."""
        values = map(word, self.choice) if self.choice else map(self._bounded, self._reach())
        return tuple(dict.fromkeys(values))

    def of(self, random: np.random.Generator) -> str:
        """A value, as --set takes it."""
        if self.choice:
            p = None
            if self.weights:
                p = np.array(self.weights) / sum(self.weights)
            return word(self.choice[int(random.choice(len(self.choice), p=p))])
        if self.normal:
            value = float(random.normal(*self.normal))
        else:
            assert self.uniform
            value = float(random.uniform(*self.uniform))
        return self._bounded(value)

    def _reach(self) -> tuple[float, float]:
        """From where to where it draws, before that is bounded and rounded."""
        if self.uniform:
            return self.uniform
        assert self.normal
        mean, deviation = self.normal
        return mean - FAR * deviation, mean + FAR * deviation

    def _bounded(self, value: float) -> str:
        for least, most in (self._reach(), *([self.between] if self.between else ())):
            value = min(max(value, least), most)
        return str(round(value)) if self.whole else f"{value:.6g}"


def word(value: str | float) -> str:
    """As --set takes it: a truth as TOML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
