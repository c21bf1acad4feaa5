"""The port of a node whose ULP reads, on the fake chip: what it arms, and what it is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.firmware import rig
from tests.firmware.reader import HUMIDITY, LUX, SCL, SDA, TEMPERATURE, Reader, config, words
from torpor import kept
from torpor.drivers.row import HIGH, LOOKS, LOW, NEWEST, ROW
from torpor.policy.sleep import IDLE, LIGHT, MODEM
from torpor.port import FAULT, RECALLED, TIMER, WATCH
from torpor_tools.fakes import world
from torpor_tools.provision import version

EVERY_MS = 100_000
GARDEN = config()
WORDS = st.integers(0, 0xFFFF)
MILD = 24_342  # 20.00 °C


def node(state: dict[str, Any], **changed: Any) -> Any:
    """The port of a start; from deep sleep on, with what is kept."""
    whole = {**GARDEN, **changed}
    if state["reset_cause"] == world.DEEPSLEEP:
        whole["monitor"] = {k: v for k, v in whole["monitor"].items() if k != "binary"}
    rig.drivers["sht3x"].sensors.clear()  # nothing of the start before is left
    return rig.esp32.opened(whole)


@pytest.fixture
def state(state: dict[str, Any]) -> dict[str, Any]:
    words(MILD, 0x8000, 0x4000)
    return state


def row(place: int, *what: int) -> list[int]:
    """Marks and looks in RTC memory, or these words of a channel there."""
    at = 0x50000000 + 4 * (GARDEN["monitor"]["words"]["channels"] + place * ROW)
    return [rig.machine.mem32[at + 4 * one] & 0xFFFF for one in what or (LOW, HIGH, LOOKS)]


def test_the_garden_has_its_ulp_read_three_channels(state: dict[str, Any]) -> None:
    assert GARDEN["monitor"]["channels"] == [TEMPERATURE, HUMIDITY, LUX]
    assert GARDEN["monitor"]["every_ms"] == EVERY_MS
    assert type(node(state)) is rig.monitoring.MonitoringPort


def test_a_pin_that_nothing_watches_leaves_the_ulp_to_the_node(state: dict[str, Any]) -> None:
    port = node(state, pins={"wake": 4})
    port.monitor(TEMPERATURE, 1950, 2050, 3)
    assert row(0)[2] == 3


@pytest.mark.parametrize("channel", [TEMPERATURE, HUMIDITY, LUX])
@given(raw=WORDS, value=st.integers(-5_000, 14_000))
def test_a_raw_value_is_the_least_that_comes_to_it(channel: int, raw: int, value: int) -> None:
    words(MILD, 0x8000, 0x4000)
    scale = node(world.state)._scale(channel)
    assert scale.raw(scale.value(raw)) <= raw
    assert scale.value(scale.raw(value) - 1) < value <= scale.value(scale.raw(value))


def test_marks_are_raw_values_and_the_others_have_none(state: dict[str, Any]) -> None:
    port = node(state)
    port.monitor(HUMIDITY, 4_700, 5_300, 13)
    scale = port._scale(HUMIDITY)
    assert row(1) == [scale.raw(4_701), scale.raw(5_300) - 1, 13]
    assert scale.value(row(1)[0]) == 4_701
    assert scale.value(row(1)[1]) == 5_299
    assert row(1, NEWEST) == [scale.raw(5_000)]  # until a reading did not fail
    assert row(0) == row(2) == [0, 0xFFFF, 0xFFFF]


def test_the_ulp_ends_a_deep_sleep_and_tells_what_it_read(state: dict[str, Any]) -> None:
    """Warm from the fifth reading on, and three such readings to be."""
    warm, read = 25_466, []  # 23.00 °C
    port = node(state)
    port.monitor(TEMPERATURE, 1_950, 2_050, 3)

    def changes(run: int) -> None:
        words(warm if run > 4 else MILD, 0x8000 + run, 0x4000)
        read.append(run)

    Reader(changes)
    began_ms = state["now_ms"]
    rig.deep_sleep(port, 3_600_000)
    assert read == list(range(1, 8))
    assert state["now_ms"] - began_ms == 7 * EVERY_MS
    assert "next_ms" not in state["ulp"]  # it has stopped its own timer
    assert rig.esp32.cause(rig.esp32.memory()) == WATCH
    port = node(state)
    assert [port.monitored(channel) for channel in (TEMPERATURE, HUMIDITY, LUX)] == [7, 0, 0]
    assert [port.recalled(TEMPERATURE, age) for age in range(7)] == [2_300] * 3 + [2_000] * 4
    assert port.recalled(HUMIDITY, 6) == 5_000  # 0x8001
    assert port.measure(TEMPERATURE) == 2_300  # the pads are the CPU's again


def test_no_more_is_recalled_than_is_remembered(state: dict[str, Any]) -> None:
    port = node(state)
    port.monitor(HUMIDITY, 0, 10_000, 99)
    Reader(lambda run: words(MILD, 1_000 * run))
    rig.deep_sleep(port, 50 * EVERY_MS + 1)
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER
    port = node(state)
    assert port.monitored(HUMIDITY) == 50
    value = port._scale(HUMIDITY).value
    recalled = [port.recalled(HUMIDITY, age) for age in range(RECALLED)]
    assert recalled == [value(1_000 * (50 - age)) for age in range(RECALLED)]
    assert port.recalled(HUMIDITY, RECALLED) == FAULT


def test_marks_are_for_the_next_deep_sleep_only(state: dict[str, Any]) -> None:
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 3_000, 1)
    reader = Reader()
    rig.deep_sleep(port, EVERY_MS + 1)
    port = node(state)
    words(65_535, 0)  # far beyond any mark
    port.monitor(LUX, -1, 4_000, 1)
    rig.deep_sleep(port, 10 * EVERY_MS)
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER
    assert node(state).monitored(TEMPERATURE) == 0
    assert node(state).monitored(LUX) == 9
    assert reader.runs == 10


def test_a_sleep_that_is_not_armed_stops_the_ulp(state: dict[str, Any]) -> None:
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 3_000, 99)
    reader = Reader()
    rig.deep_sleep(port, EVERY_MS // 2)  # ended by the timer, the ULP's is on
    port = node(state)
    words(65_535, 0)
    rig.deep_sleep(port, 10 * EVERY_MS)
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER
    assert state["slept"][-1] == ["deep", 10 * EVERY_MS]
    assert (reader.runs, "next_ms" in state["ulp"]) == (1, False)
    port = node(state)
    assert port.monitored(TEMPERATURE) == 0


@pytest.mark.parametrize("kind", [IDLE, MODEM, LIGHT])
def test_only_a_deep_sleep_has_it_read(state: dict[str, Any], kind: int) -> None:
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 1_001, 1)
    reader = Reader()
    assert port.sleep(kind, EVERY_MS * 3) == TIMER
    assert reader.runs == 0
    assert row(0) == [0, 0xFFFF, 0xFFFF]
    rig.deep_sleep(port, EVERY_MS * 3)
    assert rig.esp32.cause(rig.esp32.memory()) == TIMER
    assert reader.runs == 0


def test_a_start_from_deep_sleep_alone_finds_the_program(state: dict[str, Any]) -> None:
    """After any other it is loaded, and its variables are zero."""
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 3_000, 9)
    Reader()
    rig.deep_sleep(port, 2 * EVERY_MS + 1)
    for reset in (world.HARD, world.WDT, world.PWRON):
        state["reset_cause"] = reset
        assert node(state).monitored(TEMPERATURE) == 0
    before = list(state["memory"])
    before[GARDEN["monitor"]["words"]["due"]] = 1
    state["reset_cause"] = world.DEEPSLEEP
    assert node(state).monitored(TEMPERATURE) == 2
    assert state["memory"] == before
    state["reset_cause"] = world.HARD
    node(state).monitor(TEMPERATURE, 1_000, 3_000, 9)
    state["reset_cause"] = world.DEEPSLEEP
    assert node(state).monitored(TEMPERATURE) == 0


def test_what_is_kept_of_it_lacks_the_program(tmp_path: Any) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(version.as_json(GARDEN))
    whole = kept.read(str(path))
    back = kept.unpacked(whole["kept"], None)
    assert back is not None
    assert back["monitor"] == {k: v for k, v in GARDEN["monitor"].items() if k != "binary"}
    assert [one.get("ulp_nv") for one in back["channels"]] == [None, None, 50_356, None]


def test_a_driver_that_fails_costs_its_channel_only(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = node(state)
    scale = port._scale(LUX)

    def broken(value: int) -> int:
        raise OSError("no converter")

    monkeypatch.setattr(scale, "raw", broken)
    monkeypatch.setattr(scale, "value", broken)
    port.monitor(LUX, 0, 100, 1)
    port.monitor(TEMPERATURE, 1_000, 1_500, 2)
    assert port.recalled(LUX, 0) == FAULT
    Reader()
    rig.deep_sleep(port, 10 * EVERY_MS)
    assert rig.esp32.cause(rig.esp32.memory()) == WATCH
    assert capsys.readouterr().out.count("no converter") == 2


def test_the_cpu_has_no_answer_over_pads_that_the_rtc_has(state: dict[str, Any]) -> None:
    Reader()
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 3_000, 9)
    rig.deep_sleep(port, EVERY_MS + 1)
    fake = rig.machine
    with pytest.raises(OSError):  # noqa: PT011  as after a bus that is never free
        fake.I2C(0, sda=fake.Pin(SDA), scl=fake.Pin(SCL)).writeto(0x44, b"\x24\x00")
    fake.I2C(0, sda=fake.Pin(SDA, fake.Pin.IN), scl=fake.Pin(SCL, fake.Pin.IN)).readfrom(0x44, 6)


def test_a_light_sleep_in_a_wake_leaves_the_bus_to_the_cpu(state: dict[str, Any]) -> None:
    """As a warm-up is one, or a short sleep; the ULP's timer is on since the deep sleep before."""
    port = node(state)
    port.monitor(TEMPERATURE, 1_000, 3_000, 99)
    reader = Reader()
    rig.deep_sleep(port, 3 * EVERY_MS - 50)
    port = node(state)
    assert port.monitored(TEMPERATURE) == 2
    assert port.measure(HUMIDITY) == 5_000
    port.wait(100, LIGHT)
    assert reader.runs == 3
    assert port.monitored(TEMPERATURE) == 2
    rig.drivers["sht3x"].sensors[SDA, SCL].data = b""
    assert port.measure(HUMIDITY) == 5_000
