"""A run step by step: each current that the simulated port spent, in its order."""

from host_sim.engine import kernel
from host_sim.engine.parts import MONITOR_ROW, Parts
from host_sim.engine.port import SimPort
from host_sim.hardware import states
from host_sim.progress import Progress
from host_sim.units import DAY_US
from torpor.port import COLD

Step = tuple[int, int, int]  # state, µs, nA

# What the marker pins of the firmware (torpor/markers.py) say in each state: asleep, awake, sensing
# or on the air. They are let go in sleep, and say nothing before the firmware runs.
ASLEEP, AWAKE, SENSING, ON_AIR = range(4)
_MARK = {"idle": AWAKE, "cpu": AWAKE, "sense": SENSING}
MARKS = tuple(
    ON_AIR if state >= states.SCAN else _MARK.get(name, ASLEEP)
    for state, name in enumerate(states.NAMES)
)


class TracedPort(SimPort):
    """The simulated port, which also keeps every step."""

    def __init__(self, parts: Parts) -> None:
        self.steps: list[Step] = []
        super().__init__(parts)

    def sleep(self, kind: int, ms: int) -> int:
        """Sleep; the run may end in it."""
        cause = super().sleep(kind, ms)
        if self.now_us >= self.end_us:
            self._spread()
        return cause

    def wake_up(self, kind: int, cause: int) -> None:
        """Wake up phase by phase, as if each were drawn."""
        self._spread()
        self.replays = True
        super().wake_up(kind, cause)

    def spend(self, state: int, us: int) -> None:
        """Let time pass, with a note."""
        if us:
            self.steps.append((state, us, self.current_na[state]))
        super().spend(state, us)

    def spend_at(self, state: int, us: int, na: int) -> None:
        """Let time pass at this current."""
        super().spend_at(state, us, na)
        if us:
            self.steps[-1] = (state, us, na)

    def _spread(self) -> None:
        """Have each of the ULP's readings in the sleep that is over stand at its time.

        They were booked at once. No marker pin tells of them: the CPU is asleep.
        """
        tasks = len(self.monitor_tasks) // MONITOR_ROW
        booked = self.steps[-tasks - 1 :]
        if self.looked == 0 or [step[0] for step in booked] != [states.SENSE] * tasks + [
            states.DEEP_SLEEP
        ]:
            return
        _, left_us, na = booked.pop()
        readings = [(states.DEEP_SLEEP, us // self.looked, at_na) for _, us, at_na in booked]
        between_us = self.monitor_us - sum(us for _, us, _ in readings)
        out = [(states.DEEP_SLEEP, between_us, na), *readings] * self.looked
        rest_us = left_us - self.looked * between_us
        if rest_us:
            out.append((states.DEEP_SLEEP, rest_us, na))
        self.steps[-tasks - 1 :] = out


def live(port: TracedPort, r: list[int], until_us: int, progress: Progress) -> None:
    """Run a node from power-on to this instant or its cell's end; told how far it is, by days."""
    cause = COLD
    while port.now_us < until_us and port.alive:
        cause, *_ = kernel.run(r, port, cause, min(until_us, port.now_us + DAY_US))
        progress(port.now_us / until_us)
