"""Frames and questions of the simulated node: attempts, time-outs, the channel's state."""

import numpy as np
import pytest

from host_sim.engine import frames, link
from host_sim.engine.ether import FREE, Ether
from host_sim.engine.parts import LOST_65536, MARGINS, MESSAGE_US, READINGS, WAKES
from host_sim.engine.port import SimPort
from host_sim.hardware import mac, price, states
from host_sim.sim import build
from host_sim.spec import scenario
from host_sim.world import pathloss, wifi
from torpor.port import DECISIONS, DELTA, NO_AP, RETRY

FULL = 80  # quarter-dBm
NEAR = ("world.wifi.sd_db=0", "world.wifi.mean_dbm=-40")
DISTURBED = (*NEAR, "world.wifi.disturbed=0.95")


def port(*changes: str) -> SimPort:
    return SimPort(build.parts(scenario.load("garden", ("days=2", *changes))))


def booked(p: SimPort, decision: int) -> int:
    """Time on a decision of any task, µs."""
    width = states.STATES
    return sum(
        sum(p.us[at : at + width]) for at in range(decision * width, len(p.us), DECISIONS * width)
    )


@pytest.mark.parametrize("margin_db", [-9, -6, -3, 0, 5])
def test_attempts_are_drawn_as_the_closed_form_has_them(margin_db: int) -> None:
    p = port()
    cell = margin_db * 4 + 80
    told = np.array(p.lost_65536[cell * mac.TRIES : (cell + 1) * mac.TRIES]) / 65_536
    drawn = [frames.attempts(p, cell * mac.TRIES) for _ in range(8_000)]
    found = [np.mean([tries > k for tries in drawn]) for k in range(1, mac.TRIES + 1)]
    assert found == pytest.approx(told.tolist(), abs=0.02)


def test_more_margin_never_takes_more_time_on_the_air() -> None:
    """So what power saves and what it costs in repeats both move by degrees, without a cliff."""
    lost = np.array(wifi.lost_65536("1M", [0])).reshape(MARGINS, mac.TRIES) / 65_536
    air_us = (1 + lost[:, :-1].sum(axis=1)) * mac.air_us(mac.FRAME_BYTES)
    assert (np.diff(air_us) <= 0).all()
    assert np.diff(air_us[1:]).min() > -0.1 * air_us[0]  # a quarter-dB, a tenth at most


def test_a_join_in_a_dead_channel_is_given_up_at_its_limit_and_waited_for_as_retry() -> None:
    p = port(*DISTURBED, "world.wifi.disturbed_loss=1")
    p.account(0, DELTA)
    p.disturbed, p.disturbed_wake = True, p.count[WAKES]
    p.linked = True
    start_us = p.now_us
    assert p.join(FULL, 1) == NO_AP
    assert p.now_us - start_us == mac.JOIN_LIMIT_US
    assert booked(p, RETRY) == pytest.approx(mac.JOIN_LIMIT_US - 462_300, abs=10_000)
    assert p.account_at == DELTA * states.STATES


def spent_by(p: SimPort, before: list[int]) -> dict[str, int]:
    """Time in each state since then, µs."""
    width = states.STATES
    return {
        name: sum(p.us[at::width]) - sum(before[at::width]) for at, name in enumerate(states.NAMES)
    }


def test_a_message_that_nobody_hears_is_sent_twice_as_tcp_does_and_the_radio_sleeps_between() -> (
    None
):
    p = port(*NEAR)
    assert p.join(FULL, 1) == -40
    before, start_us = list(p.us), p.now_us
    p.rssi = [-127]
    assert p.send([], 0, 1, FULL) == 0
    assert p.now_us - start_us == mac.SEND_LIMIT_US
    spent = spent_by(p, before)
    assert spent["tx_20"] == 2 * mac.TRIES * mac.air_us(mac.FRAME_BYTES)
    listened_us = mac.SEND_LIMIT_US - spent["tx_20"] - spent["modem_sleep"]
    heard_us = 2 * (mac.TRIES - 1) * mac.GAP_US + p.timing[MESSAGE_US] - mac.air_us(mac.FRAME_BYTES)
    assert listened_us == 2 * mac.AWAKE_US + heard_us
    assert not p.joined


def test_an_answer_that_a_disturbed_channel_swallows_is_listened_for() -> None:
    p = port(*NEAR)
    assert p.join(FULL, 1) == -40
    p.disturbed, p.radio[LOST_65536] = True, 65_536
    before, start_us = list(p.us), p.now_us
    assert p.send([], 0, 1, FULL) == 0
    assert p.now_us - start_us == mac.SEND_LIMIT_US
    spent = spent_by(p, before)
    assert spent["modem_sleep"] == 0
    # At 0, 0.2, 0.6, 1.4 and 3 s; the next repeat would come too late.
    assert spent["tx_20"] == 5 * mac.air_us(mac.FRAME_BYTES)


