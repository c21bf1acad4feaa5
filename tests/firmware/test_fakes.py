"""The fakes themselves, where the firmware does not go yet: they do as MicroPython documents."""

import errno
import itertools
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from host_sim.hardware import states
from host_sim.hardware.chip import CHIPS
from tests.firmware import rig
from tests.interpreters import ROOT
from torpor_tools.fakes import world

PEER, STRANGER = b"\x02peer1", b"\x02peer2"


@pytest.mark.parametrize("chip", CHIPS)
def test_what_pads_can_is_what_node_toml_is_checked_by(chip: str) -> None:
    of = CHIPS[chip].pads
    told = (of.there, of.only_read, of.rtc, of.adc, of.radio)
    known = sys.modules["torpor_tools.fakes.pads"].CHIPS
    assert known[chip] == tuple(sum(1 << pad for pad in each) for each in told)


@pytest.fixture
def radio(state: dict[str, Any]) -> Any:
    """ESP-NOW on a started radio, with one peer in reach."""
    state["peers"] = {PEER.hex(): -60}
    rig.network.WLAN(0).active(True)
    radio = rig.espnow.ESPNow()
    radio.active(True)
    return radio


@pytest.mark.parametrize("level_dbm", states.TX_LEVELS_DBM)
def test_a_power_is_floored_to_a_level(state: dict[str, Any], level_dbm: float) -> None:
    wlan = rig.network.WLAN(0)
    wlan.active(True)
    wlan.config(txpower=level_dbm)
    assert wlan.config("txpower") == level_dbm
    if level_dbm > states.TX_LEVELS_DBM[0]:
        wlan.config(txpower=level_dbm - 0.25)
        lower = states.TX_LEVELS_DBM[states.TX_LEVELS_DBM.index(level_dbm) - 1]
        assert wlan.config("txpower") == lower


@pytest.mark.parametrize("dbm", [1.75, 21.25])
def test_a_power_out_of_range_is_an_error(state: dict[str, Any], dbm: float) -> None:
    wlan = rig.network.WLAN(0)
    wlan.active(True)
    wlan.config(txpower=21)
    with pytest.raises(RuntimeError, match="0x0102"):  # ESP_ERR_INVALID_ARG, which is not listed
        wlan.config(txpower=dbm)
    assert wlan.config("txpower") == 20.0


def test_there_is_one_station_and_no_access_point(state: dict[str, Any]) -> None:
    assert rig.network.WLAN(0) is rig.network.WLAN(rig.network.WLAN.IF_STA)
    with pytest.raises(ValueError, match="invalid"):
        rig.network.WLAN(1)


def test_a_scan_finds_what_is_there(state: dict[str, Any]) -> None:
    wlan = rig.network.WLAN(0)
    with pytest.raises(OSError, match="active"):
        wlan.scan()
    wlan.active(True)
    ((ssid, _, _, rssi, _, hidden),) = wlan.scan()
    assert (ssid, rssi, hidden) == (b"home", -61, False)
    state["wifi"]["present"] = 0
    assert wlan.scan() == []


def test_a_station_tries_again_by_itself_until_it_is_told_to_stop(state: dict[str, Any]) -> None:
    wlan = rig.network.WLAN(0)
    wlan.active(True)
    state["wifi"]["present"] = 0
    wlan.connect("home", "sleepwell")
    world.advance(2_000)
    assert not wlan.isconnected()
    assert wlan.status() == rig.network.STAT_NO_AP_FOUND
    state["wifi"]["present"] = 1
    world.advance(5_000)
    assert wlan.isconnected()
    assert len(state["joined"]) == 1
    wlan.disconnect()
    world.advance(20_000)
    assert not wlan.isconnected()


