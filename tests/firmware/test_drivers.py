"""The drivers on the fake hardware, in CPython: what they make of it, and of what is damaged."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.hardware import board
from host_sim.spec.drivers import Driver, Own, Sensor
from tests.firmware import rig
from tests.firmware.chip import DRIVERS, SHT3X, crc8, sht3x
from torpor import drivers as opened
from torpor.port import FAULT, NONE
from torpor_tools.fakes import world

DOOR, LIGHT, BATTERY = 33, 34, 35
CHANNELS = [
    DRIVERS["temperature"],
    DRIVERS["humidity"],
    DRIVERS["light"],
    DRIVERS["battery"],
    {"driver": "contact", "pin": DOOR},
    {"driver": "bl0937", "pin": 5, "mj_per_pulse": 1_300},
    {"driver": "nonsense"},
]
TEMPERATURE, HUMIDITY, ANALOG, DIVIDED, CONTACT, METER, UNKNOWN = range(len(CHANNELS))


def fresh() -> tuple[Any, dict[str, Any]]:
    """A port over all the drivers, and the state of the world around it."""
    state = rig.power_on()
    port = rig.esp32.opened({"pins": {}, "channels": CHANNELS, "watch_channel": NONE})
    return port, state


@pytest.mark.parametrize("kind", sorted({*get_args(Sensor)} - {Own}, key=str))
def test_what_node_toml_names_is_what_the_chip_opens(kind: type[Driver]) -> None:
    """Of each row one driver on the hardware, from the entry that its config.json has.

    tests/provision/test_owndriver.py opens one's own, of which the row tells the arguments only.
    """
    rig.power_on()
    keys = {"pin": DOOR, "mj_per_pulse": 1}
    table = {"driver": kind.__struct_config__.tag}
    table |= {name: keys[name] for name in kind.__struct_fields__ if name in keys}
    entry = msgspec.convert(table, kind).entry(board.load("lolin32_lite"))
    assert isinstance(opened.open_driver(entry), opened.Driver)


@pytest.mark.parametrize("name", ["", "nonsense", "relay", "ulp", ".analog", "config"])
def test_what_is_no_driver_is_a_fault(name: str) -> None:
    rig.power_on()["adc"][str(LIGHT)] = 1_000
    channel = {"driver": name, "pin": LIGHT}
    port = rig.esp32.opened({"pins": {}, "channels": [channel], "watch_channel": NONE})
    assert port.measure(0) == FAULT


def test_the_checksum_is_the_datasheet_s() -> None:
    assert rig.drivers["sht3x"].crc8(b"\xbe\xef") == crc8(0xBEEF) == 0x92  # table 20


@given(st.integers(0, 0xFFFF))
def test_both_checksums_agree(word: int) -> None:
    assert rig.drivers["sht3x"].crc8(word.to_bytes(2, "big")) == crc8(word)


@pytest.mark.parametrize(
    ("raw", "centi_celsius", "centi_percent"),
    [
        (0, -4_500, 0),
        (0xFFFF, 13_000, 10_000),
        (26_213, 2_499, 3_999),
        (26_214, 2_500, 4_000),  # 0.4 of full scale
        (13_106, -1_001, 1_999),
        (13_107, -1_000, 2_000),
    ],
)
def test_sht3x_converts_as_section_4_13(raw: int, centi_celsius: int, centi_percent: int) -> None:
    port, state = fresh()
    state["i2c"][SHT3X] = sht3x(raw, raw)
    assert port.measure(TEMPERATURE) == centi_celsius
    assert port.measure(HUMIDITY) == centi_percent


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(1, 0xFFFFFF))
def test_a_damaged_word_is_a_fault_of_its_channel_only(
    temperature: int, humidity: int, damage: int
) -> None:
    """Any damage that the checksum sees: three bytes hold no other word with a right one."""
    port, state = fresh()
    first = int(sht3x(temperature, humidity)[:6], 16) ^ damage
    seen = crc8(first >> 8) != first & 0xFF
    state["i2c"][SHT3X] = f"{first:06x}" + sht3x(temperature, humidity)[6:]
    assert (port.measure(TEMPERATURE) == FAULT) == seen
    assert port.measure(HUMIDITY) == humidity * 10_000 // 65_535


@pytest.mark.parametrize("answer", ["", "5f16", sht3x(1, 2)[:6]])
def test_a_short_answer_is_a_fault(answer: str) -> None:
    port, state = fresh()
    state["i2c"][SHT3X] = answer
    assert port.measure(HUMIDITY) == FAULT


def test_what_is_silent_or_unknown_is_a_fault() -> None:
    port, _ = fresh()
    assert [port.measure(channel) for channel in (TEMPERATURE, ANALOG, UNKNOWN)] == [FAULT] * 3
    watched = {"pins": {}, "channels": CHANNELS, "watch_channel": UNKNOWN}
    assert rig.esp32.opened(watched).look(0) == FAULT


@pytest.mark.parametrize(
    ("uv", "mv", "divided_mv"), [(0, 0, 0), (999, 0, 0), (1_000, 1, 2), (2_049_999, 2_049, 4_098)]
)
def test_analog_reads_millivolts_times_its_divider(uv: int, mv: int, divided_mv: int) -> None:
    port, state = fresh()
    state["adc"] = {str(LIGHT): uv, str(BATTERY): uv}
    assert port.measure(ANALOG) == mv
    assert port.measure(DIVIDED) == divided_mv


def test_analog_takes_the_mean() -> None:
    port, state = fresh()
    state["adc"][str(LIGHT)] = [800_000, 800_000, 800_000, 1_600_000]
    assert port.measure(ANALOG) == 1_000


@pytest.mark.parametrize("level", [0, 1])
def test_a_contact_reads_what_holds_for_four_looks(level: int) -> None:
    port, state = fresh()
    state["pins"][str(DOOR)] = 1 - level
    changes = [level, 1 - level, level]
    state["events"] = [[1_000 + 7 * i, DOOR, to] for i, to in enumerate(changes)]
    assert port.measure(CONTACT) == level
    assert state["now_ms"] == 1_000 + 5 * 6  # steady from 14 ms on: looks at 15, 20, 25 and 30


@pytest.mark.parametrize(("every_ms", "holds"), [(20, True), (15, False), (5, False)])
def test_a_contact_that_never_rests_is_a_fault(every_ms: int, holds: bool) -> None:
    port, state = fresh()
    times = range(1_000, 1_200, every_ms)
    state["events"] = [[ms, DOOR, i % 2] for i, ms in enumerate(times)]
    assert (port.measure(CONTACT) == FAULT) != holds


def test_the_meter_is_the_mean_power_since_the_reading_before() -> None:
    port, state = fresh()
    state["pulses"]["5"] = 100
    assert port.measure(METER) == 130_000  # 100 pulses of 1.3 J within the first second
    assert state["pulses"]["5"] == 0
    assert port.measure(METER) == FAULT  # no time has passed
    state["pulses"]["5"] = 3
    world.advance(2_000)
    assert port.measure(METER) == 1_950
    world.advance(2_000)
    assert port.measure(METER) == 0


def test_a_meter_counts_beyond_16_bits_and_two_count_apart() -> None:
    """A kettle's 2 kW within a minute are 80,000 pulses of 1.5 J."""
    channels = [{"driver": "bl0937", "pin": pin, "mj_per_pulse": 1_500} for pin in (5, 18)]
    state = rig.power_on()
    port = rig.esp32.opened({"pins": {}, "channels": channels, "watch_channel": NONE})
    assert [port.measure(0), port.measure(1)] == [0, 0]
    state["pulses"] = {"5": 80_000, "18": 400}
    port.wait(59_000)  # and the second that the other meter took
    assert port.measure(0) == 2_000_000
    world.advance(1_000)
    assert port.measure(1) == 10_000


