"""Two ways to run a node that must not differ: another engine, and sleep through real bytes."""

from array import array
from pathlib import Path
from typing import Any

import pytest

from host_sim.engine import kernel, native, plain, replay
from host_sim.engine.port import SimPort
from host_sim.hardware.cell import CHARGE_SHIFT
from host_sim.sim import build, run
from host_sim.spec import scenario
from host_sim.trace.cut import digest
from host_sim.trace.cut.digest import Row
from host_sim.units import DAY_US
from tests.conftest import CHECKOUT
from torpor import config, record, retain
from torpor.port import COLD

NAMES = scenario.names()


BAD = "world.wifi.mean_dbm=-92 world.wifi.busy=0.4 world.wifi.disturbed=0.5 world.wifi.rate=24M"
BY_GATEWAY = f"node.link=espnow world.wifi.channel=6 {BAD}"


@pytest.mark.parametrize(
    "name", [*NAMES, "sound node.watch.ulp=true", f"garden {BAD}", f"garden {BY_GATEWAY}"]
)
def test_the_compiled_engine_gives_what_cpython_gives(name: str) -> None:
    name, *changes = name.split()
    given = scenario.load(name, ("days=5", *changes))
    ours, theirs = run.run(given), run.run(given, engine=native.Life)
    assert theirs.ledger == ours.ledger
    assert theirs.count == ours.count
    assert (theirs.simulated_us, theirs.caught, theirs.false_wakes) == (
        ours.simulated_us,
        ours.caught,
        ours.false_wakes,
    )


GREENHOUSE = CHECKOUT / "docs" / "examples" / "greenhouse" / "greenhouse.toml"
DARK = "world.harvest.light_percent=0"
STILL = "world.reads.power=0 node.report.period_s=259200 node.task.meter.period_s=259200"


@pytest.mark.parametrize(
    "name",
    [
        f"{GREENHOUSE} days=30 board=doit_devkit_v1 {DARK}",
        f"plug days=10 board=xiao_esp32s3 world.commands_per_day=0 {STILL}",
    ],
)
def test_a_rest_of_days_at_milliamperes_leaves_the_compiled_engine_what_it_is(name: str) -> None:
    name, *changes = name.split()
    given = scenario.load(name, tuple(changes))
    lived = []
    for engine in (plain.Life, native.Life):
        life = engine(build.parts(given, arrays=engine.arrays), given.device())
        life.live(build.end_us(given))
        lived.append((life.used, list(life.parts.us), list(life.parts.extra), life.now_us))
    assert lived[1] == lived[0]


def test_a_plug_draws_for_more_years_than_64_bits_hold() -> None:
    """Its picture fell to -22 A, and what it read of its voltage lay behind the table's end."""
    changes = ("days=5000", "world.commands_per_day=0", *STILL.split()[1:])
    given = scenario.load("plug", (*changes, 'world.reads.power="battery"'))
    ours, theirs = run.run(given), run.run(given, engine=native.Life)
    assert ours.ledger.charge_fc >> CHARGE_SHIFT > 2**63
    assert (theirs.ledger, theirs.count) == (ours.ledger, ours.count)
    for result in (ours, theirs):
        mean_ua = result.ledger.average_current_ua
        assert result.chunk_ua == pytest.approx([mean_ua] * len(result.chunk_ua), rel=1e-3)


def test_the_compiled_engine_draws_the_same_from_recordings(tmp_path: Path) -> None:
    rows = [Row("any", 0, s, ma, 0, ma, s * ma) for s, ma in ((0.1, 20), (0.2, 50), (0.3, 10))]
    digest.write(tmp_path / "three.csv", rows, {"recording": "three"})
    replays = "".join(
        f'[[replay]]\nof = "{name}"\nrecordings = ["three.csv"]\nsegments = "any"\n'
        for name in (*replay.PHASES, *replay.RESTS)
    )
    drawn = set()
    # Nothing else idles: a switch whose sensor warms up before it has joined.
    changes = {"plug": "node.task.meter.warmup_ms=1", "door": "node.link=espnow"}
    for name in NAMES:
        path = tmp_path / f"{name}.toml"
        path.write_text(scenario.find(name).read_text() + replays)
        given = scenario.load(str(path), ("days=2", changes.get(name, "seed=1")))
        ours, theirs = run.run(given), run.run(given, engine=native.Life)
        assert theirs.ledger == ours.ledger
        assert theirs.replayed == ours.replayed
        drawn |= {one.name for one in ours.replayed if sum(one.times)}
    assert drawn == {*replay.PHASES, *replay.RESTS}


@pytest.mark.parametrize("name", NAMES)
def test_a_node_built_anew_at_each_deep_sleep_lives_the_same_life(name: str) -> None:
    given = scenario.load(name, ("days=2",))
    device = given.device()
    lives: list[tuple[Any, ...]] = []
    for through_bytes in (False, True):
        port = SimPort(build.parts(given))
        r: Any = [0] * record.SIZE
        config.configure(r, device)
        cause = COLD
        while port.now_us < port.end_us:
            sleep_ms = kernel.woken(r, port, cause)
            cause = kernel.slept(r, port, r[record.SLEEP_KIND], sleep_ms)
            if through_bytes:
                kept = retain.pack(r, 7)
                assert len(kept) <= retain.MAX_BYTES
                r = array("i", bytes(4 * record.SIZE))
                assert retain.unpack(kept, r, 7) == retain.OK
        lives.append((port.us, port.count, list(r)))
    assert lives[0] == lives[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_a_function_of_its_scenario_and_seed(name: str) -> None:
    first, again, other = (
        run.run(scenario.load(name, ("days=2", f"seed={seed}"))) for seed in (5, 5, 6)
    )
    assert (first.ledger.us, first.count) == (again.ledger.us, again.count)
    assert first.ledger.us != other.ledger.us


@pytest.mark.parametrize("name", NAMES)
def test_the_three_views_are_one_sum_and_time_is_complete(name: str) -> None:
    result = run.run(scenario.load(name, ("days=2",)))
    ledger = result.ledger
    for view in (ledger.by_state(), ledger.by_task(), ledger.by_decision()):
        assert sum(line.charge_fc for line in view) == ledger.charge_fc
        assert sum(line.duration_us for line in view) == ledger.duration_us
    by_day_mc = sum(result.state_mc_per_day.values())
    assert by_day_mc * result.days == pytest.approx(ledger.charge_fc / 1e12)
    # The last wake may end a little after the end.
    assert 0 <= ledger.duration_us - 2 * DAY_US < 10_000_000
    assert all(line.name != "?" for line in ledger.by_task())


def test_chunks_make_no_difference() -> None:
    class Slow(plain.Life):
        chunk_days = 1

    class Fast(plain.Life):
        chunk_days = 7

    given = scenario.load("garden", ("days=15",))
    assert run.run(given, engine=Slow).ledger.us == run.run(given, engine=Fast).ledger.us


def test_a_day_that_ends_late_does_not_move_the_next() -> None:
    """A stretch ends with the first sleep beyond it, of an hour at most in this garden."""
    ends_days = run.run(scenario.load("garden", ("days=20",))).chunk_end_days
    late_days = [end - day for day, end in enumerate(ends_days, 1)]
    assert len(late_days) == 20
    assert all(0 <= late < 1 / 24 for late in late_days)
