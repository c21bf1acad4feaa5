"""Recorded wakes matched to the kinds that a scenario predicts.

A recorded wake is of the kind that makes it most probable: by how near its charge and duration are
to those of the kind, as if the board were off by 15 %. How often kinds are in the run does not
count, for a recording often begins with the node's start. The radio's use is not guessed at.
"""

from collections.abc import Sequence
from math import ceil, exp, log
from pathlib import Path
from typing import NamedTuple

import numpy as np

from host_sim.errors import BadInput
from host_sim.lab.wakes import Kind, Predicted
from host_sim.trace.cut import wakes
from host_sim.trace.cut.wakes import Cut, Recorded
from host_sim.trace.recording import Recording

OFF_BY = 0.15  # I: what a board may be off by in a wake's charge or time
SURE = 0.9  # the probability of a kind that is no guess
FAR = 2  # times, in charge or time: hardly a wake of this scenario
DOZE = 1.5  # I: times as long as predicted, at most, is a sleep that is part of a wake
LEAST = 8  # samples, of a wake that is judged


def _usual_s(kind: Kind) -> float:
    """How long a wake of a kind is in the mean: a few may follow another in light sleep."""
    seconds, _, times = kind.each()
    return float(np.average(seconds, weights=times))


def cut(predicted: Predicted, recording: Recording, where: Path) -> Cut:
    """The wakes of a recording, read from a file; BadInput where none can be judged."""
    shortest_s = min(_usual_s(kind) for kind in predicted.kinds)
    if recording.rate_hz * shortest_s < LEAST:
        what = f"{recording.rate_hz:g} Hz is too slow for wakes of {shortest_s:.2g} s"
        raise BadInput(what, where=where, remedy=f"record at {ceil(LEAST / shortest_s)} Hz or more")
    doze_s = DOZE * predicted.doze_s + 2 / recording.rate_hz if predicted.doze_s else 0
    found = wakes.cut(recording, doze_s)
    if not found.wakes:
        reasons = ", ".join(f"{times} {why}" for why, times in found.why.items())
        what = f"no whole wake in it: {reasons or 'it sleeps throughout'}"
        raise BadInput(what, where=where, remedy="record some wakes, and the sleeps around them")
    return found


class Match(NamedTuple):
    """The kind of a wake, whether that is no guess, and whether any is near it."""

    kind: Kind
    sure: bool
    near: bool


def match(wake: Recorded, kinds: Sequence[Kind]) -> Match:
    """The kind that a recorded wake is most probably of."""
    same = [kind for kind in kinds if kind.on_air == wake.on_air] or list(kinds)
    weights, apart = zip(*(_weight(wake, kind) for kind in same), strict=True)
    best = int(np.argmax(weights))
    odds = sum(exp(weight - weights[best]) for weight in weights)
    return Match(same[best], 1 / odds >= SURE, min(apart) < log(FAR))


def _weight(wake: Recorded, kind: Kind) -> tuple[float, float]:
    """Logarithm of the kind's probability, but for what all kinds have in common.

    And how far the wake is from the nearest of the kind, as the logarithm of a ratio.
    """
    seconds, mc, times = kind.each()
    apart = np.hypot(np.log(wake.mc / mc), np.log(wake.seconds / seconds))
    nearest = float(apart.min())
    near = np.average(np.exp((nearest**2 - apart**2) / 2 / OFF_BY**2), weights=times)
    return log(near) - (nearest / OFF_BY) ** 2 / 2, nearest
