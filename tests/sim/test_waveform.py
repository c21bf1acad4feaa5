"""The current of a run as a waveform: the ledger's charge, sample by sample."""

from typing import Any

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.hardware import states
from host_sim.lab import decisions
from host_sim.sim import build, instrument, run, waveform
from host_sim.sim.waveform import RATE_HZ
from host_sim.spec import scenario
from host_sim.spec.scenario import Scenario
from host_sim.trace.recording import Floats
from torpor.policy.loudness import BLOCK, REMEMBERED

DAY_S = 86_400
FIVE_MINUTES = "days=0.00347222222222222222"  # 300 s, to the microsecond


def sampled(
    given: Scenario, from_s: float, to_s: float, device: dict[str, Any] | None = None
) -> Floats:
    """Current in µA at RATE_HZ, the mean of each sample's time."""
    device = device or given.device()
    run = waveform.traced(given, device, from_s, to_s)
    by = instrument.ideal(RATE_HZ)
    return run.mean_ua(instrument.ends_us(run, by, from_s, to_s), by.aperture_us)


def test_a_window_far_into_a_run_is_told_of_day_by_day() -> None:
    """And what is drawn up to it is the ledger's."""
    given = scenario.load("garden", ("days=3",))
    device = given.device()
    told: list[float] = []
    traced = waveform.traced(given, device, 2 * DAY_S, 3 * DAY_S, told.append)
    assert told == pytest.approx([1 / 3, 2 / 3, 1], abs=0.01)
    us = np.diff(traced.start_us, append=traced.end_us)
    assert int(us @ traced.na) == run.run(given).ledger.charge_fc


@pytest.mark.parametrize("name", scenario.names())
@pytest.mark.parametrize("as_today", [False, True])
def test_the_samples_hold_the_ledgers_charge(name: str, as_today: bool) -> None:
    given = scenario.load(name, (FIVE_MINUTES,))
    device = given.device()
    if as_today:
        _, device = decisions.without(given, decisions.NAIVE)
    samples = sampled(given, 0, 300, device)
    ledger = run.run(given, device=device).ledger
    assert len(samples) == 300 * RATE_HZ
    beyond_mc = (ledger.duration_us / 1e6 - 300) * samples.max() / 1000  # by the last wake
    ulp_us, ulp_na = build.parts(given).watch[1:3]  # and by the second that the ULP listens on
    beyond_mc += ulp_us * REMEMBERED * BLOCK * ulp_na / 1e12
    charge_mc = ledger.charge_fc / 1e12
    assert -1e-6 <= charge_mc - samples.sum() / RATE_HZ / 1000 <= beyond_mc + 1e-6


def test_the_first_wake_starts_the_chip_at_the_boards_currents() -> None:
    given = scenario.load("garden", ("days=1",))
    board_ua = [na / 1000 for na in given.board.current_na]
    samples = sampled(given, 0, 10)
    boot = given.board.phase_us("boot") * RATE_HZ / 1e6
    whole, part = int(boot), boot % 1
    assert samples[:whole] == pytest.approx(board_ua[states.BOOT])
    shared = part * board_ua[states.BOOT] + (1 - part) * board_ua[states.CPU]
    assert samples[whole] == pytest.approx(shared)
    assert samples[-1] == pytest.approx(board_ua[states.DEEP_SLEEP])


def test_a_window_is_a_part_of_the_whole() -> None:
    given = scenario.load("plug", ("days=1",))
    whole = sampled(given, 0, 30)
    assert sampled(given, 12.5, 30) == pytest.approx(whole[round(12.5 * RATE_HZ) :])


def test_a_sample_is_the_mean_of_its_time() -> None:
    polling = ("node.watch.ulp=false", "node.deepest_sleep=light")
    given = scenario.load("sound", ("days=1", *polling))
    samples = sampled(given, 0, 5)
    most_ua = max(given.board.current_na) / 1000
    assert 0 < samples.min() <= samples.max() <= most_ua
    listening = given.board.current_na[states.SENSE] / 1000
    assert np.isclose(samples, listening).sum() > 100  # polls of 10 ms fill whole samples


def test_a_window_behind_an_empty_cell_is_refused() -> None:
    given = scenario.load("garden", ("days=3", "node.battery.capacity_mah=1"))
    with pytest.raises(BadInput, match="the node was dead by then"):
        sampled(given, 200_000, 200_010)
