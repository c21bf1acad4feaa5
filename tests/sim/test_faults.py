"""The suite of faults: the firmware stands it, and what would not is found out."""

import pytest

from host_sim.errors import BadInput
from host_sim.lab import seeds
from host_sim.lab.faults import case, oracle, suite
from host_sim.lab.faults.case import Case
from host_sim.lab.faults.day import Day
from host_sim.lab.faults.kinds import (
    AT_A_CALL,
    BEFORE_A_WAKE,
    BY_ESPNOW,
    BY_WIFI,
    HANG,
    LOOPS,
    RESET,
)
from host_sim.spec import scenario
from torpor import node, start
from torpor.config import configure
from torpor.policy import backoff
from torpor.port import COLD


@pytest.mark.parametrize(("name", "count"), [("door", 1_800), ("garden", 500)])
def test_a_node_outlives_all_of_them(name: str, count: int) -> None:
    found = suite.run(name, count, seed=1, progress=lambda done: None)
    assert found.failed == []
    assert found.count == count
    if count > 1_000:
        loops = {f"{kind} loop" for kind in LOOPS}
        assert set(found.rows) == {*AT_A_CALL, *BEFORE_A_WAKE, *BY_WIFI, *loops}
        assert all(row.ratio <= oracle.RATIO for row in found.rows.values())


@pytest.mark.parametrize("wakes", [0, seeds.LONG_WAKES], ids=["one process", "two"])
def test_days_are_broken_on_all_cores(wakes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(suite, "A_DAY", 60)
    monkeypatch.setattr(suite, "WAKES_A_FAULT", wakes)
    found = suite.run("door", 120, 1, lambda done: None)
    assert (found.count, found.failed) == (120, [])
    assert set(found.rows) > set(BY_WIFI)


@pytest.mark.parametrize(
    "name",
    ["door", "garden", *(pytest.param(n, marks=pytest.mark.slow) for n in ("plug", "sound"))],
)
def test_a_node_outlives_what_lasts_from_its_very_first_wake_on(name: str) -> None:
    """A network that is slow from then on is none that it may take for usual."""
    day = Day(scenario.load(name), 1, 0)
    met = [oracle.judge(Case(1, 0, 0, kind, 0), day.first.fork(), day) for kind in case.LASTING]
    judged = [each for each in met if each]
    assert len(judged) > len(BY_WIFI) + len(LOOPS)
    assert [each.faults for each in judged if each.faults] == []


@pytest.mark.parametrize("name", ["door", "garden"])
@pytest.mark.parametrize("day", [0, 9])
def test_a_node_by_gateway_outlives_what_lasts_there_for_a_day(name: str, day: int) -> None:
    by_gateway = Day(scenario.load(name, ("node.link=espnow",)), 1, day)
    for kind in BY_ESPNOW:
        case = Case(1, day, 0, kind, 0)
        met = oracle.judge(case, by_gateway.first.fork(), by_gateway)
        assert met
        assert met.faults == []
    case = Case(1, day, 0, "DHCP absent", 0)
    assert oracle.judge(case, by_gateway.first.fork(), by_gateway) is None


@pytest.fixture(scope="module")
def door() -> Day:
    return Day(scenario.load("door"), 1, 5)


def outcome(day: Day, kind: str, wake: int = 0, at: int = 0) -> oracle.Outcome:
    judged = oracle.judge(Case(day.seed, day.day, wake, kind, at), day.before(wake), day)
    assert judged
    return judged


def test_a_hang_lasts_until_the_watchdog_bites(door: Day) -> None:
    before = door.before(0)
    calls = before.moments() // 2
    for at in (1, calls, 2 * calls - 1):
        assert 1 < outcome(door, HANG, 0, at).ratio < oracle.RATIO
    quick = outcome(door, RESET, 0, 1)
    assert quick.serve_s < 10
    assert quick.ratio < outcome(door, HANG, 0, 1).ratio


def test_a_moment_that_the_wake_does_not_have_is_no_fault(door: Day) -> None:
    before = door.before(0)
    moments = before.moments()
    assert oracle.judge(Case(1, 5, 0, RESET, moments), before.fork(), door)
    assert oracle.judge(Case(1, 5, 0, RESET, moments + 1), before.fork(), door) is None


def test_a_firmware_that_never_backs_off_is_found_out(
    door: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "wait_min", lambda *given: 1)
    (fault,) = outcome(door, "access point absent").faults
    assert fault.startswith("a day costs ")


def test_a_firmware_that_forgets_what_it_retained_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def anew(r: list[int], port: object, config: dict[str, object], *more: object) -> object:
        configure(r, config)
        return COLD, 0

    day = Day(scenario.load("garden"), 1, 5)
    queued = next(wake for wake in range(day.wakes) if day.before(wake).queue())
    assert outcome(day, RESET, queued, 9).faults == []
    monkeypatch.setattr(start, "restore", anew)
    assert "readings are lost" in str(outcome(day, RESET, queued, 9).faults)


def test_a_firmware_that_does_not_sleep_for_a_crash_is_found_out(
    door: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "crashed", lambda *given: 60 * 24 * 9)
    assert "serve" in str(outcome(door, RESET, 0, 9).faults)


def test_a_line_reads_back_as_its_fault() -> None:
    for kind in case.KINDS:
        one = Case(7, 3, 12, kind, 5)
        assert case.read(str(one)) == one
        assert " " not in str(one)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "",
            "1:2:3:reset",
            "1:2:3:reset:1:2",
            "x:2:3:reset:1",
            "1:2:3:nothing:1",
            "1:2:3:reset:0",
        ),
        *(
            "1:28:3:reset:1",
            "2147483648:2:3:reset:1",
            "1:2:-3:reset:1",
            "1:2:3:reset:x",
            "1:2:3:reset:²",
        ),
    ],
)
def test_a_line_that_is_no_fault_is_refused(line: str) -> None:
    with pytest.raises(BadInput, match=r"^--replay: .* is no fault; "):
        case.read(line)


def test_a_switch_is_calm_though_what_woke_it_is_never_obeyed() -> None:
    """A command is there, and to ask for it fails: the sleep after that is over at once."""
    again = suite.replay("plug", case.read("271041745:8:0:OSError.at.each.command:0"))
    assert again.faults == []
    assert again.ratio < 1.02


def test_a_fault_is_replayed_and_one_that_does_not_come_is_refused() -> None:
    again = suite.replay("door", Case(1, 5, 0, HANG, 3))
    assert again.faults == []
    for wake, at in ((0, 10_000), (99_999, 3)):
        with pytest.raises(BadInput, match="does not come"):
            suite.replay("door", Case(1, 5, wake, HANG, at))


def test_reports_of_two_days_are_one_with_all_that_either_tells() -> None:
    found, other = Case(1, 0, 0, RESET, 1), Case(1, 1, 0, RESET, 2)
    both, second = suite.Report(), suite.Report()
    both.add(found, oracle.Outcome(1.0, 2.0, 1.1, ["lost"], limit="at the REPL"))
    second.add(other, oracle.Outcome(3.0, 1.0, 1.0, ["awake"], bit=False, limit="for good"))
    both.merge(second)
    assert both.rows == {RESET: suite.Row(2, 1, 3.0, 2.0, 1.1)}
    assert both.failed == [(str(found), "lost"), (str(other), "awake")]
    assert both.limits == [(str(found), "at the REPL"), (str(other), "for good")]
