"""The port on the fake chip: what it does to the hardware beyond the contract's answers."""

import errno
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host_sim.world import sound
from tests.firmware import cells, rig
from tests.firmware.broker import HOST, PASSWORD, USER, Broker, free_port
from torpor.policy.sleep import DEEP, IDLE, LIGHT, MODEM
from torpor.port import (
    COLD,
    CRASH,
    FAULT,
    FELL,
    NO_AP,
    NO_BROKER,
    PIN,
    REFUSED,
    SURGE,
    TIMER,
    WATCH,
)
from torpor_tools.fakes import world

DOOR = 33


def port(**config: Any) -> Any:
    """A port on a fresh chip with a door contact and a relay that closes at 0."""
    return rig.esp32.opened(
        {
            "name": "door",
            "kind": "sensor",
            "wifi": {"ssid": "home", "password": "sleepwell"},
            "broker": {"host": HOST, "port": free_port()},
            "pins": {"wake": DOOR, "outputs": [{"pin": 26, "on": 0}]},
            "channels": [{"name": "door", "driver": "contact", "pin": DOOR}],
            "watch_channel": 0,
            **config,
        }
    )


@pytest.fixture
def chip() -> dict[str, Any]:
    return rig.power_on()


@pytest.mark.parametrize(
    ("reset", "reason", "cause"),
    [
        (world.PWRON, world.NO_REASON, COLD),
        (world.PWRON, world.EXT0, COLD),
        (world.DEEPSLEEP, world.TIMER, TIMER),
        (world.DEEPSLEEP, world.EXT0, PIN),
        (world.DEEPSLEEP, world.EXT1, PIN),
        (world.DEEPSLEEP, world.GPIO, PIN),
        (world.DEEPSLEEP, world.ULP, WATCH),
        (world.HARD, world.TIMER, CRASH),
        (world.WDT, world.TIMER, CRASH),
        (world.SOFT, world.EXT0, CRASH),
        (world.UNTOLD, world.NO_REASON, COLD),
    ],
)
def test_what_woke_the_chip(chip: dict[str, Any], reset: int, reason: int, cause: int) -> None:
    chip["reset_cause"], chip["wake_reason"] = reset, reason
    assert rig.esp32.cause(rig.esp32.memory()) == cause


def test_a_power_failure_on_the_air_is_told_from_others(chip: dict[str, Any]) -> None:
    node = port()
    node.retain(b"kept")
    chip["cell"] = cells.breaking_at(20)
    with pytest.raises(SystemExit) as ended:
        node.join(80, 0)
    assert ended.value.code == world.BROWNED_OUT
    assert rig.esp32.cause(rig.esp32.memory()) == SURGE
    node = port()
    assert node.retained() == b"kept"
    chip["cell"] = None
    rig.network.radio.power_on()
    assert node.join(80, 0) == REFUSED  # nobody listens; the radio is off again
    assert rig.esp32.cause(rig.esp32.memory()) == COLD
    chip["reset_cause"] = world.WDT
    assert rig.esp32.cause(rig.esp32.memory()) == CRASH


@pytest.mark.parametrize("gpio_only", [False, True], ids=["ext0", "gpio"])
@pytest.mark.parametrize("level", [0, 1])
def test_deep_sleep_ends_at_the_level_that_was_not_seen(
    chip: dict[str, Any], monkeypatch: pytest.MonkeyPatch, gpio_only: bool, level: int
) -> None:
    if gpio_only:
        chip["chip"] = "esp32c6"
        monkeypatch.delattr(rig.watching.esp32, "wake_on_ext0")
    door = 5 if gpio_only else DOOR
    chip["pins"][str(door)] = level
    chip["events"] = [[9_000, door, 1 - level]]
    node = port(pins={"wake": door})
    node.watch(0, 0, 0)
    rig.deep_sleep(node, 3_600_000)
    assert chip["now_ms"] == 9_000
    assert rig.esp32.cause(rig.esp32.memory()) == PIN