@pytest.mark.parametrize("us", [mac.AWAKE_US, mac.AWAKE_US + 1, mac.TCP_US])
@pytest.mark.parametrize("way", states.WAYS)
def test_a_time_out_costs_what_the_node_reckons_with(way: str, us: int) -> None:
    given = scenario.load("garden", ("days=2", f"node.link={way}"))
    p = SimPort(build.parts(given))
    for part in (*states.WAYS[way].full, states.WAYS[way].message):
        before = list(p.us)
        frames.time_out(p, states.NAMES.index(part.state), us)
        spent = spent_by(p, before).items()
        fc = sum(price.state_fc(given.board, state, spent_us) for state, spent_us in spent)
        assert fc == price.time_out_fc(given.board, part, us)


def test_each_attempt_and_the_answer_wait_for_a_busy_channel() -> None:
    p = port(*NEAR, "world.wifi.busy=0.5")
    frames.meet(p)
    assert p.wait_us > 0
    before = list(p.us)
    assert frames.frame(p, states.LISTEN, 10, mac.FRAME_BYTES, 3, 1)
    spent = spent_by(p, before)
    assert spent["tx_20"] == 2 * mac.air_us(mac.FRAME_BYTES)  # the first was paid for
    assert spent["listen"] == 2 * mac.GAP_US + 3 * p.wait_us
    p.lost_65536 = [0] * len(p.lost_65536)
    start_us = p.now_us
    assert frames.ask(p, link.MESSAGE_PART, 10, mac.FRAME_BYTES, 0, start_us + 10**6, 1)
    assert p.now_us - start_us == 2 * p.wait_us


def test_a_message_has_a_frame_for_each_twenty_readings() -> None:
    p = port(*NEAR)
    assert p.join(FULL, 1) == -40
    before, count = list(p.us), mac.READINGS_A_FRAME + 2
    assert p.send([], 0, count, FULL) == 1
    sizes = (mac.FRAME_BYTES + more * mac.READING_BYTES for more in (mac.READINGS_A_FRAME - 1, 1))
    assert spent_by(p, before)["tx_20"] == sum(map(mac.air_us, sizes))
    assert p.count[READINGS] == count


AIR_US = 1_500


def beside() -> SimPort:
    """A node three metres from another one on its channel, the access point between them."""
    ether = Ether(2, [0, 300, 150], [0, 0, 0], pathloss.table_qdb(3.0), [])
    return SimPort(build.parts(scenario.load("garden", ("days=2", *NEAR)), 1, ether))


def test_who_waits_for_another_begins_in_one_of_the_slots_behind_it() -> None:
    p, begun = beside(), set()
    for _ in range(500):
        p.ether.add(0, p.now_us, AIR_US, FULL)
        end_us = p.now_us + AIR_US
        assert frames.contend(p, states.LISTEN, 10, 1_000) == FREE
        begun.add(p.now_us - 1_000 - end_us)
    assert begun == {slot * frames.SLOT_US for slot in range(frames.CONTENTION_SLOTS)}


def test_a_join_on_a_shared_channel_takes_no_longer_if_nobody_sends() -> None:
    took = []
    for p in (port(*NEAR), beside()):
        start_us = p.now_us
        assert p.join(FULL, 0) == -40
        took.append(p.now_us - start_us)
    assert took[0] == took[1]


def test_a_wake_meets_one_channel() -> None:
    p = port("world.wifi.disturbed=0.5")
    met = []
    for wake in range(400):
        p.count[WAKES] = wake
        frames.meet(p)
        first = p.disturbed
        for _ in range(3):
            frames.meet(p)
            assert p.disturbed == first
        met.append(first)
    assert 0.4 < np.mean(met) < 0.6


def test_each_hour_has_its_own_channel() -> None:
    hours = [0.0] * 24
    hours[7] = 0.5
    p = port(*NEAR, f"world.wifi.busy={hours}")
    for hour, waits in ((6, 0), (7, wifi.wait_us(0.5)), (8, 0), (31, wifi.wait_us(0.5))):
        p.now_us = hour * 3_600_000_000
        frames.meet(p)
        assert p.wait_us == waits
        lost = p.lost_65536[frames.margin(p, FULL)]
        assert (lost > 1_000) == (waits > 0)


def test_a_disturbed_join_lasts_as_its_time_outs_let_expect() -> None:
    """Each of seven questions is lost with the same chance; the mean is a geometric series'."""
    p = port(*NEAR, "world.wifi.disturbed_loss=0.2")
    clean_us = 462_300 + 64_000 + 21_500
    took = []
    for wake in range(600):
        p.count[WAKES] = p.disturbed_wake = wake
        p.disturbed = True
        start_us = p.now_us
        p.join(FULL, 1)
        took.append(p.now_us - start_us - clean_us)
        p.leave()
    expected_us = 0.25 * (4 * mac.AUTH_US + 3 * mac.OPENING_US)
    assert np.mean(took) == pytest.approx(expected_us, rel=0.12)


def test_the_access_points_channel_lengthens_the_scan() -> None:
    took = []
    for channel in (1, 11):
        p = port(*NEAR, f"world.wifi.channel={channel}")
        start_us = p.now_us
        p.join(FULL, 1)
        took.append(p.now_us - start_us)
    assert took[1] - took[0] == 10 * 120_000
