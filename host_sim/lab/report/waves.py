"""A log's columns in bytes: the pyramid of a run's current, and every wake of it by its shape.

A page holds MOST_WAKES of them, and MOST_PARTS of their shapes, at most: the last ones of a longer
run, of which the pyramid still shows all.
"""

from base64 import b64encode
from typing import Any

import numpy as np
import numpy.typing as npt

from host_sim.lab.report import events
from host_sim.sim import pyramids
from host_sim.sim.wakelog import Log

MOST_WAKES, MOST_PARTS = 150_000, 60_000


def of(log: Log, share: float = 1.0) -> dict[str, Any]:
    """Pyramid, wakes and shapes; `share` of the room of a page."""
    some = pyramids.spans(log)
    first = _first(log, share)
    shape = np.array(log.wakes.shape[first:], dtype=np.int64)
    used, renumbered = np.unique(shape, return_inverse=True)
    asleep_ua = some.low_ua[1::2][first:]  # of a sleep its mean
    return {
        "end_s": log.now_us / 1e6,
        "levels": [
            {
                "bin_s": level.bin_us / 1e6,
                **{name: packed(getattr(level, name), "<f4") for name in ("low", "mean", "high")},
            }
            for level in pyramids.levels(some, int(pyramids.FINEST * share))
        ],
        "wakes": {
            "count": len(log.wakes.shape),
            "first": first,
            "start_s": packed(some.start_us[0::2][first:] / 1e6, "<f8"),
            "shape": packed(renumbered, "<u4" if len(used) > 1 << 16 else "<u2"),
            "asleep_ua": packed(asleep_ua, "<f4"),
        },
        "shapes": [events.told(log.shapes[at]) for at in used.tolist()],
        "shown": events.shown([log.shapes[at] for at in used.tolist()], renumbered),
    }


def packed(values: npt.NDArray[Any], kind: str) -> str:
    """Numbers in base64."""
    return b64encode(np.asarray(values, kind).tobytes()).decode()


def _first(log: Log, share: float) -> int:
    """The first wake that is told exactly; the last one is in any case."""
    last = len(log.wakes.shape) - 1
    least = max(0, len(log.wakes.shape) - int(MOST_WAKES * share))
    parts, seen = 0, set[int]()
    for at in range(last, least - 1, -1):
        shape = log.wakes.shape[at]
        if shape not in seen:
            seen.add(shape)
            parts += len(log.shapes[shape].parts)
            if parts > MOST_PARTS * share:
                return min(at + 1, last)
    return least
