"""What the ULP reads through deep sleep, simulated: when it wakes the node, and what that costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.engine import native, plain
from host_sim.engine.ledger import FC_PER_MC
from host_sim.engine.port import SimPort
from host_sim.errors import BadInput
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.hardware.states import DEEP_SLEEP, SENSE, STATES
from host_sim.lab import wakes
from host_sim.sim import build, run, waveform
from host_sim.sim.traced import ASLEEP
from host_sim.spec import scenario
from host_sim.spec.configure import MOST_ULP_MS, ulp_ms
from host_sim.spec.nodefaults import LEAST_ULP_S
from host_sim.ulp import monitor as prices
from host_sim.units import DAY_S
from torpor.policy.schedule import MAX_SLEEP_MS
from torpor.policy.sleep import DEEP, LIGHT
from torpor.port import DECISIONS, FAULT, NODE, RECALLED, SCHEDULED, SLEEP, TIMER, WATCH

BY_ULP = ("node.task.climate.ulp=true", "node.task.light.ulp=true")
EVERY_MS = 100_000  # a third of the climate's period
STEADY = ("world.drift_ppm=0", "days=2")
HOUR_MS = 3_600_000
FIRST = 1 << 40  # where the temperature begins


GARDEN = scenario.load("garden", (*BY_ULP, *STEADY))
BUILT = build.parts(GARDEN)
SHT3X = prices.price("esp32")


def port(values: list[int]) -> SimPort:
    """The garden's, at the end of its start; its temperature has a value at each of its readings.

    The first is that of the first reading in a sleep that begins now.
    """
    made = SimPort(build.again(BUILT, GARDEN))
    made.account(NODE, SLEEP)
    made.first[0], made.step_us[0], made.cells[0] = FIRST, 1, 1 << 62
    made.series = Readings(values, made)  # type: ignore[assignment]
    return made


class Readings:
    """The temperature by the µs; other channels are as they were."""

    def __init__(self, values: list[int], port: SimPort) -> None:
        self.values, self.from_us, self.others = values, port.now_us, port.series

    def __getitem__(self, at: int) -> int:
        if at < FIRST:
            return self.others[at]
        reading, rest = divmod(at - FIRST - self.from_us, EVERY_MS * 1000)
        assert rest == 0, "read at another time"
        return self.values[reading - 1]


@settings(max_examples=50)
@given(
    values=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    looks=st.integers(1, 6),
    low=st.integers(-1, 2),
    high=st.integers(2, 5),
)
def test_it_wakes_once_enough_more_was_beyond_than_within(
    values: list[int], looks: int, low: int, high: int
) -> None:
    beyond, due = 0, None
    for i, value in enumerate(values, 1):
        beyond = beyond + 1 if not low < value < high else max(0, beyond - 1)
        if beyond == looks:
            due = i
            break
    p = port([*values, *([2] * 100)])
    p.monitor(0, low, high, looks)
    began_us = p.now_us
    cause = p.sleep(DEEP, len(values) * EVERY_MS + 1)
    assert cause == (WATCH if due else TIMER)
    read = due or len(values)
    assert p.monitored(0) == read
    if due:
        assert p.now_us - began_us == due * EVERY_MS * 1000 + p.start_us
    told = [p.recalled(0, age) for age in range(min(read, RECALLED))]
    assert told == values[:read][::-1][:RECALLED]
    assert p.recalled(0, RECALLED) == FAULT


def test_a_sleep_that_ends_with_a_reading_ends_before_it() -> None:
    p = port([9])
    p.monitor(0, 0, 5, 1)
    assert p.sleep(DEEP, EVERY_MS) == TIMER
    assert p.monitored(0) == 1


def test_it_reads_in_the_next_deep_sleep_alone() -> None:
    p = port([9] * 50)
    p.monitor(0, 0, 5, 1)
    assert p.sleep(LIGHT, 3 * EVERY_MS) == TIMER
    assert p.monitored(0) == 0
    assert p.sleep(DEEP, 3 * EVERY_MS) == TIMER
    assert p.monitored(0) == 0


def test_what_is_not_armed_is_not_read() -> None:
    p = port([9] * 50)
    p.monitor(1, -(2**29), 2**29, 1)
    assert p.sleep(DEEP, 3 * EVERY_MS) == TIMER
    assert (p.monitored(0), p.monitored(1)) == (0, 3)


def test_each_of_its_tasks_pays_for_its_readings() -> None:
    """Climate and light, each as an SHT3x; their time is part of the sleep."""
    p = port([3] * 100)
    p.monitor(0, 0, 5, 1)
    us, times, extra, began_us = list(p.us), list(p.times), list(p.extra), p.now_us
    p.sleep(DEEP, HOUR_MS)
    reading_us, na = SHT3X
    for task in (0, 1):
        at = (task * DECISIONS + SCHEDULED) * STATES + SENSE
        assert p.us[at] - us[at] == 36 * reading_us
        assert p.times[at] - times[at] == 36
        over_na = p.current_na[DEEP_SLEEP] + na - p.current_na[SENSE]
        assert p.extra[at] - extra[at] == 36 * reading_us * over_na >> CHARGE_SHIFT
    asleep = (NODE * DECISIONS + SLEEP) * STATES + DEEP_SLEEP
    assert p.us[asleep] - us[asleep] == HOUR_MS * 1000 - 2 * 36 * reading_us
    assert p.now_us - began_us == HOUR_MS * 1000 + p.start_us


@pytest.mark.parametrize("drift_ppm", [-80, 80])
def test_the_ulp_reads_by_the_clock_that_the_node_sleeps_by(drift_ppm: int) -> None:
    parts = build.parts(scenario.load("garden", (*BY_ULP, f"world.drift_ppm={drift_ppm}")))
    port = SimPort(parts)
    assert parts.monitor[0] == port.planned_us(EVERY_MS) - port.now_us


@pytest.mark.parametrize("changes", [(), ("node.link=espnow",), ("world.drift_ppm=-80",)])
def test_both_engines_read_alike(changes: tuple[str, ...]) -> None:
    given_ = scenario.load("garden", (*BY_ULP, "days=20", *changes))
    one, other = (run.run(given_, engine=engine) for engine in (plain.Life, native.Life))
    assert one.ledger.us == other.ledger.us
    assert one.counters == other.counters
    assert one.ledger.charge_fc == other.ledger.charge_fc


def test_the_views_of_the_books_agree() -> None:
    ledger = run.run(scenario.load("garden", (*BY_ULP, "days=20"))).ledger
    views = (ledger.by_state(), ledger.by_task(), ledger.by_decision())
    assert {sum(line.charge_fc for line in view) for view in views} == {ledger.charge_fc}


@pytest.mark.parametrize(
    ("period_s", "every_ms"),
    [(5, 5_000), (100, 100_000), (101, 50_500), (300, 100_000), (259_200, 100_000)],
)
def test_it_reads_an_equal_part_of_the_shortest_period(period_s: int, every_ms: int) -> None:
    light_s = min(2 * period_s, 259_200)
    changes = [f"node.task.climate.period_s={period_s}", f"node.task.light.period_s={light_s}"]
    changes += ["node.task.climate.early_s=0", "node.task.light.early_s=0"]
    found = scenario.load("garden", (*BY_ULP, *changes))
    assert ulp_ms(found.file.node, found.board) == every_ms <= MOST_ULP_MS
    assert ulp_ms(GARDEN.file.node, scenario.load("garden", ("board=xiao_esp32c3",)).board) == 0


def test_it_counts_the_readings_of_the_longest_sleep() -> None:
    """By 16 bits (torpor.ulp.monitor), at the shortest period that it may have and no shorter."""
    most = 65_535_000
    assert (LEAST_ULP_S - 1) * most < MAX_SLEEP_MS <= LEAST_ULP_S * most


def test_a_chip_without_one_has_its_cpu_read() -> None:
    changes = ("board=xiao_esp32c3", "days=3")
    by_ulp, by_cpu = (run.run(scenario.load("garden", (*more, *changes))) for more in (BY_ULP, ()))
    assert by_ulp.ledger.us == by_cpu.ledger.us


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (("node.task.battery.ulp=true",), "the cell's reading sets the mode"),
        (("node.channel.humidity.delta=0",), "every reading of humidity is news"),
        (("node.deepest_sleep=light",), "in deep sleep alone"),
        (("node.battery.chemistry=supercap", "node.battery.harvested=true"), "paces its own"),
        (("world.reads.light=output",), "the ULP does not read output"),
        (("node.task.light.period_s=4", "node.task.light.early_s=0"), "would lose count"),
    ],
)
def test_what_it_cannot_read_is_told(changes: tuple[str, ...], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        scenario.load("garden", (*BY_ULP, *changes))


def test_a_detector_and_it_do_not_go_together() -> None:
    changes = ('node.task.battery.channels=["word"]', "node.task.battery.ulp=true")
    with pytest.raises(BadInput, match="not both"):
        scenario.load("sound", (*changes, "node.battery.channel=battery"))


def test_a_waveform_has_each_reading_at_its_time_and_all_of_the_charge() -> None:
    """Of whole sleeps, and of the one in which it ends; no marker pin tells of them."""
    given = scenario.load("garden", (*BY_ULP, "world.drift_ppm=0", "days=0.25"))
    device = given.device()
    drawn = waveform.traced(given, device, 0, DAY_S // 4)
    na = given.board.current_na[DEEP_SLEEP]
    readings = np.flatnonzero(drawn.na == na + SHT3X[1])[::2]  # one behind the other, of each task
    apart_us = np.diff(drawn.start_us[readings])
    assert len(readings) > 200
    assert set(drawn.mark[readings]) == {ASLEEP}
    assert np.median(apart_us) == EVERY_MS * 1000
    assert apart_us.min() >= EVERY_MS * 1000
    assert set(drawn.na[readings - 1]) == {na}
    fc = int((np.diff(np.append(drawn.start_us, drawn.end_us)) * drawn.na).sum())
    assert fc == pytest.approx(run.run(given).ledger.charge_fc, rel=1e-6)


def test_the_sleep_that_a_recording_is_judged_by_holds_the_ulp_s_readings() -> None:
    """They were left out of it, and of every wake: 0.5 % of the charge."""
    told = wakes.predict(GARDEN)
    awake_mc = sum(float(mc @ times) for _, mc, times in (kind.each() for kind in told.kinds))
    whole_mc = told.result.ledger.charge_fc / FC_PER_MC
    assert awake_mc + told.sleep_s * told.sleep_ma == pytest.approx(whole_mc, rel=1e-6)
