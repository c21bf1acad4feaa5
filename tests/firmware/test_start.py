"""From reset to deep sleep, restart after restart, on the fake chip with a real broker."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.firmware import cells
from tests.firmware.broker import Broker, free_port
from tests.firmware.chip import SHT3X, Chip, garden
from tests.interpreters import ROOT
from torpor import kept, record, retain, start
from torpor.policy import schedule
from torpor.policy.ticks import MASK
from torpor.port import TIMER
from torpor_tools.fakes import world

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def until_joined(chip: Chip) -> None:
    """Wake until one more join was tried: a day at most, of 72 wakes where nothing moves."""
    before = len(chip.world["joined"])
    for _ in range(100):
        chip.wake()
        if len(chip.world["joined"]) > before:
            return
    raise AssertionError("no join")


def delivered(chip: Chip, broker: Broker) -> dict[str, int]:
    """The chip's next message: the last value of each channel in it."""
    readings = json.loads(broker.heard(chip.topic))
    return {reading["channel"]: reading["value"] for reading in readings}


def test_a_cold_start_configures_and_the_next_wake_goes_on(chip: Chip) -> None:
    chip.wake()
    assert chip.record[record.WAKES] == 1
    assert chip.record[record.UPTIME_MIN] == 0
    slept_ms = chip.slept_ms
    chip.wake()
    assert chip.record[record.WAKES] == 2
    assert 0 <= chip.record[record.UPTIME_MIN] - slept_ms // 60_000 <= 1  # and the first wake
    assert chip.record[record.CRASHES] == 0
    assert chip.log == ""


@pytest.mark.parametrize("cause", [world.PWRON, world.UNTOLD], ids=["power-on", "own USB"])
def test_a_first_start_leaves_a_window_to_interrupt_and_no_other_does(
    chip: Chip, cause: int
) -> None:
    chip.world["reset_cause"] = cause  # of a board that was flashed
    awake_ms = []
    for _ in range(2):
        began_ms = chip.world["now_ms"]
        chip.wake()
        awake_ms.append(chip.world["now_ms"] - began_ms - chip.slept_ms)
    assert 0 <= awake_ms[0] - start.OPEN_MS < 100
    assert awake_ms[1] < 100
    chip.world["reset_cause"] = world.PWRON  # a brown-out
    began_ms = chip.world["now_ms"]
    chip.wake()
    assert chip.world["now_ms"] - began_ms - chip.slept_ms < 100


def test_the_readings_reach_the_broker(chip: Chip, broker: Broker) -> None:
    until_joined(chip)
    assert delivered(chip, broker) == {
        "temperature": 2000,
        "humidity": 5000,
        "light": 800,
        "battery": 4000,
    }
    assert chip.record[record.SENT] == 1
    assert chip.world["joined"] == [[20.0, True]]


def test_the_second_join_takes_the_remembered_address(chip: Chip, broker: Broker) -> None:
    until_joined(chip)
    chip.world["adc"]["34"] = 100_000  # news
    until_joined(chip)
    assert [dhcp for _, dhcp in chip.world["joined"]] == [True, False]
    assert delivered(chip, broker)["light"] == 800
    assert delivered(chip, broker)["light"] == 100


@pytest.mark.parametrize("holds", [b"", bytes(2048), b"\x01" + b"\xff" * 2047])
def test_a_power_on_forgets_what_the_memory_happens_to_hold(chip: Chip, holds: bytes) -> None:
    chip.wake()
    world.cut_power(chip.world)
    world.hold(chip.world, holds)
    chip.wake()
    assert chip.record[record.WAKES] == 1
    assert chip.log == ""


BROWN_OUT_MV = 3_200  # of a cell that a join pulls down


def test_a_cell_too_weak_for_the_radio_costs_few_joins_and_recovers(
    chip: Chip, broker: Broker
) -> None:
    """At 3.2 V each join browns out: for some hours, then the sun charges the cell."""
    chip.world["adc"]["35"] = BROWN_OUT_MV * 1_000 // 2
    chip.world["cell"] = cells.breaking_at(2)
    ended = [chip.boot()]
    while chip.world["now_ms"] < 6 * HOUR_MS:
        ended.append(chip.boot())
        assert world.SLEPT in ended[-2:]  # it rests after each
    assert ended.count(world.BROWNED_OUT) == 3  # and then after 4, 8, 16, 24 h
    assert [dbm for dbm, _ in chip.world["joined"]] == [20, 16.5, 14]
    assert chip.record[record.CRASHES] == chip.record[record.FAULTS] == 0
    chip.world["cell"] = None
    chip.world["adc"]["35"] = 1_900_000
    joins = len(chip.world["joined"])
    until_h = chip.world["now_ms"] + 8 * HOUR_MS
    while len(chip.world["joined"]) == joins:
        chip.wake()
        assert chip.world["now_ms"] < until_h
    assert chip.world["joined"][-1][0] == 20.0
    assert delivered(chip, broker)["battery"] == 3800


