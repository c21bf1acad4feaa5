"""The simulated port: clock, sleep, events, link and cell, at their boundaries."""

import pytest

from host_sim.engine import events, ledger, parts
from host_sim.engine.events import NEVER_US, ordered
from host_sim.engine.port import SimPort
from host_sim.hardware import states
from host_sim.hardware.board import load
from host_sim.sim import build, run
from host_sim.spec import scenario
from host_sim.units import DAY_US
from torpor.policy.sleep import DEEP, LIGHT, MODEM
from torpor.policy.ticks import diff
from torpor.port import DECISIONS, DELTA, NO_AP, NODE, PIN, SLEEP, TIMER, Port

QUIET = "world.wifi.sd_db=0"
NEAR = "world.wifi.mean_dbm=-30"


def port(name: str = "garden", *changes: str) -> SimPort:
    return SimPort(build.parts(scenario.load(name, ("days=2", *changes))))


def with_events(happens: list[tuple[int, int, int]], name: str = "garden") -> SimPort:
    world = build.parts(scenario.load(name, ("days=2",)))
    world.event_us, world.event_kind, world.event_value = ordered(happens)
    return SimPort(world)


def test_it_answers_every_call_of_the_contract() -> None:
    calls = {name for name in vars(Port) if not name.startswith("_")}
    assert calls - {"retain", "retained", "setting"} <= set(vars(SimPort))


def test_events_are_ordered_by_time_then_kind_then_sequence() -> None:
    happens = [
        (5, events.EDGE, 1),
        (5, events.AP_DOWN, 2),
        (3, events.EDGE, 3),
        (5, events.EDGE, 4),
    ]
    at_us, kinds, values = ordered(happens)
    assert values == [3, 2, 1, 4, 0]
    assert at_us == [3, 5, 5, 5, NEVER_US]
    assert kinds[:2] == [events.EDGE, events.AP_DOWN]


def test_time_is_booked_to_the_account_in_force() -> None:
    p = port()
    before = p.now_us
    p.account(2, DELTA)
    p.spend(states.CPU, 1_000)
    cell = (2 * DECISIONS + DELTA) * states.STATES + states.CPU
    assert p.us[cell] == 1_000
    assert p.now_us == before + 1_000


def test_charge_by_hand() -> None:
    us = [0] * ledger.CELLS
    us[(1 * 10 + DELTA) * states.STATES + states.CPU] = 2_000_000
    us[(NODE * 10 + SLEEP) * states.STATES + states.DEEP_SLEEP] = 10_000_000
    current_na = [0] * states.STATES
    current_na[states.CPU], current_na[states.DEEP_SLEEP] = 40_000_000, 5_000
    book = ledger.Ledger(us, current_na, ["a", "b"])
    assert book.charge_fc == 2_000_000 * 40_000_000 + 10_000_000 * 5_000
    assert [line.name for line in book.by_task()] == ["b", "node"]
    assert [line.charge_mc for line in book.by_state()] == [0.05, 80.0]


@pytest.mark.parametrize("drift_ppm", [-200, 0, 200])
def test_a_sleep_lasts_what_was_asked_on_the_nodes_own_clock(drift_ppm: int) -> None:
    p = port("garden", f"world.drift_ppm={drift_ppm}")
    start = p.ticks_ms()
    start_us = p.now_us
    assert p.sleep(LIGHT, 1_000_000) == TIMER
    woken_us = sum(load("lolin32_lite").phase_us(name) for name in ("light_exit", "wake_cpu"))
    assert diff(p.ticks_ms(), start) == pytest.approx(1_000_000 + woken_us / 1000, abs=2)
    true_us = 1_000_000 * 1_000 * (1 - drift_ppm / 1e6)
    assert p.now_us - start_us == pytest.approx(true_us + woken_us, abs=1_000)


def test_the_clock_wraps_within_the_first_hours() -> None:
    p = port()
    assert p.ticks_ms() > 2**29
    p.sleep(DEEP, 2 * 3_600_000)
    assert 0 <= p.ticks_ms() < 2**29


