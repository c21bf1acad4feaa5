"""What to know before a fit is believed, a line each: of its recordings, states and wakes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median_low

from host_sim.trace.cut import instrument
from host_sim.trace.fit import fit, recipe
from host_sim.trace.fit.evidence import Evidence
from host_sim.trace.fit.recipe import Stretch

OUT = 1.5  # times the charge of the usual wake: another channel, another cause


def of(evidence: Sequence[Evidence]) -> list[str]:
    """All doubts of a fit to these."""
    found = [line for one in evidence for line in of_recording(one)]
    found += [f"{state} is not calibrated: {why}" for state, why in fit.refused(evidence).items()]
    for name in dict.fromkeys(one.wake for one in evidence if one.wake):
        found += _of_wakes([one for one in evidence if one.wake == name])
    return found


def of_recording(one: Evidence) -> Iterator[str]:
    """What its instrument left out."""
    if one.instrument:
        for doubt in instrument.doubts(one.instrument, one.rows, one.states.values() or None):
            yield f"{one.recording}: {doubt}"


def _of_wakes(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Wakes of other states than most of their recipe, or of far more or less charge."""
    wakes = [
        (one, number, recipe.in_order(wake))
        for one in evidence
        for number, wake in enumerate(one.wakes(), 1)
    ]
    shapes = [_states(wake) for _, _, wake in wakes]
    usual = Counter(shapes).most_common(1)[0][0]
    for (one, number, wake), shape in zip(wakes, shapes, strict=True):
        said = f"{one.recording}: wake {number} of {one.wake}"
        if shape != usual:
            more = [f"with {', '.join(sorted(shape - usual))}"] if shape - usual else []
            less = [f"without {', '.join(sorted(usual - shape))}"] if usual - shape else []
            yield f"{said} is {' and '.join(more + less)}, unlike most; both are averaged"
        alike = (each for other, _, each in wakes if other.records == one.records)
        mc, usual_mc = _mc(wake), median_low(map(_mc, alike))
        if not usual_mc / OUT <= mc <= usual_mc * OUT:
            yield f"{said} takes {mc:.1f} mC, the usual one {usual_mc:.1f}; both are averaged"


def _states(wake: Sequence[Stretch]) -> frozenset[str]:
    return frozenset(stretch.state for stretch in wake)


def _mc(wake: Sequence[Stretch]) -> float:
    return sum(stretch.charge_mc for stretch in wake)
