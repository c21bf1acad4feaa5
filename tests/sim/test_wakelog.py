"""Every wake of a run: the log holds the books, and the pyramid the log."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from host_sim.engine.ledger import Ledger
from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.lab import decisions
from host_sim.sim import pyramids, run, wakelog
from host_sim.sim.pyramids import Spans
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from torpor.port import COLD, PIN, TIMER


def of(name: str, hours: float = 3) -> Scenario:
    return scenario.load(name, (f"days={hours / 24}",))


def booked(log: wakelog.Log) -> dict[int, int]:
    """µs by the ledger's cell, of the wakes alone."""
    us: dict[int, int] = {}
    for at in log.wakes.shape:
        for part in log.shapes[at].parts:
            us[part.cell] = us.get(part.cell, 0) + part.us
    return us


@pytest.mark.parametrize("name", scenario.names())
def test_a_log_holds_the_charge_and_the_time_of_the_books(name: str) -> None:
    given = of(name)
    log, result = wakelog.log(given), run.run(given)
    assert log.result.ledger == result.ledger
    assert log.result.counters == result.counters
    fc = sum(log.shapes[at].fc for at in log.wakes.shape) + sum(map(int, log.wakes.asleep_fc))
    rounded = len(log.wakes.shape) << CHARGE_SHIFT if name == "sound" else 1  # by the ULP's looks
    assert 0 <= fc - result.ledger.charge_fc < rounded
    assert log.now_us == result.simulated_us
    asleep = range(states.IDLE)
    for cell, us in booked(log).items():
        assert us <= result.ledger.us[cell]
        assert us == result.ledger.us[cell] or cell % states.STATES in (*asleep, *LOOKS)


LOOKS = (states.IDLE, states.CPU, states.SENSE)  # a detector's, in its sleep


def test_a_run_that_ends_in_the_start_of_a_wake_is_logged_to_its_end() -> None:
    whole = wakelog.log(of("garden", 1))
    ends_us = whole.wakes.start_us[2] + whole.shapes[whole.wakes.shape[2]].parts[0].us // 2
    given = of("garden", ends_us / 3_600_000_000)
    log, result = wakelog.log(given), run.run(given)
    assert len(log.wakes.shape) == 3
    fc = sum(log.shapes[at].fc for at in log.wakes.shape) + sum(map(int, log.wakes.asleep_fc))
    assert fc == result.ledger.charge_fc
    level = pyramids.levels(pyramids.spans(log))[-1]
    assert level.mean[-1] > 1000  # the start's, not a sleep's


def test_a_node_whose_cell_ends_is_logged_to_its_end() -> None:
    """Its last sleep and the start of the wake behind it were of the books alone."""
    given = scenario.load("garden", ("days=1", "node.battery.capacity_mah=0.5"))
    *_, (done, told) = wakelog.live(given)
    log = told()
    assert (done, log.result.alive, log.result.complete) == (1, False, True)
    assert len(log.wakes.start_us) == len(log.wakes.shape) == len(log.wakes.asleep_fc)
    fc = sum(log.shapes[at].fc for at in log.wakes.shape) + sum(map(int, log.wakes.asleep_fc))
    assert fc == log.result.ledger.charge_fc


def test_a_baseline_is_logged_as_it_is_run() -> None:
    given, device = decisions.without(of("garden"), decisions.NAIVE)
    ledger: Ledger = run.run(given, device=device).ledger
    assert wakelog.log(given, device).result.ledger == ledger


def test_wakes_follow_one_another_and_say_what_woke_them() -> None:
    log = wakelog.log(of("door", 48))
    starts, shapes = log.wakes.start_us, [log.shapes[at] for at in log.wakes.shape]
    ends = [start + shape.us for start, shape in zip(starts, shapes, strict=True)]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert shapes[0].cause == COLD
    assert {shape.cause for shape in shapes[1:]} == {TIMER, PIN}
    joins = sum(shape.counted[0] for shape in shapes)
    assert joins == log.result.counters["joins"] > 0


def test_most_wakes_are_alike() -> None:
    log = wakelog.log(of("garden", 48))
    assert len(log.shapes) * 5 < len(log.wakes.shape)


def test_the_example_is_a_wake_of_the_run_that_used_the_radio() -> None:
    given = of("garden", 3)
    start_us, shape = wakelog.example(given)
    log = wakelog.log(given)
    wakes = zip(log.wakes.start_us, log.wakes.shape, strict=True)
    found = [(start, log.shapes[at]) for start, at in wakes if log.shapes[at].on_air]
    assert (start_us, shape) == found[-1]


def brute(some: Spans, bin_us: int) -> list[list[float]]:
    """Least, mean and most of each bin, span by span."""
    ends = [*some.start_us[1:], some.end_us]
    out = []
    for begin in range(0, some.end_us, bin_us):
        end = min(begin + bin_us, some.end_us)
        fc, seen = 0.0, []
        for i, start in enumerate(some.start_us):
            shared = min(end, ends[i]) - max(begin, start)
            if shared > 0:
                fc += some.fc[i] * shared / (ends[i] - start)
                seen.append((some.low_ua[i], some.high_ua[i]))
        lows, highs = zip(*seen, strict=True)
        out.append([min(lows), fc / (end - begin) / 1000, max(highs)])
    return out


@pytest.mark.parametrize("bins", [1, 7, 300])
def test_a_level_is_what_each_bin_holds(bins: int) -> None:
    some = pyramids.spans(wakelog.log(of("garden", 2)))
    level = pyramids.levels(some, bins)[0]
    told = np.column_stack([level.low, level.mean, level.high])
    assert told == pytest.approx(np.array(brute(some, level.bin_us)))


def test_every_level_holds_the_charge_and_the_peak() -> None:
    log = wakelog.log(of("sound", 6))
    some = pyramids.spans(log)
    levels = pyramids.levels(some, 4096)
    assert [len(level.mean) for level in levels] == [4096, 1024]
    for level in levels:
        width = np.minimum(level.bin_us, some.end_us - np.arange(len(level.mean)) * level.bin_us)
        assert np.dot(level.mean, width) * 1000 == pytest.approx(log.result.ledger.charge_fc)
        assert level.high.max() == levels[0].high.max()
        assert (level.low <= level.mean * (1 + 1e-9)).all()
        assert (level.mean <= level.high * (1 + 1e-9)).all()


def test_a_run_that_ends_in_its_first_wake_has_no_log() -> None:
    given = of("garden")
    start_s = (given.board.phase_us("boot") + given.board.phase_us("wake_cpu")) / 1e6
    short, longer = (
        replace(given, file=changed(given.file, days=seconds / 86_400))  # by a board that is slow
        for seconds in (start_s, start_s + 1e-3)
    )
    with pytest.raises(BadInput, match="before its first wake"):
        wakelog.log(short)
    assert len(wakelog.log(longer).wakes.shape) == 1