def test_a_station_is_not_configured_while_it_connects(state: dict[str, Any]) -> None:
    """But for what is set before the driver is asked to take it all."""
    wlan = rig.network.WLAN(0)
    wlan.active(True)
    state["wifi"]["present"] = 0
    wlan.connect("home", "sleepwell")
    with pytest.raises(OSError, match="0x3006"):
        wlan.config(txpower=11)
    with pytest.raises(OSError, match="0x3006"):
        wlan.connect("home", "sleepwell")
    assert wlan.config("txpower") == 11.0
    wlan.active(True)  # which it is
    with pytest.raises(OSError, match="0x3006"):
        wlan.config(txpower=12)
    assert len(state["joined"]) == 1
    state["wifi"]["present"] = 1
    world.advance(5_000)
    wlan.config(txpower=13)
    state["wifi"]["present"] = 0  # the driver tries to join again
    with pytest.raises(OSError, match="0x3006"):
        wlan.config(txpower=14)


@pytest.mark.parametrize(
    ("chip", "pin", "refused"),
    [
        ("esp32", 33, "not supported on this chip"),
        ("esp32s3", 5, "not supported on this chip"),
        ("esp32c3", 5, None),
        ("esp32c3", 6, "pin not supported"),
        ("esp32c6", 7, None),
        ("esp32c6", 8, "pin not supported"),
    ],
)
def test_a_gpio_ends_deep_sleep_where_the_chip_can(
    state: dict[str, Any], chip: str, pin: int, refused: str | None
) -> None:
    fake: Any = sys.modules["torpor_tools.fakes.esp32"]
    state["chip"] = chip
    fake.wake_on_gpio((rig.machine.Pin(pin, rig.machine.Pin.IN),), True)
    with pytest.raises(ValueError if refused else SystemExit, match=refused):
        rig.machine.deepsleep(1_000)
    assert len(state["slept"]) == (not refused)


@pytest.mark.parametrize(
    ("chip", "pin", "fails"), [("esp32", 27, True), ("esp32", 33, False), ("esp32s3", 12, False)]
)
def test_the_radio_takes_the_second_converter_of_an_esp32(
    state: dict[str, Any], chip: str, pin: int, fails: bool
) -> None:
    state["chip"], state["adc"] = chip, {str(pin): 800_000}
    adc, wlan = rig.machine.ADC(rig.machine.Pin(pin)), rig.network.WLAN(0)
    before = adc.read_u16()
    wlan.active(True)
    if fails:
        for read in (adc.read_uv, adc.read_u16):
            with pytest.raises(OSError, match="ESP_ERR_TIMEOUT"):
                read()
    else:
        assert adc.read_u16() == before
    wlan.active(False)
    assert adc.read_u16() == before


@pytest.mark.parametrize(("chip", "step"), [("esp32", 16), ("esp32s2", 8)])
def test_a_converter_has_steps(state: dict[str, Any], chip: str, step: int) -> None:
    state["chip"] = chip
    state["adc"] = {"10" if chip == "esp32s2" else "33": [*range(0, 3_600_000, 400)]}
    adc = rig.machine.ADC(rig.machine.Pin(int(*state["adc"])))
    read = [adc.read_u16() for _ in range(9_000)]
    assert {high - low for low, high in itertools.pairwise(read)} <= {0, step, step + 1}
    assert (min(read), max(read)) == (0, 65_535)
    assert {adc.read_uv() % 1_000 for _ in range(9_000)} == {0}


@pytest.mark.parametrize(
    "call",
    [
        lambda: rig.machine.Pin(26, rig.machine.Pin.OUT, None, 1),
        lambda: rig.machine.ADC(rig.machine.Pin(33), 3),
        lambda: rig.machine.I2C(0, rig.machine.Pin(21), rig.machine.Pin(22)),
        lambda: rig.network.WLAN(0).config(None, 20),
        lambda: rig.network.WLAN(0).ipconfig(True),
        lambda: rig.espnow.ESPNow().config(None, 1_000),
    ],
)
def test_what_the_port_knows_by_a_name_is_given_by_it(
    state: dict[str, Any], call: Callable[[], object]
) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        call()


