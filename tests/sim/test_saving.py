"""A cell that runs low: what matters least is given up first, and the rest takes more time."""

from collections import defaultdict

from host_sim.engine.parts import Parts
from host_sim.engine.plain import Life
from host_sim.engine.port import SimPort
from host_sim.sim import build
from host_sim.spec import scenario
from torpor.policy import energy
from torpor.record import ENERGY

SMALL = (
    "days=90",
    "node.battery.capacity_mah=100",
    "node.battery.low_percent=40",
    "node.battery.critical_percent=20",
    "node.task.climate.longest_s=300",
    "node.task.light.priority=1",
)


class Noted(SimPort):
    """A port that notes when each channel is read, by the node's mode."""

    def __init__(self, parts: Parts, r: list[int]) -> None:
        super().__init__(parts)
        self.r = r
        self.noted_us: dict[tuple[int, int], list[int]] = defaultdict(list)

    def measure(self, channel: int) -> int:
        """Port.measure()."""
        self.noted_us[self.r[ENERGY + energy.MODE], channel].append(self.now_us)
        return super().measure(channel)


def test_the_least_important_is_given_up_first_and_the_cell_is_read_to_the_end() -> None:
    given = scenario.load("garden", SMALL)
    temperature, humidity, light, battery = range(4)
    parts = build.parts(given)
    life = Life(parts, given.device())
    life.port = port = Noted(parts, life.r)
    life.live(build.end_us(given))
    assert not life.alive
    read = {mode: {c for m, c in port.noted_us if m == mode} for mode in range(3)}
    # A mode begins within a wake, in which a task may be served that it will leave out.
    for mode, channel in [key for key, at in port.noted_us.items() if len(at) == 1]:
        read[mode].discard(channel)
    assert read[energy.NORMAL] == {temperature, humidity, light, battery}
    assert read[energy.SAVE] == {temperature, humidity, battery}
    assert read[energy.CRITICAL] == {battery}
    normal, saving = (port.noted_us[mode, temperature] for mode in (energy.NORMAL, energy.SAVE))
    pace_s = [(at[-1] - at[0]) / (len(at) - 1) / 1e6 for at in (normal, saving)]
    assert 299 <= pace_s[0] <= 301
    assert 590 <= pace_s[1] <= 610
