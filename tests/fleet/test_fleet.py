"""Fleets and sweeps: the same wherever they run, whole after a kill, and told with their cause."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware.board import BOARDS
from host_sim.lab.fleet import chunk, fleetfile, spread, table
from host_sim.lab.fleet.keep import Kept
from host_sim.lab.fleet.plan import Grid, axis
from host_sim.sim import run
from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli
from torpor_tools.show import fleet as shown

ROOT = Path(__file__).parents[2]
GARDENS = ROOT / "docs" / "examples" / "gardens" / "fleet.toml"
GREENHOUSE = ROOT / "docs" / "examples" / "greenhouse" / "greenhouse.toml"
DAY = ("days=1",)
Capture = pytest.CaptureFixture[str]


def few(count: int = 6) -> fleetfile.Fleet:
    given = fleetfile.load(GARDENS, DAY)
    file = msgspec.structs.replace(given.file, count=count)
    return fleetfile.Fleet(given.scenario, file, given.changes, given.ap_dbm)


def test_a_range_and_a_list() -> None:
    assert axis("seed=2..4") == ("seed", ("2", "3", "4"))
    assert axis("node.mode = eco, standard") == ("node.mode", ("eco", "standard"))


@pytest.mark.parametrize(
    "text", ["seed", "seed=", "seed=1,,2", "seed=3..1", "seed=a..b", "=1", "seed=1..10000001"]
)
def test_what_is_no_axis_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        axis(text)


def test_a_grid_has_every_combination_once_the_last_key_soonest() -> None:
    grid = Grid("garden", (axis("a=1,2"), axis("b=3..5")))
    values = [grid.node(number).values for number in range(grid.count)]
    assert values == [("1", "3"), ("1", "4"), ("1", "5"), ("2", "3"), ("2", "4"), ("2", "5")]


def test_a_node_is_what_torpor_sim_makes_of_it() -> None:
    fleet = few()
    row = table.of(fleet, chunk.simulate(fleet, 3, 4, False).data).to_pylist()[0]
    node = fleet.node(3)
    alone = run.run(scenario.load("garden", node.changes), index=3)
    assert row["average_current_ua"] == alone.ledger.average_current_ua
    assert row["board"] == node.values[-1]


def test_draws_are_those_of_the_file() -> None:
    fleet = few(400)
    drawn = [dict(zip(fleet.keys, fleet.node(i).values, strict=True)) for i in range(400)]
    metres = np.array([float(one["distance_m"]) for one in drawn])
    cells = np.array([int(one["node.battery.capacity_mah"]) for one in drawn])
    often = [one["node.task.climate.period_s"] for one in drawn]
    assert 3 <= metres.min() < 4
    assert 29 < metres.max() <= 30
    assert abs(cells.mean() - 2900) < 25
    assert 120 < cells.std() < 180
    assert 0.5 < often.count("300") / 400 < 0.7


def test_chunks_and_workers_change_no_bit(tmp_path: Path) -> None:
    files = []
    for size, workers in ((6, 1), (2, 2)):
        path = tmp_path / f"{size}-{workers}.parquet"
        kept = Kept(path, few())
        work = spread.simulate(few(), kept, size, compiled=False, workers=workers)
        assert (work.nodes, work.cores) == (6, workers)
        assert work.core_s > 0
        kept.finish()
        files.append(pq.read_table(path))
    assert files[0] == files[1]


def test_what_is_finished_is_not_simulated_again(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    whole = table.of(few(), chunk.simulate(few(), 0, 6, False).data)
    kept = Kept(path, few())
    assert kept.missing() == [(0, 6)]
    kept.add(2, 4, chunk.simulate(few(), 2, 4, False).data)
    del kept
    again = Kept(path, few())
    assert again.missing() == [(0, 2), (4, 6)]
    assert spread.simulate(few(), again, 3, compiled=False, workers=1).nodes == 4
    assert again.missing() == []
    again.finish()
    assert pq.read_table(path).to_pylist() == whole.to_pylist()
    assert not again.folder.exists()


def test_two_commands_do_not_keep_one_file(tmp_path: Path) -> None:
    """The first to be ready would take the other's chunks away, and the file lacked them."""
    path = tmp_path / "f.parquet"
    first, late = Kept(path, few()), Kept(path, few())
    first.add(0, 3, chunk.simulate(few(), 0, 3, False).data)
    with pytest.raises(BadInput, match="another command adds to it; wait for its end"):
        late.add(0, 2, b"")
    with pytest.raises(BadInput, match="another command adds to it; wait for its end"):
        Kept(path, few())
    first.add(3, 6, chunk.simulate(few(), 3, 6, False).data)
    first.finish()
    assert pq.read_table(path)["node"].to_pylist() == list(range(6))