def test_a_cell_that_never_rises_is_tried_with_less_power(chip: Chip, broker: Broker) -> None:
    chip.world["cell"] = cells.breaking_at(15)
    for _ in range(60):
        chip.boot()
        if chip.record[record.SENT]:
            break
    assert [dbm for dbm, _ in chip.world["joined"]] == [20, 16.5, 14]
    assert delivered(chip, broker)["battery"] == 4000


@pytest.mark.slow
def test_a_cell_in_the_cold_sends_with_less_power_and_in_the_warm_with_all(
    chip: Chip, broker: Broker
) -> None:
    """Two lithium AA cells that are nearly empty: their resistance is what breaks them down."""
    chip.world["cell"] = cells.of("2xaa-lithium", 100, -20)
    ended = [chip.boot()]
    while not chip.record[record.SENT]:
        ended.append(chip.boot())
        assert world.SLEPT in ended[-2:]  # it rests after each
    broke = ended.count(world.BROWNED_OUT)
    powers = [dbm for dbm, _ in chip.world["joined"]]
    assert powers == sorted(powers, reverse=True)
    assert (powers[0], broke) == (20, len(powers) - 1)
    delivered(chip, broker)
    world.cut_power(chip.world)  # it is carried inside
    chip.world["cell"] = cells.of("2xaa-lithium", 100, 25)
    until_joined(chip)
    delivered(chip, broker)
    assert chip.world["joined"][-1][0] == 20


@pytest.mark.parametrize("ppm", [-50_000, 50_000])
def test_a_slow_clock_that_drifts_costs_no_wake(chip: Chip, ppm: int) -> None:
    """By as much as the oscillator may be off: the node goes by its own clock throughout."""
    chip.world["drift_ppm"] = ppm
    chip.wake()
    began_ms = chip.world["now_ms"] - chip.slept_ms
    for _ in range(10):
        chip.wake()
        assert chip.slept_ms > MINUTE_MS
    passed_ms = chip.world["now_ms"] - chip.slept_ms - began_ms
    own_ms = passed_ms / (1 + ppm / 1e6)
    assert chip.record[record.UPTIME_MIN] == pytest.approx(own_ms / MINUTE_MS, abs=1)
    assert chip.record[record.CRASHES] == chip.record[record.FAULTS] == 0
    assert chip.log == ""


LAST = len(retain.pack([0] * record.SIZE, 0))  # of the record's bytes; the radio's is before them


@pytest.mark.parametrize("at", [1, 3, 11, 701, LAST])
def test_a_damaged_record_starts_clean_and_tells(chip: Chip, at: int) -> None:
    chip.wake()
    kept = bytearray(world.held(chip.world))
    kept[at] ^= 0x10
    world.hold(chip.world, kept)
    chip.wake()
    assert chip.record[record.WAKES] == 1
    assert chip.log.startswith("starting clean: ")


@pytest.mark.parametrize("left", [0, 1, 10, 11, 601, LAST])
def test_a_record_cut_short_starts_clean(chip: Chip, left: int) -> None:
    chip.wake()
    world.hold(chip.world, world.held(chip.world)[:left])
    chip.wake()
    assert chip.record[record.WAKES] == 1


def test_another_configuration_starts_clean(chip: Chip, broker: Broker) -> None:
    chip.wake()
    chip.flash({**garden(broker.port), "cache_join": 0})
    chip.world["reset_cause"] = world.HARD  # as torpor deploy ends
    chip.wake()
    assert chip.record[record.WAKES] == 1
    assert "another configuration" in chip.log


def test_a_silent_sensor_costs_its_readings_only(chip: Chip, broker: Broker) -> None:
    del chip.world["i2c"][SHT3X]
    until_joined(chip)
    assert delivered(chip, broker) == {"light": 800, "battery": 4000}
    assert chip.record[record.FAULTS] == 2 * chip.record[record.WAKES]
    assert chip.record[record.CRASHES] == 0


def test_a_damaged_answer_costs_one_reading(chip: Chip, broker: Broker) -> None:
    answer = chip.world["i2c"][SHT3X]
    chip.world["i2c"][SHT3X] = "5f171a" + answer[6:]
    until_joined(chip)
    assert delivered(chip, broker) == {"humidity": 5000, "light": 800, "battery": 4000}


