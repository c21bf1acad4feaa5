"""How late an alarm comes: from its event to the broker's acknowledgement, kept as a histogram.

A cell covers a sixteenth of an octave of milliseconds, so a time is known to 6 % whatever it is, in
512 cells. Compiled with the port.
"""

from host_sim.engine.state import State
from torpor.policy.report import CELLS
from torpor.policy.ticks import diff

CELL_MS = 32  # below it a cell is one
HISTOGRAM = 512  # cells: the longest time between two ticks has the 431st


def arrived(port: State, now: int, r: list[int], first: int, count: int) -> None:
    """Readings arrived by this tick: book how late those are that tell of an event, each once.

    A heartbeat repeats the newest with the tick that it had. Which of two ticks is later is no
    question to ask: the last alarm may be longer ago than ticks tell apart.
    """
    for cell in range(first, first + count * CELLS, CELLS):
        if r[cell] == port.watch_channel and r[cell + 2] != port.told_tick:
            port.told_tick = r[cell + 2]
            port.late[cell_of(diff(now, r[cell + 2]) + port.event_ms)] += 1


def cell_of(ms: int) -> int:
    """The cell of a time."""
    octave = 0
    while ms >= CELL_MS:
        ms >>= 1
        octave += 1
    return octave * CELL_MS // 2 + ms


def most_ms(cell: int) -> int:
    """The longest time of a cell."""
    octave = max(0, cell * 2 // CELL_MS - 1)
    return ((cell - octave * CELL_MS // 2 + 1) << octave) - 1
