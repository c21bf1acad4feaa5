"""What torpor.port promises, asked of every port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.benches import Bench, Chip, Simulated
from tests.contract.device import Device
from tests.firmware import rig
from tests.firmware.broker import PASSWORD, USER, Broker
from torpor.policy.sleep import DEEP, IDLE, LIGHT, MODEM
from torpor.policy.ticks import MASK, diff
from torpor.policy.txpower import LEVEL_QDBM
from torpor.port import COLD, DECISIONS, FAULT, NO_AP, NODE, NONE, PIN, TIMER
from torpor_tools.hil.bench import Bench as BenchFile
from torpor_tools.provision import firmware

PORTS = ("chip", "simulated", "device")
WAKING_MS = 500  # at most, from sleep to the node's first line without a boot


@pytest.fixture(scope="session")
def broker(torpor_bench: BenchFile) -> Iterator[Broker]:
    with Broker(torpor_bench.broker.host) as started:
        yield started


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firmware")
    firmware.compile_tree(folder)
    return folder


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """The port asked for; the node, its firmware and its broker for those that need them."""
    if request.param == "simulated":
        return Simulated()
    started: Broker = request.getfixturevalue("broker")
    account = {"host": started.host, "port": started.port, "user": USER, "password": PASSWORD}
    if request.param == "chip":
        return Chip(account, "home", "sleepwell", 33)
    wifi = request.getfixturevalue("torpor_bench").wifi
    request.getfixturevalue("resting")
    wake_pin = request.getfixturevalue("torpor_board").file.pins["wake"]
    return Device(
        request.getfixturevalue("node"),
        request.getfixturevalue("compiled"),
        request.config.getoption("--port") is None,
        *(account, wifi.ssid, wifi.password, wake_pin),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bench" in metafunc.fixturenames:
        retains = "retained" in metafunc.function.__name__
        metafunc.parametrize(
            "bench", [p for p in PORTS if not (retains and p == "simulated")], indirect=True
        )


def lasted(bench: Bench, before: int, least_ms: int, most_ms: int) -> bool:
    """Whether so much of the node's time has passed since a reading of its ticks."""
    return least_ms <= diff(bench.port.ticks_ms(), before) <= most_ms + bench.slack_ms


@pytest.mark.parametrize("kind", [IDLE, MODEM, LIGHT])
@pytest.mark.parametrize("first_tick", [5_000, MASK - 700])
def test_ticks_run_on_through_sleep_and_wrap(bench: Bench, kind: int, first_tick: int) -> None:
    bench.start(first_tick=first_tick)
    before = bench.port.ticks_ms()
    assert -2 <= diff(before, first_tick) <= 2 + bench.slack_ms
    assert bench.port.sleep(kind, 1_000) == TIMER
    assert 0 <= bench.port.ticks_ms() <= MASK
    assert lasted(bench, before, 999, 1_000 + WAKING_MS)


def test_sleeping_for_nothing_is_over_at_once(bench: Bench) -> None:
    bench.start()
    before = bench.port.ticks_ms()
    for kind in (IDLE, MODEM, LIGHT):
        assert bench.port.sleep(kind, 0) == TIMER
    assert lasted(bench, before, 0, 3 * WAKING_MS)


def test_a_wait_takes_its_time(bench: Bench) -> None:
    bench.start()
    before = bench.port.ticks_ms()
    bench.port.wait(0)
    assert lasted(bench, before, 0, 0)
    bench.port.wait(60_000)
    assert lasted(bench, before, 60_000, 60_000)


def test_the_books_and_the_watchdog_cost_the_node_no_time(bench: Bench) -> None:
    bench.start()
    before = bench.port.ticks_ms()
    bench.port.account(0, 0)
    bench.port.account(NODE, DECISIONS - 1)
    bench.port.feed()
    assert bench.port.command() == NONE
    assert lasted(bench, before, 0, 0)


@pytest.mark.parametrize("tx_qdbm", LEVEL_QDBM)
def test_a_join_answers_the_rssi_and_joining_twice_the_same_at_once(
    bench: Bench, tx_qdbm: int
) -> None:
    bench.start()
    if bench.port.join(LEVEL_QDBM[-1], 0) >= 0:  # the link decides about the lower levels
        pytest.fail("no join at full power")
    bench.port.leave()
    answer = bench.port.join(tx_qdbm, 1)
    if answer < 0:
        before = bench.port.ticks_ms()
        assert bench.port.join(tx_qdbm, 1) == answer
        assert lasted(bench, before, 0, 0)
    else:
        assert answer == NO_AP
    bench.port.leave()


def test_leaving_is_harmless_and_a_join_follows(bench: Bench) -> None:
    bench.start()
    bench.port.leave()
    bench.port.leave()
    assert bench.port.join(80, 0) < 0
    bench.port.leave()
    bench.port.leave()
    assert bench.port.join(80, 1) < 0
    bench.port.leave()


@pytest.mark.parametrize("cached", [0, 1])
def test_no_access_point_is_no_ap_and_its_return_is_noticed(bench: Bench, cached: int) -> None:
    bench.start()
    bench.access_point(False)
    assert bench.port.join(80, cached) == NO_AP
    assert bench.port.join(80, cached) == NO_AP
    bench.access_point(True)
    assert bench.port.join(80, 0) < 0
    bench.port.leave()