@pytest.mark.parametrize("wakes", [0, 3])
def test_a_wake_that_hangs_is_tried_a_few_times_a_day(chip: Chip, wakes: int) -> None:
    """From the very first wake on, and in the midst of a node's life."""
    for _ in range(wakes):
        chip.wake()
    chip.world["hangs"] = 1
    until_ms = chip.world["now_ms"] + 48 * HOUR_MS
    ends = []
    while chip.world["now_ms"] < until_ms:
        ends.append(chip.boot())
    assert ends[:3] == [world.HUNG, world.HUNG, world.SLEPT]
    assert ends.count(world.HUNG) == chip.log.count("the watchdog bit") <= 8
    chip.world["hangs"] = 0
    chip.wake()
    assert chip.record[record.CRASHES] == 0
    assert chip.slept_ms < HOUR_MS


def test_a_wake_that_hung_once_is_followed_by_one_at_once(chip: Chip) -> None:
    chip.wake()
    chip.world["hangs"] = 1
    assert chip.boot() == world.HUNG
    chip.world["hangs"] = 0
    chip.wake()
    assert chip.record[record.CRASHES] == 0
    assert chip.slept_ms < HOUR_MS


def test_an_exception_is_logged_undone_and_the_node_senses_on(chip: Chip) -> None:
    """One that no link should raise, at each join."""
    kept, chip.world["wifi"] = chip.world["wifi"], {}
    crashed_at = []
    for _ in range(20):
        good = chip.record[record.WAKES] if chip.world["rtc"] else 0
        chip.wake()
        if chip.record[record.CRASHES]:
            crashed_at.append(chip.record[record.WAKES])
            assert chip.record[record.WAKES] == good
            assert MINUTE_MS <= chip.slept_ms <= 24 * HOUR_MS
    assert max(map(crashed_at.count, crashed_at)) == 2  # in a row: then it senses
    assert "KeyError" in chip.log
    chip.world["wifi"] = kept
    until_joined(chip)
    assert chip.record[record.CRASHES] == 0


def backs_off(chip: Chip) -> None:
    """Two attempts and the wait for a third; the readings go on between them."""
    for attempt in range(1, 3):
        until_joined(chip)
        assert chip.record[record.JOINS_FAILED] == attempt
        now = (chip.world["now_ms"] - chip.slept_ms) & MASK
        left_ms = schedule.latest_ms(list(chip.record), record.SCHEDULE, 3, now)
        assert (
            MINUTE_MS * attempt // 2 < left_ms <= 24 * HOUR_MS + MINUTE_MS
        )  # and a part of that by chance
    assert chip.record[record.CRASHES] == 0
    assert chip.log == ""


def recovers(chip: Chip, broker: Broker) -> None:
    until_joined(chip)
    assert chip.record[record.JOINS_FAILED] == 0
    assert set(delivered(chip, broker)) == {"temperature", "humidity", "light", "battery"}


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("present", 0),
        pytest.param("password", "other", marks=pytest.mark.slow),  # silent for a day
        ("refuses", 1),
        ("needs_dbm", 99),
    ],
)
def test_no_access_point_backs_off(chip: Chip, broker: Broker, what: str, value: Any) -> None:
    before = dict(chip.world["wifi"])
    chip.world["wifi"][what] = value
    backs_off(chip)
    chip.world["wifi"] = before
    recovers(chip, broker)


def test_no_broker_backs_off(tmp_path: Path) -> None:
    chip = Chip(tmp_path, garden(free_port()))
    backs_off(chip)


@pytest.mark.parametrize("secrets", [None, "torpor2"])
def test_passwords_come_from_flash_storage(
    tmp_path: Path, broker: Broker, secrets: str | None
) -> None:
    config = garden(broker.port, tmp_path.name)
    if secrets:
        config["secrets"] = secrets
    chip = Chip(tmp_path, config)
    for whose in ("wifi", "broker"):
        chip.world["nvs"][f"{secrets or 'torpor'}.{whose}_password"] = config[whose].pop("password")
    chip.flash(config)
    until_joined(chip)
    assert delivered(chip, broker)["temperature"] == 2000


def test_a_refusing_broker_backs_off(tmp_path: Path, broker: Broker) -> None:
    config = garden(broker.port)
    config["broker"]["password"] = "wrong"
    backs_off(Chip(tmp_path, config))


def test_a_full_log_starts_over(chip: Chip) -> None:
    line = "starting clean: no record\n"
    sizes = []
    (chip.folder / "torpor.log").write_text("x" * 4096)
    for _ in range(2):
        chip.world["reset_cause"] = world.DEEPSLEEP
        world.hold(chip.world, b"")
        chip.wake()
        sizes.append(len(chip.log))
    assert sizes == [4096 + len(line), len(line)]


@pytest.mark.parametrize("text", [None, "{", "{}"])
def test_a_node_that_cannot_start_leaves_a_minute_and_sleeps_for_hours(
    chip: Chip, text: str | None
) -> None:
    config = chip.folder / "config.json"
    if text is None:
        config.unlink()
    else:
        config.write_text(text)
    began_ms = chip.world["now_ms"]
    chip.wake()
    assert chip.slept_ms == 6 * HOUR_MS
    assert chip.world["now_ms"] - began_ms >= MINUTE_MS + 6 * HOUR_MS
    assert "Traceback" in chip.log


