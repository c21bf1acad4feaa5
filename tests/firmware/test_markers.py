"""Marker pins: what the node does is on them while it does it, and nothing is without them."""

from typing import Any

import pytest

from tests.firmware import rig
from tests.firmware.broker import Broker
from tests.firmware.chip import Chip, garden
from torpor.policy.sleep import LIGHT
from torpor_tools.fakes import world

LOW, HIGH = 12, 13


def number() -> int:
    pins = world.state["pins"]
    return int(pins[str(LOW)] + 2 * pins[str(HIGH)])


class Sensor:
    """What it reads is what the pins say."""

    def read(self) -> int:
        return number()

    def score(self, stage: int) -> int:
        return number()


@pytest.fixture
def port() -> Any:
    rig.power_on()
    port = rig.esp32.opened({"pins": {}, "channels": [{}], "watch_channel": 0})
    port.drivers[0] = Sensor()
    return rig.markers.MarkedPort(port, [LOW, HIGH])


def test_the_pins_say_what_it_does_and_then_that_it_is_awake(
    port: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("join", "send", "sleep"):  # these alone touch the radio or end the interpreter
        monkeypatch.setattr(port.port, name, lambda *given: number())
    assert number() == rig.markers.AWAKE
    for answer, state in (
        (port.measure(0), rig.markers.SENSING),
        (port.look(0), rig.markers.SENSING),
        (port.join(80, 0), rig.markers.ON_AIR),
        (port.send([], 0, 1, 80), rig.markers.ON_AIR),
        (port.sleep(LIGHT, 10), rig.markers.ASLEEP),
    ):
        assert answer == state
        assert number() == rig.markers.AWAKE


def test_a_sensor_that_warms_up_in_light_sleep_is_no_time_awake(
    port: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chip may hold its pins meanwhile: the CPU's current would be that of the sleep."""
    said: list[int] = []
    monkeypatch.setattr(port.port, "wait", lambda ms, kind: said.append(number()))
    port.wait(15, LIGHT)
    port.wait(15)
    assert said == [rig.markers.ASLEEP, rig.markers.AWAKE]
    assert number() == rig.markers.AWAKE


def test_a_node_asleep_shows_it_and_one_without_markers_touches_no_pin(
    chip: Chip, broker: Broker
) -> None:
    chip.wake()
    assert chip.world["pins"] == {}
    chip.flash({**garden(broker.port), "pins": {"markers": [LOW, HIGH]}})
    chip.world["reset_cause"] = world.HARD
    chip.wake()
    assert chip.world["pins"] == {str(LOW): 0, str(HIGH): 0}
