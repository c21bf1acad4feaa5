"""Node files: bounds that are told at their line, and the numbers that the device reads."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware import board, cell
from host_sim.hardware.board import Board
from host_sim.sim import run
from host_sim.spec import nodefile, scenario
from host_sim.spec.configure import MOST_MC, device_config
from host_sim.toml import struct
from tests.sim.files import changed_line, fault, variation
from torpor import config, record
from torpor.policy import report, schedule, txpower

TASK = '[[node.task]]\nname = "t%d"\nchannels = ["light"]\nperiod_s = 60\n\n'
CHANNEL = '[[node.channel]]\nname = "c%d"\n\n'
STAGES = "stages = [{ margin = 150, ratio = 1.5 }, { margin = 0, ratio = 0 }"
TWO = ", { margin = 0 }, { margin = 0 }"
ION = 'chemistry = "li-ion"'
CRITICAL, BUDGET, MISSPELT = (
    f"{ION}\n{key}"
    for key in ("critical_percent = 101", "budget_mc_per_hour = 20_001", "low_percnt = 1")
)


def device(name: str, *changes: str) -> dict[str, Any]:
    given = scenario.load(name, changes)
    return given.device()


@pytest.mark.parametrize(
    ("name", "key", "old", "new", "told"),
    [
        ("garden", "kind", '"sensor"', '"x"', "invalid enum value 'x'; one of sensor, switch"),
        ("garden", "mode", '"standard"', '"fast"', "invalid enum value 'fast'; one of eco, st"),
        ("garden", "report.period_s", "10_800\nearly", "259_201\nearly", "expected int <= 25920"),
        ("garden", "report.period_s", "10_800\nearly", "0\nearly", "expected int >= 1, got 0; k"),
        ("plug", "report.late_s", "late_s = 60", "late_s = 268_436", "expected int <= 268435, g"),
        ("plug", "report.late_s", "late_s = 60", "late_s = -1", "expected int >= 0, got -1; keep"),
        ("plug", "report.late_s", "late_s = 60", "late_s = 1.0", "expected int, got float; write"),
        ("plug", "report.late_s", "late_s = 60", 'late_s = "60"', "expected int, got string; wr"),
        ("plug", "report.late_s", "late_s = 60", "late_s = true", "expected int, got true or fa"),
        ("garden", "task[0].warmup_ms", "ms = 15", "ms = 60_001", "expected int <= 60000, got 6"),
        ("garden", "task[1].priority", "ty = 2", "ty = 8", "expected int <= 7, got 8; keep to t"),
        ("garden", "task[1].channels", '["light"]', "[]", "expected list of length >= 1; keep t"),
        ("garden", "task[1].channels", '["light"]', '"light"', "expected list, got string; writ"),
        ("garden", "task[1].channels[0]", '["light"]', '["L"]', "expected string matching regex"),
        (
            *("garden", "task[0].name", '"climate"', '"küche"'),
            r"""expected string matching regex '^[a-z][a-z0-9_-]{0,23}\\Z', got "küche"; keep""",
        ),
        ("garden", "task[0].name", '"climate"', '"2nd"', "expected string matching regex '^[a-z"),
        ("garden", "task[0].name", '"climate"', f'"{"n" * 25}"', "expected string matching rege"),
        ("garden", "channel[2].delta", "ta = 150", "ta = 1_000_001", "expected int <= 1000000, "),
        ("garden", "channel[2].delta", "ta = 150", "ta = -1", "expected int >= 0, got -1; keep "),
        ("sound", "watch.stages", STAGES, STAGES + TWO, "expected list of length <= 4; keep to "),
        (
            "sound",
            "watch.stages[1].ratio",
            "ratio = 0 }, { margin = 32",
            "ratio = 60.5 }, { margin = 32",
            "expected float <= 60.",
        ),
        ("sound", "watch.stages[0].margin", "gin = 150", "gin = 65_536", "expected int <= 65535"),
        ("sound", "watch.stages[0].magin", "margin = 150", "magin = 100", "unknown key; did you "),
        ("sound", "watch.false_per_day", "day = 100", "day = 10_001", "expected int <= 10000, go"),
        ("garden", "battery.chemistry", '"li-ion"', '"lipo"', "invalid enum value 'lipo'; one o"),
        ("garden", "battery.capacity_mah", "mah = 3_000", "mah = 0", "expected float >= 0.001, "),
        ("garden", "battery.critical_percent", ION, CRITICAL, "expected int <= 100, got 101; ke"),
        ("garden", "battery.budget_mc_per_hour", ION, BUDGET, "expected int <= 20000, got 20001"),
        ("garden", "battery.low_percnt", ION, MISSPELT, "unknown key; did you mean low_percent?"),
    ],
)
def test_a_wrong_value_is_told(
    name: str, key: str, old: str, new: str, told: str, tmp_path: Path
) -> None:
    path = variation(tmp_path, name, old, new)
    assert fault(path).startswith(f"{path}:{changed_line(path)}: node.{key}: {told}")


@pytest.mark.parametrize(
    ("text", "old", "most", "key"),
    [
        (TASK, '[[node.channel]]\nname = "temperature"', schedule.MAX_TASKS - 2, "node.task"),
        (CHANNEL, "[node.battery]", report.MAX_CHANNELS, "node.channel"),
    ],
)
def test_a_record_holds_so_many_and_no_more(
    text: str, old: str, most: int, key: str, tmp_path: Path
) -> None:
    have = 3 if text is TASK else 4
    for more in (0, 1):
        added = "".join(text % i for i in range(most - have + more))
        path = variation(tmp_path, "garden", old, added + old)
        message = fault(path)
        if more:
            assert f": {key}: expected list of length <= {most}; keep to that" in message
        else:
            assert message == "" if text is TASK else "nothing to read for c0" in message


@pytest.mark.parametrize("missing", ["kind", "period_s = 10_800", "capacity_mah"])
def test_what_is_missing_is_told_at_its_table(missing: str, tmp_path: Path) -> None:
    text = (scenario.SCENARIOS / "garden.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith(missing))
    path = variation(tmp_path, "garden", f"{line}\n", "")
    assert f": the key {missing.split()[0]} is missing; add it" in fault(path)


def without(config: Any) -> Iterator[Any]:
    """The configuration again and again, each time without another one of its keys."""
    if isinstance(config, list):
        for i, one in enumerate(config):
            yield from ([*config[:i], less, *config[i + 1 :]] for less in without(one))
    if isinstance(config, dict):
        for key, value in config.items():
            yield {name: kept for name, kept in config.items() if name != key}
            yield from (config | {key: less} for less in without(value))


def test_the_device_reads_every_key_of_its_configuration() -> None:
    whole = device("sound")
    config.configure([0] * record.SIZE, whole)
    cases = list(without(whole))
    assert len(cases) > 60
    for less in cases:
        with pytest.raises(KeyError):
            config.configure([0] * record.SIZE, less)


def test_a_chemistry_is_a_cell_that_has_a_source() -> None:
    assert set(struct.values_at(nodefile.Battery, ("chemistry",))) == set(cell.CELLS)


def test_a_channel_by_name() -> None:
    node = scenario.load("garden").file.node
    assert nodefile.channel_index(node, "light") == 2
    with pytest.raises(
        BadInput, match="no channel named dark; one of temperature, humidity, light"
    ):
        nodefile.channel_index(node, "dark")


def test_the_garden_as_the_device_reads_it() -> None:
    given = device("garden")
    climate, light, battery, delivery = given["tasks"]
    assert climate["channels"] == [0, 1]
    assert (light["period_ms"], light["early_ms"], light["late_ms"]) == (900_000, 300_000, 300_000)
    assert (battery["channels"], battery["priority"], battery["radio"]) == ([3], 5, 0)
    assert (delivery["channels"], delivery["radio"]) == ([], 1)
    assert (given["report_task"], given["watch_task"], given["battery_channel"]) == (3, 4, 3)
    assert given["channels"][2] == {"delta": 150, "within_ms": 3_600_000}
    assert (given["watch_channel"], given["cascade"]["stages"]) == (-1, [])
    assert json.loads(json.dumps(given)) == given


@pytest.mark.parametrize(
    ("mode", "high_dbm", "weight"),
    [("through-wall", 20, 4), ("standard", 20, 1), ("eco", 15, 1)],
)
def test_a_mode_bounds_the_power_and_weighs_what_is_lost(
    mode: str, high_dbm: int, weight: int
) -> None:
    power = device("garden", f"node.mode={mode}")["txpower"]
    assert power["lowest"] == 0
    assert txpower.LEVEL_QDBM[power["highest"]] == high_dbm * 4
    once_uc = device("garden", "node.mode=standard")["txpower"]["retry_uc"]
    assert power["retry_uc"] == pytest.approx(weight * once_uc, abs=4)


def test_a_reading_is_priced_by_its_board() -> None:
    given = scenario.load("garden")
    climate = device("garden")["tasks"][0]
    names = ("sense", "light_sleep", "cpu")
    sense_na, asleep_na, cpu_na = (given.board.file.states[name].current_na for name in names)
    reading_us = 2 * given.board.phase_us("measure")
    woken_us = given.board.phase_us("light_exit")
    by_hand_uc = (reading_us * sense_na + 15_000 * asleep_na + woken_us * cpu_na) / 1e9
    assert climate["cost_uc"] == pytest.approx(by_hand_uc, abs=2)


@st.composite
def board_of_any_numbers(draw: st.DrawFn) -> Board:
    """As board.toml allows them, however odd: deep sleep may draw more than light sleep does."""
    shipped = board.load("lolin32_lite")
    na = st.integers(0, 2_000_000_000)
    states = {
        name: msgspec.structs.replace(state, current_na=draw(na))
        for name, state in shipped.file.states.items()
    }
    phases = {
        name: msgspec.structs.replace(phase, duration_us=draw(st.integers(800_000, 600_000_000)))
        for name, phase in shipped.file.phases.items()
    }
    tx = msgspec.structs.replace(
        shipped.file.radio.tx, current_na=sorted(draw(st.lists(na, min_size=11, max_size=11)))
    )
    radio = msgspec.structs.replace(shipped.file.radio, tx=tx)
    file = msgspec.structs.replace(shipped.file, states=states, phases=phases, radio=radio)
    return Board(file, shipped.folder)


@settings(max_examples=100)
@given(odd=board_of_any_numbers(), name=st.sampled_from(scenario.names()))
def test_every_number_that_a_board_allows_fits_the_record(odd: Board, name: str) -> None:
    r = [0] * record.SIZE
    config.configure(r, device_config(scenario.load(name).file.node, odd))
    assert all(-(2**30) <= number <= 2**30 for number in r)


def test_a_state_that_saves_nothing_is_never_entered() -> None:
    """The break-even with deep sleep was a number of 64 bits here, which no record holds."""
    shipped = board.load("lolin32_lite")
    states = dict(shipped.file.states)
    states["deep_sleep"] = states["light_sleep"]
    odd = Board(msgspec.structs.replace(shipped.file, states=states), shipped.folder)
    garden = scenario.load("garden")
    sleeps = device_config(garden.file.node, odd)["sleep"]
    assert schedule.MAX_SLEEP_MS < sleeps["deep_ms"] < 2**31
    result = run.run(dataclasses.replace(garden, board=odd))  # the record goes through its bytes
    assert {line.name for line in result.ledger.by_state()} & {"deep_sleep", "light_sleep"} == {
        "light_sleep"
    }


def test_what_a_file_says_comes_to_the_device_in_its_own_units() -> None:
    cell_ = ("low_percent=20", "critical_percent=10", "target_days=100", "harvested=true")
    changes = [f"node.battery.{one}" for one in (*cell_, "capacity_mah=1_000_000")]
    energy = device("garden", *changes)["energy"]
    assert (energy["low_permille"], energy["critical_permille"]) == (200, 100)
    assert energy["target_h"] == 2_400
    assert energy["capacity_mc"] == MOST_MC  # of 3.6e9
    few = device("garden", *(f"node.battery.{one}" for one in (*cell_, "capacity_mah=10")))[
        "energy"
    ]
    assert few["capacity_mc"] == 36_000
    (first, *_) = device("sound")["cascade"]["stages"]
    assert (first["margin"], first["ratio_x16"]) == (150, 24)
    light = device("sound", "node.watch.ulp=false", "node.deepest_sleep=light")
    assert light["sleep"]["start_ms"] == 0


@settings(max_examples=100)
@given(
    period_s=st.integers(1, 259_200),
    early=st.floats(0, 1, exclude_max=True),
    late_s=st.integers(0, 268_435),
    within_s=st.integers(0, 268_435),
    capacity_mah=st.floats(0.001, 1e6),
    target_days=st.integers(0, 20_000),
    budget=st.just(0) | st.integers(5_000, 20_000),  # more than any sleep takes
    board=st.sampled_from(["lolin32_lite", "xiao_esp32c3", "heltec_wifi_lora_32"]),
)
def test_every_number_that_a_node_file_allows_fits_the_record(
    period_s: int,
    early: float,
    late_s: int,
    within_s: int,
    capacity_mah: float,
    target_days: int,
    budget: int,
    board: str,
) -> None:
    given = device(
        "garden",
        f"board={board}",
        f"node.task.light.period_s={period_s}",
        f"node.task.light.early_s={int(early * period_s)}",
        f"node.task.light.late_s={late_s}",
        f"node.channel.light.within_s={within_s}",
        f"node.battery.capacity_mah={capacity_mah}",
        f"node.battery.target_days={target_days}",
        f"node.battery.budget_mc_per_hour={budget}",
    )
    r = [0] * record.SIZE
    config.configure(r, given)
    assert all(type(number) is int and -(2**30) <= number < 2**30 for number in r)