def test_a_run_ends_on_the_microsecond() -> None:
    p = port()
    p.sleep(DEEP, 2**29 - 1)
    assert p.now_us == p.end_us == 2 * DAY_US
    assert sum(p.us) == p.end_us


@pytest.mark.parametrize(("late_us", "cause"), [(-1, PIN), (0, PIN), (1, TIMER)])
def test_an_edge_at_the_very_end_of_a_sleep_wakes(late_us: int, cause: int) -> None:
    end_us = with_events([]).now_us + 10_000_000 - 400  # the clock is 40 ppm fast
    p = with_events([(end_us + late_us, events.EDGE, 1)])
    p.watch(0, 0, 0)
    assert p.sleep(LIGHT, 10_000) == cause


def test_a_watch_is_armed_for_one_sleep_only() -> None:
    p = with_events([(20_000_000, events.EDGE, 1), (40_000_000, events.EDGE, 0)])
    p.watch(0, 0, 0)
    assert p.sleep(DEEP, 30_000) == PIN
    assert p.now_us >= 20_000_000
    p.measure(3)
    p.pin_read = p.pin
    assert p.sleep(DEEP, 60_000) == TIMER


def test_a_command_ends_a_modem_sleep_and_is_told_once() -> None:
    p = with_events([(5_000_000, events.COMMAND, 1)], "plug")
    assert p.sleep(MODEM, 10_000) == PIN
    assert p.now_us < 6_000_000
    assert p.command() == 1
    assert p.command() == -1


def test_a_join_without_loss_takes_the_boards_phases() -> None:
    p = port("garden", QUIET, NEAR, "node.key=passphrase")
    start_us = p.now_us
    assert p.join(80, 0) == -30
    board = load("lolin32_lite")
    phases = ("link", "scan", "associate", "address", "connect")  # the link loaded by the first
    assert p.now_us - start_us == sum(board.phase_us(name) for name in phases)
    start_us = p.now_us
    assert p.join(80, 0) == -30
    assert p.now_us == start_us  # joined already
    p.leave()
    p.leave()
    assert p.join(80, 1) == -30
    cached = ("scan", "associate", "address_cached", "connect")
    assert p.now_us - start_us == sum(board.phase_us(name) for name in cached)


def test_a_stored_key_spares_each_join_its_derivation() -> None:
    us = []
    for key in ("passphrase", "stored"):
        p = port("garden", QUIET, NEAR, f"node.key={key}")
        start_us = p.now_us
        p.join(80, 1)
        us.append(p.now_us - start_us)
    assert us[0] - us[1] == load("lolin32_lite").file.radio.key.duration_us


def test_a_join_that_may_take_so_long_takes_no_longer() -> None:
    p = port("garden", QUIET, NEAR, "world.wifi.disturbed=0.95", "world.wifi.disturbed_loss=1")
    p.disturbed, p.disturbed_wake = True, p.count[parts.WAKES]
    p.linked = True
    start_us = p.now_us
    assert p.join(80, 1, 2_000) == NO_AP
    assert p.now_us - start_us == 2_000_000


def test_without_an_access_point_a_join_costs_a_scan_in_vain() -> None:
    p = with_events([(0, events.AP_DOWN, 0)])
    p.linked = True
    start_us = p.now_us
    assert p.join(80, 1) == NO_AP
    assert p.now_us - start_us == load("lolin32_lite").phase_us("no_ap")
    assert p.send([], 0, 1, 80) == 0
    assert p.count[parts.JOINS_FAILED] == 1


def test_an_empty_cell_ends_the_run() -> None:
    result = run.run(scenario.load("garden", ("days=30", "node.battery.capacity_mah=10")))
    assert not result.alive
    assert result.days < 10


def test_a_day_without_the_access_point_costs_less_than_a_third_more() -> None:
    calm = run.run(scenario.load("garden", ("days=3",)))
    outage = "world.wifi.outage=[{start_h=24, hours=24}]"
    harsh = run.run(scenario.load("garden", ("days=3", outage)))
    assert harsh.count[parts.JOINS_FAILED] > 0
    assert harsh.chunk_ua[1] < 1.33 * calm.chunk_ua[1]