def test_the_first_argument_of_a_watchdog_is_its_number(state: dict[str, Any]) -> None:
    rig.machine.WDT(0, 60_000)
    assert state["watchdog_ms"] == 60_000
    with pytest.raises(ValueError, match="too short"):
        rig.machine.WDT(timeout=0)


def test_a_bus_on_a_pad_that_only_reads_ends_in_a_reset(state: dict[str, Any]) -> None:
    pin = rig.machine.Pin
    with pytest.raises(SystemExit) as ended:
        rig.machine.I2C(0, sda=pin(34), scl=pin(22))
    assert ended.value.code == world.RESET


@pytest.mark.parametrize(
    ("chip", "buses"),
    [
        ("esp32", "ok ok none"),
        ("esp32s3", "ok ok none"),
        ("esp32c3", "ok none none"),
        ("esp32c5", "ok reset none"),
        ("esp32c6", "ok reset none"),
    ],
)
def test_a_bus_of_low_power_ends_in_a_reset(state: dict[str, Any], chip: str, buses: str) -> None:
    state["chip"] = chip
    for number, what in enumerate(buses.split()):
        errors = {"none": ValueError, "reset": SystemExit}
        pins = {"sda": rig.machine.Pin(6), "scl": rig.machine.Pin(7)}
        with pytest.raises(errors[what]) if what in errors else nullcontext():
            rig.machine.I2C(number, **pins)


def test_what_ended_a_sleep_is_not_told_behind_another_reset(state: dict[str, Any]) -> None:
    state["events"] = [[9_000, 33, 0]]
    pin = rig.machine.Pin(33, rig.machine.Pin.IN)
    sys.modules["torpor_tools.fakes.esp32"].wake_on_ext0(pin, False)
    with pytest.raises(SystemExit):
        rig.machine.deepsleep(60_000)
    assert (rig.machine.reset_cause(), rig.machine.wake_reason()) == (world.DEEPSLEEP, world.EXT0)
    with pytest.raises(SystemExit):
        rig.machine.reset()
    assert (rig.machine.reset_cause(), rig.machine.wake_reason()) == (world.HARD, 0)
    rig.machine.lightsleep(1_000)
    assert rig.machine.wake_reason() == world.TIMER


def test_ticks_are_added_within_half_their_period() -> None:
    ticks_add = sys.modules["torpor_tools.fakes.time"].ticks_add
    assert ticks_add(0, (1 << 29) - 1) == (1 << 29) - 1
    for delta in (1 << 29, -(1 << 29)):
        with pytest.raises(OverflowError, match="overflow"):
            ticks_add(0, delta)


def test_less_than_no_time_is_for_ever_asleep_and_nothing_awake(state: dict[str, Any]) -> None:
    sys.modules["torpor_tools.fakes.time"].sleep_ms(-5)
    assert state["now_ms"] == 1_000
    with pytest.raises(SystemExit):
        rig.machine.deepsleep(-5)
    assert state["now_ms"] > 24 * 86_400_000


@pytest.mark.parametrize(("chip", "pin"), [("esp32", 34), ("esp32s2", 46)])
def test_a_pad_that_only_reads_has_no_pull(state: dict[str, Any], chip: str, pin: int) -> None:
    state["chip"] = chip
    pulled = rig.machine.Pin(pin, rig.machine.Pin.IN, rig.machine.Pin.PULL_UP)
    with pytest.raises(NotImplementedError, match="no pull"):
        pulled.value()
    assert rig.machine.Pin(pin, rig.machine.Pin.IN, None).value() == 1  # by a resistor
    state["pins"][str(pin)] = 0
    assert pulled.value() == 0