@given(
    st.sets(st.integers(0, 400), min_size=2),
    st.integers(1, 50),
    st.integers(1, 9),
)
def test_chunks_are_what_is_missing_once_each_and_end_small(
    cuts: set[int], most: int, shares: int
) -> None:
    ends = sorted(cuts)
    missing = list(zip(ends[::2], ends[1::2], strict=False))
    sizes: list[int] = []
    nodes: list[int] = []
    for first, last in spread.chunks(missing, most, shares):
        sizes.append(last - first)
        nodes += range(first, last)
    assert nodes == [node for first, last in missing for node in range(first, last)]
    left = len(nodes)
    for size in sizes:
        assert 0 < size <= min(most, max(1, left // shares))
        left -= size


def test_the_last_chunks_of_a_core_end_together_and_a_clusters_stay_long() -> None:
    here = [last - first for first, last in spread.chunks([(0, 40)], 9, 4)]
    assert here == [9, 7, 6, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1]
    assert [last - first for first, last in spread.chunks([(0, 40)], 9)] == [9, 9, 9, 9, 4]


def test_days_are_those_that_were_lived(tmp_path: Path) -> None:
    plan = Grid("garden", (axis("days=1,3"),))
    work = spread.simulate(plan, Kept(tmp_path / "f.parquet", plan), 1, compiled=False, workers=1)
    assert work.days == 4


def test_chunks_of_another_sweep_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    Kept(path, few())
    assert list(tmp_path.iterdir()) == []  # until a chunk is finished
    Kept(path, few()).add(0, 1, b"")
    with pytest.raises(BadInput, match="is of another sweep"):
        Kept(path, few(7))


@pytest.mark.parametrize("plan", ["fleet", "sweep"])
def test_chunks_of_a_board_that_has_changed_since_are_not_taken(plan: str, tmp_path: Path) -> None:
    text = (BOARDS / "lolin32_lite" / "board.toml").read_text()
    board = tmp_path / "mine.toml"
    board.write_text(text)
    file = tmp_path / "fleet.toml"
    draw = '[draw]\nboard = { choice = ["lolin32_lite", "mine.toml"] }\n'
    file.write_text(f'title = "x"\nscenario = "garden"\ncount = 2\n{draw}')

    def kept() -> Kept:
        axes = (("board", ("lolin32_lite", str(board))),)
        return Kept(tmp_path / "f", fleetfile.load(file) if plan == "fleet" else Grid("door", axes))

    kept().add(0, 1, b"")
    kept()
    board.write_text(f"{text}\n")
    with pytest.raises(BadInput, match="is of another sweep"):
        kept()


def simulated(path: Path, workers: int) -> int:
    plan = Grid("garden", (("seed", tuple(map(str, range(1, 41)))),), ("days=2",))
    kept = Kept(path, plan)
    done = spread.simulate(plan, kept, 1, compiled=False, workers=workers)
    kept.finish()
    return done.nodes


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    call = f"import pathlib, {__name__} as here; here.simulated(pathlib.Path({str(path)!r}), 2)"
    first = subprocess.Popen([sys.executable, "-c", call], cwd=ROOT, stderr=subprocess.PIPE)
    folder = path.with_name("f.parquet.part")
    while len(list(folder.glob("*.jsonl"))) < 2:  # one may be of a chunk still to be moved there
        assert first.poll() is None
        time.sleep(0.01)
    first.kill()
    first.communicate(timeout=60)  # until nobody is left to write there: no worker outlives it
    assert first.returncode == -signal.SIGKILL
    assert 0 < simulated(path, 1) < 40
    assert pq.read_table(path)["node"].to_pylist() == list(range(40))


def test_a_killed_worker_ends_it_and_loses_nothing_that_is_finished(tmp_path: Path) -> None:
    plan = Grid("garden", (("seed", tuple(map(str, range(1, 301)))),), ("days=2",))
    kept = Kept(tmp_path / "f.parquet", plan)

    def kill(done: float) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()
            worker.join()

    with pytest.raises(BadInput, match="was killed; is there enough memory"):
        spread.simulate(plan, kept, 1, compiled=False, workers=2, progress=kill)
    assert 0 < sum(last - first for first, last in kept.missing()) < 300
    assert multiprocessing.active_children() == []


@pytest.mark.slow
def test_on_a_cluster_a_killed_worker_loses_and_doubles_nothing(tmp_path: Path) -> None:
    from distributed import LocalCluster

    alone = table.of(few(), chunk.simulate(few(), 0, 6, False).data)
    local: Any = LocalCluster
    with local(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        path = tmp_path / "f.parquet"
        kept = Kept(path, few())
        killed: list[int] = []

        def kill(done: float) -> None:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        scheduler = cluster.scheduler_address
        spread.simulate(few(), kept, 1, compiled=False, scheduler=scheduler, progress=kill)
        kept.finish()
    assert killed
    assert pq.read_table(path).to_pylist() == alone.to_pylist()


def test_the_worst_are_told_with_their_cause(capsys: Capture, tmp_path: Path) -> None:
    line = ["sweep", "garden", "--days", "2", "--workers", "1"]
    line += ["--set", "node.report.period_s=2400,10800,10801"]
    page = tmp_path / "p.html"
    told = answered(capsys, *line, "--html", str(page))
    (worst,) = told["worst"]
    assert worst["node"] == 0
    assert "report join, heartbeat" in worst["why"]
    assert "node.report.period_s" in worst["why"]
    assert worst["why"] in page.read_text()
    assert cli.run(line) == 0
    _, _, told_last = capsys.readouterr().out.partition("node 0: ")
    _, *why = told_last.partition("\n\n")[0].splitlines()
    assert len(why) > 2  # it wraps, and each line of it is below its node
    assert [one for one in why if not one.startswith("  ") or one.startswith("   ")] == []


def test_the_node_of_the_smallest_cell_is_among_the_worst(capsys: Capture) -> None:
    """It draws no more than the others, and lives shortest all the same."""
    line = ["sweep", "garden", "--days", "2", "--workers", "1", "--json"]
    line += ["--set", "node.battery.capacity_mah=2800,3000,3200"]
    assert cli.run(line) == 0
    told = json.loads(capsys.readouterr().out)
    lives = [row["battery_life_days"] for row in told["rows"]]
    shorter = [node for node, life in enumerate(lives) if life < lives[told["middling"]]]
    assert [one["node"] for one in told["worst"]] == shorter
    assert min(lives) == lives[0]


def test_of_nodes_on_light_the_worst_are_off_longest(capsys: Capture) -> None:
    line = ["sweep", str(GREENHOUSE), "--days", "2", "--workers", "1"]
    line += ["--set", "world.harvest.charged_percent=9,20,30"]
    told = answered(capsys, *line)
    (worst,) = told["worst"]
    assert (worst["node"], worst["battery_life_days"]) == (0, None)
    assert worst["off_h_per_day"] == max(row["off_h_per_day"] for row in told["rows"]) > 0
    assert "missed_per_day" not in told["percentiles"]
    assert cli.run(line) == 0
    shown = capsys.readouterr().out
    assert "h a day off" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_of_a_short_run_no_speed_is_told() -> None:
    short = shown.Speed(3, 0.99, 0.3, 1, 0.2, 99)
    assert shown.footer(short) == "3 nodes simulated in 1.0 s;\n99 bytes a node"
    told = shown.footer(replace(short, wall_s=1.0, days_per_s=1095))
    assert told.startswith("3 nodes simulated, 1,095 node-days a second on 1 core, 20 % efficient;")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["sweep", "garden", "--set", "node.mode=eco,loud"], "invalid enum value 'loud'"),
        (["sweep", "hall", "--set", "seed=1..2"], "is a home"),
        (["sweep", "garden", "--set", "seed=1", "--set", "seed=2"], "seed is set twice; write"),
        (["sweep", "garden", "--set", "seed=1,2,1"], "--set seed=1,2,1 has a value twice; write"),
        (["sweep", "garden", "--days", "2", "--set", "days=1,3"], "days is set twice; write"),
        (
            ["sweep", "garden", "--set", "seed=1", "--workers", "2", "--scheduler", "tcp://a:1"],
            "--workers is for nothing: the cluster has its own; leave it out",
        ),
        pytest.param(
            ["sweep", "garden", "--set", "seed=1,2", "--scheduler", "tcp://127.0.0.1:1"],
            "no Dask",
            marks=pytest.mark.slow,  # it waits for one
        ),
    ],
)
def test_bad_words_are_refused_before_the_work(
    line: list[str], says: str, tmp_path: Path, capsys: Capture
) -> None:
    assert says in refused(line, tmp_path, capsys)
