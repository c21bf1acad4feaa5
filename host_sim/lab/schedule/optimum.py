"""The least that a schedule of windows can cost, exactly.

Every wake may be put off to the first end of a window that it serves, so the ends are all the
instants there are. A schedule is told by its wakes and those of them that join; what is still
allowed depends on the last of each alone. Dynamic programming over both is exact for any costs.
"""

from bisect import bisect_right
from itertools import accumulate

from host_sim.lab.schedule.sets import Tasks, Window
from host_sim.lab.schedule.ways import Woken

NEVER = 1 << 60


class Ends:
    """By when something must happen again after it happened at an instant."""

    def __init__(self, windows: list[Window]) -> None:
        rows = sorted(windows)
        self.opens = [opens for opens, _ in rows]
        self.least = [*accumulate((closes for _, closes in reversed(rows)), min, initial=NEVER)]

    def after(self, instant: int) -> int:
        """The first end of the windows that open after it."""
        return self.least[len(self.opens) - bisect_right(self.opens, instant)]


def least(tasks: Tasks, horizon_s: int, wake: int, join: int) -> Woken:
    """The cheapest wakes and joins that meet every window which closes by then, at these prices."""
    radio = [one for task in tasks if task.radio for one in task.windows(horizon_s)]
    every = [one for task in tasks for one in task.windows(horizon_s)]
    wakes, joins = Ends(every), Ends(radio)
    # By when to wake and to join again: what it has cost so far, of how many wakes and joins.
    known = {(wakes.after(0), joins.after(0)): (0, 0, 0)}
    for instant in sorted({closes for _, closes in every}):
        to_wake, to_join = wakes.after(instant), joins.after(instant)
        then: dict[tuple[int, int], tuple[int, int, int]] = {}
        for (wake_by, join_by), (cost, woken, joined) in known.items():
            options = [((to_wake, to_join), (cost + wake + join, woken + 1, joined + 1))]
            if join_by > instant:
                options.append(((to_wake, join_by), (cost + wake, woken + 1, joined)))
                if wake_by > instant:
                    options.append(((wake_by, join_by), (cost, woken, joined)))
            for state, total in options:
                if state not in then or total < then[state]:
                    then[state] = total
        known = then
    _, woken, joined = min(known.values())
    return Woken(woken, joined)
