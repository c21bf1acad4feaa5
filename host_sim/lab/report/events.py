"""What a wake was: what woke the node, what it did, for whom, and by which decision."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.hardware import states
from host_sim.lab import wakes
from host_sim.sim.wakelog import Shape

MOST_SHOWN = 6  # kinds of wakes that a page offers by a button of their own


def told(shape: Shape) -> dict[str, Any]:
    """A shape as the page has it; its parts are the ledger's cell, µs and nA in turn."""
    return {
        "cause": shape.cause,
        "kind": kind(shape),
        "parts": [number for part in shape.parts for number in part],
    }


def kind(shape: Shape) -> str:
    """What the node did, in a word or two."""
    joins, cached, failed, sends, acked = shape.counted
    if joins:
        return wakes.kind_name(joins, cached, failed, acked)
    if sends:
        return "message" if acked else "message lost"
    if any(part.cell % states.STATES == states.SENSE for part in shape.parts):
        return wakes.SENSE
    return "awake only"


def shown(shapes: list[Shape], each: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """Wakes worth a look, by number: the usual one of each kind, the dearest, the last."""
    times = Counter(each.tolist())
    by_kind: dict[str, Counter[int]] = {}
    for at, shape in enumerate(shapes):
        by_kind.setdefault(kind(shape), Counter())[at] = times[at]
    kinds = sorted(by_kind, key=lambda name: -by_kind[name].total())[:MOST_SHOWN]
    usual = [(f"usual {name}", by_kind[name].most_common(1)[0][0]) for name in kinds]
    dearest = max(range(len(shapes)), key=lambda at: shapes[at].fc)
    some = [*usual, ("dearest", dearest), ("last", int(each[-1]))]
    last = {int(shape): at for at, shape in enumerate(each.tolist())}
    return [{"name": name, "wake": last[shape]} for name, shape in some]
