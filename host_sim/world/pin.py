"""What edges of a pin mean: events that last until it has rested at 0 for a hold."""

from collections.abc import Sequence


def news(edges_us: Sequence[int], hold_us: int) -> list[int]:
    """When there is something to tell, µs: begin and end of each event in turn.

    The edges are rises and falls in turn. Without a hold each of them is news.
    """
    out: list[int] = []
    for i, at_us in enumerate(edges_us):
        if i % 2:
            out.append(at_us + hold_us)
        elif out and at_us < out[-1]:
            out.pop()  # it had not rested for so long
        else:
            out.append(at_us)
    return out
