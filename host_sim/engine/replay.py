"""Recorded phases and states in place of the board's fixed ones: each occurrence draws one.

A scenario's [[replay]] names recordings; every segment of theirs that is meant is one to draw, all
equally likely (the bootstrap: Efron 1979), its duration and its mean current together. A phase
takes both; a state takes the current, for how long it lasts the node decides. Draws have a
generator of their own, so the rest of a run stays as it was. These are functions over the port,
compiled with it.
"""

from host_sim.engine.chance import ADDEND, FACTOR, MASK
from host_sim.engine.parts import REPLAY_ROW, TIMING
from host_sim.engine.state import State
from host_sim.hardware.states import NAMES

PHASES = tuple(name for name in TIMING if name != "no_ap")
RESTS = NAMES[:4]  # the states whose length is the node's to decide
KEYS = len(TIMING) + len(RESTS)
FIRST_STATE = len(TIMING)  # a state's key is this and its number


def key(name: str) -> int:
    """Where a phase or a state stands in the plan's `replay`."""
    return TIMING.index(name) if name in TIMING else FIRST_STATE + RESTS.index(name)


def draw(port: State, which: int) -> int:
    """One of the recorded, and a mark that it was drawn."""
    port.replay_seed = (port.replay_seed * FACTOR + ADDEND) & MASK
    count = port.replay[which * REPLAY_ROW + 1]
    at = port.replay[which * REPLAY_ROW] + ((port.replay_seed >> 17) * count >> 31)
    port.drawn[at] += 1
    return at


def phase(port: State, state: int, which: int, air_us: int) -> None:
    """Let a phase pass but for its time on the air: the board's, or a recorded one."""
    if port.replay[which * REPLAY_ROW + 1] == 0:
        if port.timing[which] > air_us:
            port.spend(state, port.timing[which] - air_us)
        return
    at = draw(port, which)
    if port.replay_us[at] > air_us:
        port.spend_at(state, port.replay_us[at] - air_us, port.replay_na[at])


def rest(port: State, state: int, us: int) -> None:
    """Let time pass in a state at the board's current, or at a recorded one."""
    which = FIRST_STATE + state
    if us > 0 and port.replay[which * REPLAY_ROW + 1] > 0:
        port.spend_at(state, us, port.replay_na[draw(port, which)])
    else:
        port.spend(state, us)