@pytest.mark.parametrize("file", ["awake.mpy", "rescue.py", "torpor.mpy"])
def test_a_node_whose_library_is_damaged_is_started_once_more_and_sleeps(
    chip: Chip, file: str
) -> None:
    chip.wake()
    chip.damage(file)
    if file == "rescue.py":  # read only where something is to be told
        (chip.folder / "config.json").unlink()
    if file != "awake.mpy":  # nor is the configuration in a wake that goes on
        chip.world.update(reset_cause=world.HARD, rtc=[])
    else:
        assert chip.boot() == world.RESET
    began_ms = chip.world["now_ms"]
    chip.wake()
    assert chip.slept_ms == 6 * HOUR_MS
    assert chip.world["now_ms"] - began_ms < 6 * HOUR_MS + MINUTE_MS // 10
    assert ("Traceback" in chip.log) == (file != "rescue.py")


def test_resets_that_lead_to_no_sleep_end_in_one(chip: Chip) -> None:
    """A brown-out or a panic as the firmware starts, over and over."""
    chip.wake()
    chip.damage("awake.mpy")
    (chip.library / "awake.mpy").unlink()
    (chip.library / "awake.py").write_text("import machine\nmachine.reset()\n")
    for _ in range(2):
        assert [chip.boot() for _ in range(5)] == [world.RESET] * 4 + [world.SLEPT]
        assert chip.slept_ms == 6 * HOUR_MS
    assert chip.log.count("no start ends in sleep") == 2


def test_starts_that_hang_again_end_in_a_day_of_sleep(chip: Chip) -> None:
    """From power-on, as a file does that is imported for ever: no wake counts its own crash."""
    chip.damage("awake.mpy")
    (chip.library / "awake.mpy").unlink()
    (chip.library / "awake.py").write_text("import time\ntime.sleep_ms(9001)\n")
    assert [chip.boot() for _ in range(3)] == [world.HUNG, world.HUNG, world.SLEPT]
    assert chip.slept_ms == 24 * HOUR_MS
    assert chip.log == "the watchdog bit\n" * 2 + "no start ends in sleep\n"


@pytest.mark.parametrize("wakes", [0, 1])
def test_what_comes_first_is_text_of_which_a_part_hangs_nothing(chip: Chip, wakes: int) -> None:
    """Bytecode that is cut short is imported for ever; this alone a start cannot do without."""
    for _ in range(wakes):
        chip.wake()
        chip.world["reset_cause"] = world.HARD
    whole = (chip.library / "rescue.py").read_text()
    before = json.dumps(chip.world)
    for part in range(0, len(whole), 499):
        chip.damage("rescue.py", whole[:part].encode())
        chip.world = json.loads(before)
        assert world.SLEPT in (chip.boot(), chip.boot())


@pytest.mark.parametrize("where", ["memory", "opened", "live"])
def test_who_interrupts_a_wake_has_time_at_the_terminal(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """And none of the watchdog's nine seconds, whichever of boot.py and main.py it is of.

    A Ctrl-C in an import is heard of here: those modules' own bodies have no jump.
    """

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    told: list[str] = []
    port: Any = ModuleType("torpor.esp32")
    port.cause, port.memory, port.opened = lambda memory: TIMER, bytes, lambda config: None
    port.attend = lambda: told.append("attend")
    monkeypatch.setitem(sys.modules, "torpor.esp32", port)
    monkeypatch.setattr(kept, "read", lambda path: {"pins": {}})
    monkeypatch.setattr(start if where == "live" else port, where, interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.run("config.json")
    assert told == ["attend"]


@pytest.mark.parametrize("program", ["main.py", "gateway.py"])
def test_who_interrupts_a_rest_has_time_at_the_terminal(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """That of a node which could not start, too."""

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    def stub(name: str, **members: Any) -> ModuleType:
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    def damaged(path: str) -> None:
        raise ValueError(path)

    told: list[int] = []
    resets = {"PWRON_RESET": 1, "WDT_RESET": 3, "DEEPSLEEP_RESET": 4}
    stub("machine", WDT=lambda timeout: told.append(timeout), reset_cause=lambda: 1, **resets)
    stub("gc", threshold=lambda count: None)
    stub("time", sleep_ms=interrupted)
    stub("rescue", again=lambda path: None, run=lambda path, error: None)
    stub("awake", run=damaged)
    monkeypatch.setattr("torpor.gateway", stub("torpor.gateway", run=damaged), raising=False)
    with pytest.raises(KeyboardInterrupt):
        exec((ROOT / "firmware" / program).read_text(encoding="utf-8"), {})
    assert told == [9_000, 90_000, 600_000]
