"""How late alarms come: cells to their exact bounds, and runs whose answer is known."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine import alarm, native, parts, plain
from host_sim.errors import BadInput
from host_sim.sim import run
from host_sim.sim.result import Result
from host_sim.spec import scenario


def door(tmp_path: Path, edges_s: list[float], *changes: str, engine: type = plain.Life) -> Result:
    """The door of a day, whose contact moves at these seconds."""
    rows = [f"{at},{(i + 1) % 2}" for i, at in enumerate(edges_s)]
    path = tmp_path / "edges.csv"
    path.write_text("\n".join(["seconds,value", *rows]))
    own = (f'world.door={{csv="{path}"}}', "days=1", "world.drift_ppm=0")
    return run.run(scenario.load("door", (*own, *changes)), engine=engine)


@given(st.integers(0, 2**30 - 1))
def test_a_cell_is_narrow_and_ends_before_the_next(ms: int) -> None:
    cell = alarm.cell_of(ms)
    assert cell < alarm.HISTOGRAM
    assert ms <= alarm.most_ms(cell) <= ms + ms // 16
    assert alarm.cell_of(alarm.most_ms(cell)) == cell
    assert alarm.cell_of(alarm.most_ms(cell) + 1) == cell + 1


@pytest.mark.parametrize("engine", [plain.Life, native.Life])
def test_an_alarm_is_late_by_its_wake_its_join_and_its_message(
    tmp_path: Path, engine: type
) -> None:
    """All that the node did but asleep, in a run whose two edges are its only events."""
    result = door(tmp_path, [40_000.0, 40_100.0], engine=engine)
    assert (result.edges, sum(result.late)) == (2, 2)
    board = result.scenario.board
    least_s = (board.phase_us("boot") + board.phase_us("connect")) / 1e6
    awake = (line for line in result.ledger.by_decision() if line.name in ("look", "event"))
    most_s = sum(line.duration_us for line in awake) / 2e6
    late_s = result.figure("alarm_p95_s")
    assert late_s is not None
    assert least_s < late_s <= most_s * 17 / 16


def test_an_outage_makes_alarms_late(tmp_path: Path) -> None:
    """By what it lasted from their event on, at least."""
    edges_s = [10_000.0 + 600 * i for i in range(6)]
    away = "world.wifi.outage=[{start_h=2.5, hours=4}]"
    result = door(tmp_path, edges_s, away)
    assert sum(result.late) == result.edges == 6
    late_s = result.figure("alarm_p95_s")
    assert late_s is not None
    back_s = 6.5 * 3600 - edges_s[0]
    assert back_s < late_s < 86_400
    assert result.figure("missed_per_day") == 0


def test_what_no_message_told_is_missed(tmp_path: Path) -> None:
    """Of more edges than a queue takes, in an outage to the end: all."""
    edges_s = [10_000.0 + 100 * i for i in range(40)]
    result = door(tmp_path, edges_s, "world.wifi.outage=[{start_h=1, hours=100}]")
    assert (result.edges, sum(result.late)) == (40, 0)
    assert result.figure("missed_per_day") == 40
    assert result.figure("alarm_p95_s") is None


def test_a_heartbeat_repeats_no_alarm(tmp_path: Path) -> None:
    hourly = ("node.report.period_s=3600", "node.report.early_s=0", "node.report.late_s=0")
    result = door(tmp_path, [10_000.0, 10_100.0], *hourly)
    assert result.count[parts.SENDS] > 20
    assert sum(result.late) == 2


def test_an_alarm_is_one_however_long_ago_the_last_was(tmp_path: Path) -> None:
    """Ticks tell apart what is 6.2 days from one another."""
    edges_s = [day * 86_400.0 + 10 * i for day in (7, 16) for i in range(2)]
    result = door(tmp_path, edges_s, "days=17")
    assert (result.edges, sum(result.late)) == (4, 4)
    assert result.figure("missed_per_day") == 0


def test_words_are_alarms_too() -> None:
    result = run.run(scenario.load("sound", ("days=0.1",)))
    assert 0 < result.caught - 1 <= sum(result.late) <= result.count[parts.READINGS]
    with pytest.raises(BadInput, match="no watch"):
        scenario.load("garden", ('budget=[{name="alarm_p95_s", at_most=1}]',))


@pytest.mark.parametrize("board", ["lolin32_lite", "xiao_esp32c3", "xiao_esp32s3"])
def test_a_question_that_is_lost_delays_no_later_alarm(board: str) -> None:
    """It was counted as a failure: a board that draws little had to pay for it for a day."""
    result = run.run(scenario.load("door", ("days=28", f"board={board}")))
    late_s = result.figure("alarm_p95_s")
    assert late_s is not None
    assert late_s < 5


@pytest.mark.parametrize("board", ["lolin32_lite", "xiao_esp32s3"])
def test_a_delivery_that_fails_once_delays_no_alarm_by_hours(board: str) -> None:
    """One wake in twenty meets a disturbed channel: each was waited for for a day."""
    changes = ("days=84", f"board={board}", "world.wifi.disturbed=0.05")
    late_s = run.run(scenario.load("door", changes)).figure("alarm_p95_s")
    assert late_s is not None
    assert late_s < 120


def test_a_contact_that_is_held_tells_begin_and_end_of_what_it_saw(tmp_path: Path) -> None:
    """Two events of three edges each way, the second of which is a pulse of 50 ms."""
    edges_s = [40_000.0, 40_005.0, 40_020.0, 40_050.0, 50_000.0, 50_000.05]
    for hold_s, told in ((9, 6), (13, 6), (16, 4)):
        result = door(tmp_path, edges_s, f"node.watch.hold_s={hold_s}")
        assert (result.edges, sum(result.late)) == (told, told)
