"""A whole garden sensor whose ULP reads: start after start on the fake chip, under a known sky."""

import sys
from pathlib import Path

import pytest

from tests.firmware import rig
from tests.firmware.broker import HOST
from tests.firmware.chip import Chip
from tests.firmware.reader import HUMIDITY, LUX, TEMPERATURE, Reader, config, words
from torpor import record, start
from torpor.policy import report
from torpor.policy.ticks import MASK
from torpor.port import WATCH
from torpor_tools.fakes import world
from torpor_tools.provision import version

HOUR_MS = 3_600_000
EVERY_MS = 100_000
WITHIN_MS = 1_800_000  # that a change of temperature or humidity may wait
CELSIUS = 65_535 // 175  # words
PERCENT = 65_535 // 100
MILD = 24_342  # 20.00 °C


def sky(ms: int) -> tuple[int, int, int]:
    """Words and steps: a degree up after two hours and for good, a shower from the fourth on.

    A cloud of five minutes each hour wakes nobody; nor does noise.
    """
    noise = ms // EVERY_MS * 7_919 % 41 - 20
    temperature = MILD + noise + (CELSIUS if ms >= 2 * HOUR_MS else 0)
    humidity = 0x8000 + noise + (8 * PERCENT if 4 * HOUR_MS <= ms < 5 * HOUR_MS else 0)
    return temperature, humidity, 0x1000 if 600_000 <= ms % HOUR_MS < 900_000 else 0x4000


class Told:
    """A network that takes all, and what it was told: [ms, channel, value, tick]."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.readings: list[tuple[int, int, int, int]] = []
        port = rig.esp32.Esp32Port
        monkeypatch.setattr(port, "join", lambda *_: -60)
        monkeypatch.setattr(port, "send", lambda _, *what: self.send(*what))
        monkeypatch.setattr(port, "leave", lambda _: None)

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        for at in range(first, first + 3 * count, 3):
            self.readings.append((world.now_ms(), r[at], r[at + 1], r[at + 2]))
        return 1

    def first(self, from_ms: int, channel: int, low: int, high: int) -> tuple[int, int]:
        """When a value in between was first told from then on, and as of when."""
        for ms, of, value, tick in self.readings:
            if ms >= from_ms and of == channel and low <= value < high:
                return ms, tick
        raise AssertionError("not told")


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Told, list[int]]:
    """Six hours; the cause of each start."""
    state = rig.power_on()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    path.write_bytes(version.as_json(config()))
    monkeypatch.setitem(sys.modules, "torpor.esp32", rig.esp32)
    told, causes = Told(monkeypatch), []
    Reader(lambda run: words(*sky(world.now_ms())))
    while world.now_ms() < 6 * HOUR_MS:
        words(*sky(world.now_ms()))
        rig.drivers["sht3x"].sensors.clear()
        causes.append(rig.esp32.cause(rig.esp32.memory()))
        with pytest.raises(SystemExit) as ended:
            start.run(str(path))
        assert ended.value.code == world.SLEPT
    assert not (tmp_path / "torpor.log").exists()
    assert state["leaks"] == 0
    return told, causes


@pytest.mark.parametrize("kept", [False, True])
def test_out_of_a_sleep_that_was_rescue_s_the_program_is_loaded(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wake came so far before, perhaps one retained its record: the memory holds anything."""
    state = rig.power_on()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    path.write_bytes(version.as_json(config()))
    monkeypatch.setitem(sys.modules, "torpor.esp32", rig.esp32)
    Told(monkeypatch)
    words(MILD, 0x8000)
    if kept:
        monkeypatch.setattr(rig.esp32.Esp32Port, "wait", lambda *_: sys.exit(world.HUNG))
        with pytest.raises(SystemExit):
            start.run(str(path))
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setitem(sys.modules, "torpor.esp32", rig.esp32)
        Told(monkeypatch)
    state["reset_cause"] = world.DEEPSLEEP
    state["memory"] = [0xDEAD] * 2_048
    reader = Reader()
    for _ in range(2):
        rig.drivers["sht3x"].sensors.clear()
        with pytest.raises(SystemExit) as ended:
            start.run(str(path))
        assert ended.value.code == world.SLEPT
    assert reader.runs > 1


def test_what_is_told_is_true_as_of_its_time(lived: tuple[Told, list[int]]) -> None:
    """Of a reading by the ULP as of one by the CPU, to what the sensor tells."""
    told, _ = lived
    assert len(told.readings) > 10
    for ms, channel, value, tick in told.readings:
        at_ms = ms - (ms - tick & MASK)
        temperature, humidity, steps = sky(at_ms)
        if channel == TEMPERATURE:
            assert value == temperature * 17_500 // 65_535 - 4_500
        elif channel == HUMIDITY:
            assert value == humidity * 10_000 // 65_535
        elif channel == LUX:
            assert value == pytest.approx(steps * 3_300 / 65_535, abs=3)
        else:
            assert value == 4_000


def test_a_change_is_told_in_time_and_as_of_when_it_came(lived: tuple[Told, list[int]]) -> None:
    told, causes = lived
    changes = (
        (2 * HOUR_MS, TEMPERATURE, 2_080, 2_120),
        (4 * HOUR_MS, HUMIDITY, 5_700, 5_900),
        (5 * HOUR_MS, HUMIDITY, 4_900, 5_100),
    )
    for at_ms, channel, low, high in changes:
        ms, tick = told.first(at_ms, channel, low, high)
        assert at_ms <= tick <= at_ms + EVERY_MS
        assert ms <= at_ms + WITHIN_MS
    assert causes.count(WATCH) >= len(changes)


def test_a_passing_cloud_and_a_quiet_hour_wake_nobody(lived: tuple[Told, list[int]]) -> None:
    """The CPU would have read the climate 72 times."""
    _, causes = lived
    assert causes.count(WATCH) == 3
    assert len(causes) < 8


def test_the_chip_s_own_interpreter_reads_what_the_ulp_left(tmp_path: Path) -> None:
    network = {"wifi": {"ssid": "home", "password": "sleepwell"}, "broker": {"host": HOST}}
    chip = Chip(tmp_path, {**config(), **network, "spread": {"within_ms": 0, "seed": 1}})
    chip.world["wifi"]["present"] = 0
    chip.wake()
    world.state.clear()
    world.state.update(chip.world)
    reader = Reader(lambda run: words(MILD + 2 * CELSIUS, 0x8000, 0x4000))
    while not reader()[0]:
        assert reader.runs < 20
    chip.world = {**world.state, "wake_reason": world.ULP}
    chip.world["now_ms"] += reader.runs * EVERY_MS - chip.slept_ms
    chip.wake()
    r = chip.record
    row = record.REPORT + report.HEAD + TEMPERATURE * report.ROW
    assert r[row + report.LAST] == (MILD + 2 * CELSIUS) * 17_500 // 65_535 - 4_500
    assert r[record.FAULTS] == r[record.CRASHES] == 0
