"""The way by ESP-NOW in the simulator: what a gateway costs that is near, away, or elsewhere."""

import pytest

from host_sim.engine.gateway import RELAY_PART
from host_sim.engine.parts import FLASH_WRITES, JOINS, JOINS_FAILED, READINGS, WAKES
from host_sim.engine.port import SimPort
from host_sim.hardware import mac, price, states
from host_sim.lab import bound
from host_sim.sim import build, run
from host_sim.spec import scenario
from tests.firmware import rig
from torpor.policy.report import CELLS
from torpor.port import NO_AP, UNHEARD

FULL, LEVEL = 80, 10  # 20 dBm
NEAR = ("world.wifi.sd_db=0", "world.wifi.mean_dbm=-40")
KNOWN, UNKNOWN = 1, 0
IN_VAIN_US = mac.TRIES * mac.air_us(mac.ESPNOW_BYTES) + (mac.TRIES - 1) * mac.GAP_US
RADIO_US = 48_200


def port(*changes: str) -> SimPort:
    given = scenario.load("garden", ("days=2", "node.link=espnow", *NEAR, *changes))
    made = SimPort(build.parts(given))
    made.linked = True
    return made


def sent(p: SimPort, count: int = 1) -> int:
    return p.send([0] * (CELLS * count), 0, count, FULL)


def test_the_node_and_the_simulator_wait_alike() -> None:
    """In the firmware's words, milliseconds."""
    gateway = rig.link
    ms = (gateway.GREETED_MS, gateway.GREET_MS, gateway.SENT_MS, gateway.SEND_MS)
    us = (mac.GREETED_US, mac.GREET_LIMIT_US, mac.SENT_US, mac.RELAY_LIMIT_US)
    assert tuple(1000 * each for each in ms) == us
    assert (gateway.CHANNELS, gateway.READINGS) == (mac.CHANNELS, mac.RELAY_READINGS)


def test_a_delivery_where_nothing_is_lost_costs_what_its_parts_do() -> None:
    given = scenario.load("garden", ("days=2", "node.link=espnow", *NEAR))
    p = SimPort(build.parts(given))
    assert p.join(FULL, UNKNOWN) == -40
    sent(p)
    p.leave()
    p.linked = True
    started_us, used = p.now_us, p.used
    assert p.join(FULL, KNOWN) == -40
    assert sent(p) == 1
    way = states.WAYS["espnow"]
    fc = price.join_fc(given.board, way.cached, LEVEL)
    fc += price.message_fc(given.board, LEVEL, way.message)
    assert (p.used - used) * 1024 == pytest.approx(fc, rel=1e-6)
    us = [given.board.phase_us(part.phase) for part in (*way.cached, way.message)]
    assert p.now_us - started_us == sum(us)


@pytest.mark.parametrize("channel", [1, 6, 13])
def test_it_is_looked_for_channel_by_channel_once(channel: int) -> None:
    p = port(f"world.wifi.channel={channel}")
    started_us = p.now_us
    assert p.join(FULL, UNKNOWN) == -40
    greeted_us = p.timing[states.PHASES.index("greet")]
    assert p.now_us - started_us == RADIO_US + (channel - 1) * IN_VAIN_US + greeted_us
    assert p.count[FLASH_WRITES] == 1
    p.leave()
    started_us = p.now_us
    assert p.join(FULL, UNKNOWN) == -40  # in full, and yet found at once
    assert p.now_us - started_us == RADIO_US + greeted_us
    assert p.count[FLASH_WRITES] == 1


@pytest.mark.parametrize(("cached", "others"), [(KNOWN, 0), (UNKNOWN, mac.CHANNELS - 1)])
def test_one_that_is_away_is_asked_until_the_limit_and_then_elsewhere(
    cached: int, others: int
) -> None:
    p = port()
    assert p.join(FULL, UNKNOWN) == -40
    p.leave()
    p.ap_up = False
    started_us = p.now_us
    assert p.join(FULL, cached) == UNHEARD
    on_its_own = -(-mac.GREET_LIMIT_US // IN_VAIN_US)  # the last begins before the limit
    assert p.now_us - started_us == RADIO_US + (on_its_own + others) * IN_VAIN_US
    assert (p.count[JOINS], p.count[JOINS_FAILED]) == (2, 1)


def test_too_little_power_reads_as_nobody_there() -> None:
    p = port("world.wifi.mean_dbm=-100")
    assert p.join(FULL, UNKNOWN) == UNHEARD
    assert UNHEARD != NO_AP


@pytest.mark.parametrize(("count", "messages"), [(1, 1), (18, 1), (19, 2), (24, 2)])
def test_what_one_message_cannot_hold_takes_another(count: int, messages: int) -> None:
    p = port()
    assert p.join(FULL, UNKNOWN) == -40
    started_us = p.now_us
    assert sent(p, count) == 1
    each_us = p.timing[RELAY_PART[1]]
    assert p.count[READINGS] == count
    more_us = [
        max(0, mac.air_us(mac.ESPNOW_BYTES + n * mac.READING_BYTES) - each_us) for n in (18,)
    ]
    assert p.now_us - started_us == messages * each_us + sum(more_us)


def test_a_message_without_an_answer_is_given_up_and_counts_as_lost() -> None:
    p = port("world.wifi.disturbed=0.95", "world.wifi.disturbed_loss=1")
    assert p.join(FULL, UNKNOWN) in (-40, UNHEARD)
    p.joined = p.disturbed = True
    p.disturbed_wake = p.count[WAKES]
    started_us = p.now_us
    assert sent(p) == 0
    assert p.now_us - started_us == mac.RELAY_LIMIT_US
    assert not p.joined


def test_no_node_draws_less_than_the_bound_and_a_gateway_spares_most_of_the_radio() -> None:
    by_wifi = scenario.load("garden", ("days=5",))
    by_gateway = scenario.load("garden", ("days=5", "node.link=espnow"))
    results = [run.run(one) for one in (by_wifi, by_gateway)]
    drawn = [one.ledger.average_current_ua for one in results]
    assert bound.of(by_gateway).average_current_ua < drawn[1] < drawn[0]
    assert bound.of(by_gateway).average_current_ua < bound.of(by_wifi).average_current_ua
    assert [one.figure("delivered_percent") for one in results] == [100, 100]