def test_a_driver_of_ones_own_reads_what_is_on_the_bus(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of docs/own-driver.md: an LPS22HB that holds 1013 hPa, and none at another address."""
    monkeypatch.setitem(sys.modules, "machine", rig.machine)
    page = (ROOT / "docs" / "own-driver.md").read_text()
    names: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    state["i2c"] = {str(0x5C): "00503f"}
    assert names["Pressure"](sda=21, scl=22).read() == 101_300
    with pytest.raises(OSError, match=str(errno.ENODEV)):
        names["Pressure"](sda=21, scl=22, address=0x5D).read()


def test_flash_storage_has_its_limits(state: dict[str, Any]) -> None:
    fake: Any = sys.modules["torpor_tools.fakes.esp32"]
    nvs = fake.NVS("n" * 15)
    with pytest.raises(OSError, match="KEY_TOO_LONG"):
        fake.NVS("n" * 16)
    with pytest.raises(OSError, match="KEY_TOO_LONG"):
        nvs.set_blob("k" * 16, b"")
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_blob("key", bytearray(4))
    nvs.set_blob("k" * 15, b"four")
    with pytest.raises(OSError, match="INVALID_LENGTH"):
        nvs.get_blob("k" * 15, bytearray(3))
    assert nvs.get_blob("k" * 15, bytearray(4)) == 4


def test_esp_now_needs_itself_then_the_radio_then_a_peer(state: dict[str, Any]) -> None:
    radio = rig.espnow.ESPNow()
    with pytest.raises(OSError, match="NOT_INIT"):
        radio.add_peer(PEER)
    radio.active(True)
    radio.add_peer(PEER)
    with pytest.raises(OSError, match="ESPNOW_IF"):
        radio.send(PEER, b"hello")
    rig.network.WLAN(0).active(True)
    with pytest.raises(OSError, match="NOT_FOUND"):
        radio.send(STRANGER, b"hello")
    with pytest.raises(OSError, match="EXIST"):
        radio.add_peer(PEER)


def test_a_send_tells_whether_all_answered(radio: Any, state: dict[str, Any]) -> None:
    radio.add_peer(PEER)
    radio.add_peer(STRANGER)
    radio.add_peer(rig.espnow.BROADCAST)
    assert radio.send(PEER, b"1") is True
    assert radio.send(STRANGER, b"2") is False
    assert radio.send(STRANGER, b"3", False) is True
    assert radio.send(rig.espnow.BROADCAST, b"4") is True
    assert radio.send(None, b"5") is False
    sent = [(bytes.fromhex(mac), bytes.fromhex(message)) for mac, message in state["sent"]]
    assert sent[:4] == [(PEER, b"1"), (STRANGER, b"2"), (STRANGER, b"3"), (b"\xff" * 6, b"4")]
    assert sent[4:] == [(PEER, b"5"), (STRANGER, b"5")]  # all means no broadcast


def test_twenty_peers_six_of_them_encrypted(radio: Any) -> None:
    for number in range(20):
        key = bytes(16) if number < 6 else None
        radio.add_peer(bytes([2, 0, 0, 0, 0, number]), key)
        if number == 5:
            with pytest.raises(OSError, match="FULL"):
                radio.add_peer(PEER, bytes(16))
    with pytest.raises(OSError, match="FULL"):
        radio.add_peer(PEER)
    radio.del_peer(b"\x02\0\0\0\0\0")
    radio.add_peer(PEER, bytes(16))


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (1_470, True), (1_471, False)])
def test_a_message_has_its_limits(radio: Any, size: int, fits: bool) -> None:
    radio.add_peer(PEER)
    if fits:
        assert radio.send(PEER, bytes(size))
    else:
        with pytest.raises(OSError, match="ESPNOW_ARG"):
            radio.send(PEER, bytes(size))
    with pytest.raises(ValueError, match="length"):
        radio.send(PEER[:-1], b"hello")


def test_a_message_is_heard_once_and_silence_takes_its_time(
    radio: Any, state: dict[str, Any]
) -> None:
    state["air"] = [[PEER.hex(), b"hello".hex(), -60]]
    assert radio.any()
    assert radio.recv(0) == [PEER, b"hello"]
    began_ms = state["now_ms"]
    assert radio.recv(250) == (None, None)
    assert state["now_ms"] == began_ms + 250


@pytest.mark.parametrize(("rxbuf", "fit"), [(16, 0), (17, 1), (31, 1), (32, 2)])
def test_what_does_not_fit_the_receive_buffer_is_dropped(
    radio: Any, state: dict[str, Any], rxbuf: int, fit: int
) -> None:
    """A frame of one byte takes 15 and leaves one more free than is ever used."""
    radio.config(rxbuf=rxbuf)
    state["air"] = [[PEER.hex(), "00", -60]] * 2
    assert radio.any()  # that of before: it is on
    radio.active(False)
    radio.active(True)
    assert not radio.any()
    state["air"] = [[PEER.hex(), "00", -60]] * 3
    radio.any()
    assert len(radio.received) == fit
    radio.recv(0)
    state["air"] = [[PEER.hex(), "01", -60]]
    radio.any()
    assert len(radio.received) == fit


def test_a_signal_is_known_once_its_frame_is_taken(radio: Any, state: dict[str, Any]) -> None:
    state["air"] = [[PEER.hex(), "00", -71]]
    assert radio.any()
    assert radio.peers_table == {}
    radio.recv(0)
    assert radio.peers_table[PEER][0] == -71


def test_a_frame_that_nobody_takes_is_sent_for_long(radio: Any, state: dict[str, Any]) -> None:
    took_ms = []
    for peer in (PEER, STRANGER):
        radio.add_peer(peer)
        began_ms = state["now_ms"]
        radio.send(peer, b"hello")
        took_ms.append(state["now_ms"] - began_ms)
    assert took_ms == [1, 27]


@pytest.mark.parametrize("channel", [1, 2])
def test_a_frame_reaches_who_is_on_its_channel(radio: Any, channel: int) -> None:
    other = rig.Chip(STRANGER)
    other.wlan.active(True)
    radio.add_peer(STRANGER)
    rig.network.WLAN(0).config(channel=channel)
    assert radio.send(STRANGER, b"hello") is (channel == 1)  # its ESP-NOW is off
    other.radio.active(True)
    radio.send(STRANGER, b"again")
    assert [message for _, message, _ in other.radio.received] == [b"again"] * (channel == 1)


def test_a_channel_is_the_access_points_and_the_countrys(state: dict[str, Any]) -> None:
    wlan = rig.network.WLAN(0)
    with pytest.raises(OSError, match="Not Started"):
        wlan.config(channel=1)
    wlan.active(True)
    wlan.config(channel=11)
    for channel in (0, 12):
        with pytest.raises(RuntimeError, match="0x0102"):
            wlan.config(channel=channel)
    assert wlan.config("channel") == 11
    wlan.connect("home", "sleepwell")
    with pytest.raises(NotImplementedError):
        wlan.config(channel=1)
    world.advance(2_000)
    assert wlan.config("channel") == 6


@pytest.mark.parametrize(
    ("sends", "hears", "heard"),
    [(b"k" * 16, b"k" * 16, 1), (b"k" * 16, b"x" * 16, 0), (b"k" * 16, None, 0), (None, None, 1)],
)
def test_a_frame_is_heard_by_who_has_its_key(
    radio: Any, sends: bytes | None, hears: bytes | None, heard: int
) -> None:
    other = rig.Chip(STRANGER)
    other.wlan.active(True)
    other.radio.active(True)
    other.radio.add_peer(bytes(rig.network.radio.mac), hears)
    radio.add_peer(STRANGER, sends)
    assert radio.send(STRANGER, b"hello")  # its radio acknowledges what it cannot read
    assert len(other.radio.received) == heard


def test_light_sleep_stops_the_watchdog_and_does_not_feed_it(state: dict[str, Any]) -> None:
    rig.machine.WDT(timeout=1_000)
    world.advance(600)
    rig.machine.lightsleep(100_000)
    world.advance(400)
    with pytest.raises(SystemExit) as ended:
        world.advance(1)
    assert ended.value.code == world.HUNG
    assert state["reset_cause"] == world.WDT


def test_ext0_and_the_ulp_exclude_each_other_on_the_esp32_alone(state: dict[str, Any]) -> None:
    """The other way round the port asks nobody, and the sleep fails."""
    fake: Any = sys.modules["torpor_tools.fakes.esp32"]
    pin = rig.machine.Pin(33, rig.machine.Pin.IN)
    fake.wake_on_ext0(pin, True)
    with pytest.raises(ValueError, match="no resources"):
        fake.wake_on_ulp(True)
    fake.wake_on_ext0(None, True)
    fake.wake_on_ulp(True)
    fake.wake_on_ext0(pin, False)
    with pytest.raises(RuntimeError, match="ulp_wakeup"):
        rig.machine.lightsleep(1_000)
    assert state["slept"] == []
    state["chip"] = "esp32s3"
    rig.machine.lightsleep(1_000)
    assert len(state["slept"]) == 1


@pytest.mark.parametrize(("mv", "breaks"), [(2_599, True), (2_600, False)])
def test_a_cell_browns_out_by_its_resistance(state: dict[str, Any], mv: int, breaks: bool) -> None:
    state["cell"] = {"mv": mv, "mohm": 500, "least_mv": 2_430, "tx_ma": [100] * 10 + [340]}
    wlan = rig.network.WLAN(0)
    wlan.active(True)
    wlan.config(txpower=18)
    wlan.connect("home", "sleepwell")
    wlan.disconnect()
    wlan.config(txpower=20)
    if breaks:
        with pytest.raises(SystemExit) as ended:
            wlan.connect("home", "sleepwell")
        assert ended.value.code == world.BROWNED_OUT
        assert state["reset_cause"] == world.PWRON
    else:
        wlan.connect("home", "sleepwell")


@pytest.mark.parametrize("ppm", [-50_000, 0, 50_000])
def test_a_sleep_is_as_long_as_the_slow_clock_has_it(state: dict[str, Any], ppm: int) -> None:
    state["drift_ppm"] = ppm
    began_ms, clock_ms = state["now_ms"], world.clock_now_ms()
    rig.machine.lightsleep(600_000)
    assert state["now_ms"] - began_ms == 600_000 + 600 * ppm // 1_000
    assert world.clock_now_ms() - clock_ms == 600_000
    world.advance(1_000)  # awake it is the crystal's
    assert world.clock_now_ms() - clock_ms == 601_000


def test_flash_storage_is_full_when_no_entry_is_left(state: dict[str, Any]) -> None:
    fake: Any = sys.modules["torpor_tools.fakes.esp32"]
    nvs = fake.NVS("filler")
    nvs.set_blob("most", bytes(32 * (630 - 2 - 3 - 2)))
    nvs.set_blob("one", b"x")
    with pytest.raises(OSError, match="NOT_ENOUGH_SPACE"):
        nvs.set_blob("two", b"x")
    nvs.set_blob("two", b"")
    nvs.set_blob("one", b"x")  # as it is: nothing is written
    with pytest.raises(OSError, match="NOT_ENOUGH_SPACE"):
        nvs.set_blob("one", b"y")  # the new one is written before the old one goes
    nvs.erase_key("most")
    nvs.set_blob("one", b"y")


def test_flash_storage_has_integers_and_blobs_of_any_byte(state: dict[str, Any]) -> None:
    fake: Any = sys.modules["torpor_tools.fakes.esp32"]
    nvs, every = fake.NVS("torpor"), bytes(range(128, 256))
    nvs.set_blob("key", every)
    buffer = bytearray(128)
    assert nvs.get_blob("key", buffer) == 128
    assert buffer == every
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_i32("key")
    nvs.set_i32("channel", 13)
    assert nvs.get_i32("channel") == 13
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_blob("channel", buffer)