def test_two_sensors_on_other_pins_each_answer_for_themselves() -> None:
    state = rig.power_on()
    state["i2c"] = {f"{SHT3X}@21,22": sht3x(0, 0), f"{SHT3X}@16,17": sht3x(0xFFFF, 0)}
    pins = ((21, 22), (16, 17))
    channels = [{"driver": "sht3x.temperature", "sda": sda, "scl": scl} for sda, scl in pins]
    port = rig.esp32.opened({"pins": {}, "channels": channels, "watch_channel": NONE})
    for _ in range(2):
        assert [port.measure(0), port.measure(1)] == [-4_500, 13_000]
        world.advance(1_000)


def test_a_pin_without_a_converter_is_a_fault() -> None:
    state = rig.power_on()
    state["adc"] = {"23": 1_000_000}
    channel = {"driver": "analog", "pin": 23}
    port = rig.esp32.opened({"pins": {}, "channels": [channel], "watch_channel": NONE})
    assert port.measure(0) == FAULT


def test_a_microphone_scores_silence_and_sound() -> None:
    """A steady level is silence; one that swings by 200 mV scores its mean distance."""
    state = rig.power_on()
    for swing_uv, least, most in ((0, 0, 1), (100_000, 1_800, 2_100)):
        state["adc"][str(LIGHT)] = [1_000_000 - swing_uv, 1_000_000 + swing_uv]
        microphone = rig.drivers["microphone"].Microphone(LIGHT)
        assert least <= microphone.score(0) <= most
        assert least <= microphone.score(1) <= most
    assert 16 <= microphone.score(2) <= 32  # sound that never pauses has no modulation
    assert microphone.read() == 1


def test_a_relay_keeps_its_polarity() -> None:
    state = rig.power_on()
    for on in (0, 1):
        relay = rig.drivers["relay"].Relay(25 + on, on)
        levels = []
        for value in (0, 1, 0):
            relay.set(value)
            levels.append(state["pins"][str(25 + on)])
        assert levels == [1 - on, on, 1 - on]
