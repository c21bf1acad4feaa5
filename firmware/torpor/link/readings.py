"""What is delivered of readings, whatever brings it to the broker: one JSON message."""

import json

from torpor.policy.report import CELLS
from torpor.policy.ticks import diff


def message(r: list[int], first: int, count: int, channels: list, now: int) -> bytes:
    """So many readings, from cell `first` on: a list of {"channel", "value", "age_s"}."""
    readings = []
    for cell in range(first, first + count * CELLS, CELLS):
        readings.append(
            {
                "channel": channels[r[cell]]["name"],
                "value": r[cell + 1],
                "age_s": diff(now, r[cell + 2]) // 1000,
            }
        )
    return json.dumps(readings).encode()