def test_a_send_is_acknowledged_at_the_first_attempt_of_a_good_link(bench: Bench) -> None:
    bench.start()
    assert bench.port.join(80, 0) < 0
    queue = [0, 1, bench.port.ticks_ms(), 0, 0, bench.port.ticks_ms()]
    assert bench.port.send([7, *queue], 1, 2, 80) == 1
    bench.port.leave()


@pytest.mark.parametrize("kind", [DEEP, LIGHT])
def test_after_sleep_a_join_associates_anew(bench: Bench, kind: int) -> None:
    bench.start()
    assert bench.port.join(80, 0) < 0
    if kind == LIGHT:
        bench.port.sleep(kind, 1_000)
    else:
        assert bench.sleep_deep(1_000) == TIMER
    before = bench.port.ticks_ms()
    assert bench.port.join(80, 1) < 0
    assert diff(bench.port.ticks_ms(), before) > 100
    bench.port.leave()


def test_flash_is_written_once_for_an_address_that_stays(bench: Bench) -> None:
    bench.start()
    assert bench.flash_writes() == 0
    bench.access_point(False)
    assert bench.port.join(80, 0) == NO_AP
    assert bench.flash_writes() == 0
    bench.access_point(True)
    for cached in (0, 1, 0):
        assert bench.port.join(80, cached) < 0
        assert bench.flash_writes() == 1
        assert bench.sleep_deep(1_000) == TIMER
    assert bench.port.join(80, 1) < 0
    assert bench.flash_writes() == 1
    bench.port.leave()


@pytest.mark.parametrize("value", [0, 1])
def test_a_command_ends_a_modem_sleep_and_is_told_once(bench: Bench, value: int) -> None:
    bench.start()
    assert bench.port.join(80, 0) < 0
    bench.command(value)
    before = bench.port.ticks_ms()
    assert bench.port.sleep(MODEM, 10_000) == PIN
    assert lasted(bench, before, 0, WAKING_MS)
    assert bench.port.command() == value
    assert bench.port.command() == NONE
    assert bench.port.sleep(MODEM, 100) == TIMER
    bench.port.leave()


def test_a_reading_is_a_number_and_a_look_is_a_score(bench: Bench) -> None:
    bench.start()
    assert bench.port.measure(0) == 0
    score = bench.port.look(1)
    assert score == FAULT or 0 <= score <= 65_535


@pytest.mark.parametrize("kind", [IDLE, LIGHT])
def test_an_armed_edge_ends_the_sleep_and_arming_lasts_one_sleep(bench: Bench, kind: int) -> None:
    bench.start(edges=((500, 1), (12_000, 0)))
    bench.port.measure(0)
    bench.port.watch(0, 0, 0)
    before = bench.port.ticks_ms()
    assert bench.port.sleep(kind, 10_000) == PIN
    assert lasted(bench, before, 400 - bench.slack_ms, 500 + WAKING_MS)
    assert bench.port.measure(0) == 1
    assert bench.port.sleep(kind, 30_000) == TIMER  # not armed: the edge at 12 s wakes nobody
    assert bench.port.measure(0) == 0


@pytest.mark.parametrize("kind", [IDLE, LIGHT])
def test_an_edge_that_came_while_awake_ends_the_next_sleep_at_once(bench: Bench, kind: int) -> None:
    bench.start(edges=((500, 1),))
    assert bench.port.measure(0) == 0
    bench.port.wait(1_000)
    bench.port.watch(0, 0, 0)
    before = bench.port.ticks_ms()
    assert bench.port.sleep(kind, 10_000) == PIN
    assert lasted(bench, before, 0, WAKING_MS)


@pytest.mark.parametrize("kind", [IDLE, LIGHT])
def test_an_edge_that_was_read_is_no_news(bench: Bench, kind: int) -> None:
    bench.start(edges=((500, 1),))
    bench.port.wait(1_000)
    assert bench.port.measure(0) == 1
    bench.port.watch(0, 0, 0)
    assert bench.port.sleep(kind, 10_000) == TIMER


# The simulated port keeps nothing: a run hands the record over as it is (engine/kernel.py).


@given(st.binary(max_size=2_047))
def test_what_is_retained_comes_back(data: bytes) -> None:
    rig.power_on()
    port = rig.esp32.opened({"pins": {}, "channels": [], "watch_channel": NONE})
    port.retain(data)
    assert port.retained() == data


@pytest.mark.parametrize("value", [0, 1])
def test_an_output_is_known_as_it_was_set_also_after_retained_was_needed(
    bench: Bench, value: int
) -> None:
    bench.start()
    for last in (1 - value, value):
        bench.port.actuate(0, last)
        assert bench.port.setting(0) == last
    bench.port.retain(b"kept")
    bench.sleep_deep(5)
    assert bench.port.setting(0) == value
    assert bench.port.retained() == b"kept"


def test_2047_bytes_are_retained_through_deep_sleep_but_no_power_cut(bench: Bench) -> None:
    bench.start()
    data = bytes(range(1, 256)) * 8 + b"1234567"
    bench.port.retain(data)
    if bench.port.join(80, 0) < 0:
        bench.port.leave()
    assert bench.sleep_deep(5) == TIMER
    assert bench.port.retained() == data
    assert bench.cut_power() == COLD
    assert bench.port.retained() == b""