@pytest.mark.parametrize("ohm", [10_000, 1_000_000])
@pytest.mark.parametrize("chip_name", ["esp32", "esp32s3", "esp32c3", "esp32c5", "esp32c6"])
def test_a_contact_wakes_whatever_its_resistor_and_draws_through_no_other(
    chip: dict[str, Any], monkeypatch: pytest.MonkeyPatch, chip_name: str, ohm: int
) -> None:
    """It is read as closed and then opens: the chip's own pull-down must not keep it low."""
    chip["chip"], chip["pull_up_ohm"] = chip_name, ohm
    if chip_name.startswith("esp32c"):
        monkeypatch.delattr(rig.watching.esp32, "wake_on_ext0")
    wake = 33 if chip_name == "esp32" else 5
    chip["pins"][str(wake)] = 0
    chip["events"] = [[9_000, wake, 1]]
    channel = {"name": "door", "driver": "contact", "pin": wake}
    node = port(pins={"wake": wake}, channels=[channel])
    assert node.measure(0) == 0
    node.watch(0, 0, 0)
    rig.deep_sleep(node, 60_000)
    assert chip["now_ms"] == 9_000
    assert rig.esp32.cause(rig.esp32.memory()) == PIN
    assert chip["leaks"] == 0
    assert port(pins={"wake": wake}, channels=[channel]).measure(0) == 1


@pytest.mark.parametrize(("outputs", "clocked"), [([], []), ([{"pin": 26, "on": 0}], [80])])
def test_a_switch_alone_has_a_slow_clock(
    chip: dict[str, Any], outputs: list[dict[str, int]], clocked: list[int]
) -> None:
    port(pins={"wake": DOOR, "outputs": outputs})
    assert chip["clocked"] == clocked


def test_a_pin_that_ended_a_light_sleep_is_read_as_it_is(chip: dict[str, Any]) -> None:
    chip["pins"][str(DOOR)] = 0
    chip["events"] = [[1_500, DOOR, 1], [3_000, DOOR, 0]]
    node = port()
    assert node.measure(0) == 0
    for level in (1, 0):
        node.watch(0, 0, 0)
        assert node.sleep(LIGHT, 10_000) == PIN
        assert node.measure(0) == level


def test_deep_sleep_without_the_detector_heeds_no_pin(chip: dict[str, Any]) -> None:
    chip["events"] = [[9_000, DOOR, 0]]
    rig.deep_sleep(port(), 60_000)
    assert chip["now_ms"] == 61_000
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER


def test_no_time_to_sleep_is_still_a_sleep(chip: dict[str, Any]) -> None:
    rig.deep_sleep(port(), 0)
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER


@pytest.mark.parametrize("kind", [LIGHT, DEEP])
def test_the_radio_is_off_in_sleep(chip: dict[str, Any], kind: int) -> None:
    node = port()
    assert node.join(80, 0) == REFUSED  # nobody listens at the broker's port
    assert not rig.network.radio.active()
    node.delivery.wifi.join(80, 0)
    assert rig.network.radio.active()
    if kind == LIGHT:
        node.sleep(LIGHT, 10)
    else:
        rig.deep_sleep(node, 10)
    assert chip["leaks"] == 0


def test_a_broker_that_says_nothing_is_no_want_of_power(
    chip: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale address looks like this, too; the access point answered."""

    def silent(*_: object) -> None:
        raise OSError(errno.ETIMEDOUT)

    monkeypatch.setattr("torpor.link.mqtt.Mqtt.connect", silent)
    assert port().join(80, 1) == NO_BROKER
    assert not rig.network.radio.active()


def test_a_driver_that_cannot_start_is_no_answer(chip: dict[str, Any]) -> None:
    node = port()
    chip["wifi"]["fails"] = {"init": 0x101}  # ESP_ERR_NO_MEM
    assert node.join(80, 0) == NO_AP
    del chip["wifi"]["fails"]
    with pytest.raises(SystemExit) as ended:  # one that does not sleep deeply meanwhile starts anew
        node.join(80, 0)
    assert ended.value.code == world.RESET
    rig.network.radio.power_on()
    assert rig.esp32.cause(rig.esp32.memory()) == FELL
    assert port().join(80, 0) == REFUSED


def test_joining_twice_keeps_the_session(chip: dict[str, Any], broker: Broker) -> None:
    node = port(broker={"host": HOST, "port": broker.port, "user": USER, "password": PASSWORD})
    assert node.join(80, 0) == -61
    session = node.delivery.mqtt.sock
    assert node.join(80, 1) == -61
    assert node.delivery.mqtt.sock is session
    node.leave()


def test_stage_0_polls_from_light_sleep_and_wakes_at_its_mark(
    chip: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = [5, 9, FAULT, 10, 99]
    node = port()
    monkeypatch.setattr(node, "look", lambda stage: scores.pop(0))
    node.watch(200, 10, 0)
    assert node.sleep(LIGHT, 60_000) == WATCH
    assert scores == [99]
    assert chip["slept"] == [["light", 200]] * 4


class Ear:
    """A driver that scores what it is told to."""

    def __init__(self, scores: list[int]) -> None:
        self.scores = scores

    def score(self, stage: int) -> int:
        return self.scores.pop(0)


@example([800] * 60 + [2_600, 2_900], LIGHT)
@example([0], DEEP)
@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=40), st.sampled_from([LIGHT, DEEP]))
def test_stage_0_of_the_cpu_hears_what_the_simulator_s_does(scores: list[int], kind: int) -> None:
    """From light sleep, whatever was asked for; how loud it was is asked for once."""
    rig.power_on()
    node, ear = port(), Ear(scores.copy())
    node.drivers[0] = ear
    hearing = sound.contact()
    hearing.step_us, hearing.background = 200_000, [0, *scores]
    while ear.scores:
        heard = len(scores) - len(ear.scores)
        us = hearing.crossing(heard * 200_000, (len(scores) + 1) * 200_000, 200_000, 1_000, 32)
        node.watch(200, 1_000, 32)
        woke = node.sleep(kind, 200 * (len(ear.scores) + 1) - (kind == DEEP)) == WATCH
        assert len(scores) - len(ear.scores) == heard + hearing.looks
        assert woke == (us <= len(scores) * 200_000)
        if woke:
            assert node.look(0) == scores[us // 200_000 - 1]


def test_polls_end_with_the_time_and_not_after_it(
    chip: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = [0, 0, 99]
    node = port()
    monkeypatch.setattr(node, "look", lambda stage: scores.pop(0))
    node.watch(400, 10, 0)
    assert node.sleep(LIGHT, 1_000) == TIMER
    assert scores == [99]
    assert chip["slept"] == [["light", 400], ["light", 400], ["light", 200]]


def test_a_long_light_sleep_feeds_the_watchdog(chip: dict[str, Any]) -> None:
    node = port()
    fed = chip["fed"]
    assert node.sleep(LIGHT, 150_000) == TIMER
    assert [ms for _, ms in chip["slept"]] == [60_000, 60_000, 30_000]
    assert chip["fed"] - fed == 3


@pytest.mark.parametrize("kind", [IDLE, MODEM])
def test_a_long_nap_feeds_the_watchdog(chip: dict[str, Any], kind: int) -> None:
    assert port().sleep(kind, 2 * rig.esp32.WATCHDOG_MS) == TIMER
    assert chip["slept"] == []


def test_a_watchdog_that_starves_resets_the_chip(chip: dict[str, Any]) -> None:
    port()
    with pytest.raises(SystemExit) as ended:
        world.advance(rig.esp32.WATCHDOG_MS + 1)
    assert ended.value.code == world.HUNG
    assert rig.esp32.cause(rig.esp32.memory()) == CRASH


def test_a_long_warm_up_feeds_the_watchdog(chip: dict[str, Any]) -> None:
    node = port()
    began_ms = world.now_ms()
    node.wait(60_000)
    assert world.now_ms() - began_ms == 60_000


def test_a_reset_on_the_air_is_told_from_another(chip: dict[str, Any]) -> None:
    chip["reset_cause"] = world.WDT
    for first, cause in ((0x01, FELL), (0x02, CRASH), (0x21, FELL), (0x20, CRASH)):
        world.hold(chip, bytes([first]))
        assert rig.esp32.cause(rig.esp32.memory()) == cause


def test_starts_without_a_sleep_are_forgotten_with_the_next(chip: dict[str, Any]) -> None:
    world.hold(chip, b"\x42" + bytes(20))
    node = port()
    assert node.sleep(LIGHT, 1_000) == TIMER
    assert world.held(chip) == b"\x02" + bytes(20)


def test_a_sensor_warms_up_in_light_sleep_unless_the_radio_is_on(
    chip: dict[str, Any], broker: Broker
) -> None:
    node = port(broker={"host": HOST, "port": broker.port, "user": USER, "password": PASSWORD})
    node.wait(15, LIGHT)
    node.wait(2, IDLE)
    assert chip["slept"] == [["light", 15]]
    assert node.join(80, 0) < 0
    node.wait(15, LIGHT)
    assert chip["slept"] == [["light", 15]]
    node.leave()


def test_a_button_counts_when_it_is_pressed_and_not_when_it_is_let_go(
    chip: dict[str, Any],
) -> None:
    chip["events"] = [[1_500, DOOR, 0], [2_500, DOOR, 1], [4_000, DOOR, 0]]
    node = port()
    for pressed_ms in (1_500, 4_000):
        node.watch(0, 0, 0)
        assert node.sleep(MODEM, 60_000) == PIN
        assert 0 <= chip["now_ms"] - pressed_ms <= rig.watching.NAP_MS


def test_a_button_pressed_while_the_node_joins_counts_once(chip: dict[str, Any]) -> None:
    chip["wifi"]["present"] = 0
    chip["events"] = [[1_500, DOOR, 0], [1_700, DOOR, 1]]
    node = port(kind="switch")
    assert node.join(80, 0) == NO_AP
    assert chip["now_ms"] > 1_700
    joined_ms = chip["now_ms"]
    node.watch(0, 0, 0)
    assert node.sleep(MODEM, 60_000) == PIN
    assert chip["now_ms"] == joined_ms
    node.watch(0, 0, 0)
    assert node.sleep(MODEM, 60_000) == TIMER


def test_a_button_let_go_while_the_node_joins_is_no_press(chip: dict[str, Any]) -> None:
    chip["wifi"]["present"] = 0
    chip["pins"][str(DOOR)] = 0
    chip["events"] = [[1_500, DOOR, 1]]
    node = port(kind="switch")
    assert node.join(80, 0) == NO_AP
    node.watch(0, 0, 0)
    assert node.sleep(MODEM, 60_000) == TIMER


def test_a_pin_ends_one_light_sleep_and_not_the_next(chip: dict[str, Any]) -> None:
    chip["events"] = [[1_500, DOOR, 0]]
    node = port()
    node.watch(0, 0, 0)
    assert node.sleep(LIGHT, 10_000) == PIN
    assert rig.machine.armed == {}
    assert node.sleep(LIGHT, 10_000) == TIMER


def test_outputs_start_off_at_their_own_polarity(chip: dict[str, Any]) -> None:
    node = port()
    assert chip["driven"] == []  # not before it is told to
    for value in (0, 1):
        node.actuate(0, value)
        assert chip["pins"]["26"] == 1 - value


def test_a_wake_without_a_join_leaves_the_radio_alone(chip: dict[str, Any]) -> None:
    node = port()
    node.measure(0)
    node.leave()
    assert node.send([0, 1, 2], 0, 1, 80) == 0
    assert node.delivery is None
    assert chip["joined"] == []
