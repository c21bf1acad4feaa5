"""Homes: nodes alone and together, on both engines, and files that are refused."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from host_sim.engine import native, plain
from host_sim.engine.ether import alone
from host_sim.engine.parts import SENDS_ACKED
from host_sim.errors import BadInput
from host_sim.home import home, run
from host_sim.home.run import HomeResult
from host_sim.sim import build
from host_sim.sim.result import Result
from host_sim.sim.run import run as simulate
from host_sim.spec import figures
from tests.conftest import CHECKOUT

SMALL = {
    "two": ("days=3",),
    "hall": ("days=1",),
    "thousand": ("days=0.1", "nodes.bed.count=60"),
}


def lived(name: str, *changes: str, engine: type[plain.Lives] = plain.Lives) -> HomeResult:
    return run.run_home(home.load(name, (*SMALL[name], *changes)), engine=engine)


def books(result: Result) -> tuple[object, ...]:
    return result.ledger, result.count, result.alive


@pytest.mark.parametrize("lives", [plain.Lives, native.Lives])
@pytest.mark.parametrize("name", SMALL)
def test_nodes_that_share_nothing_live_as_if_each_were_alone(
    name: str, lives: type[plain.Lives]
) -> None:
    given = home.load(name, SMALL[name])
    worlds, devices = run.parts(given, lives.arrays), run.devices(given)
    for world in worlds:
        world.ether = alone()
    together = lives(worlds, devices)
    end_us = build.end_us(given.members[0].scenario)
    for part in (0.3, 0.31, 1.0):
        together.live(round(end_us * part))
    for i, member in enumerate(given.members):
        life = plain.Life(build.parts(member.scenario, i), run.devices(given)[i])
        life.live(end_us)
        for of in ("us", "times", "count", "extra"):
            assert list(getattr(together.parts[i], of)) == getattr(life.parts, of)
        assert together.now_us(i) == life.now_us
        assert [int(cell) for cell in together.records[i]] == life.r


def test_one_node_in_a_home_is_the_run_of_its_scenario() -> None:
    spread = 'nodes.bed.set=["node.report.spread_s=600"]'  # by chances of the node's own
    given = home.load("thousand", ("days=0.5", "seed=11", "nodes.bed.count=1", spread))
    (result,) = run.run_home(given).results
    lone = simulate(given.members[0].scenario)
    assert result.ledger.us == lone.ledger.us
    assert figures.of(result) == figures.of(lone)


@pytest.mark.parametrize("name", SMALL)
def test_the_compiled_engine_gives_what_cpython_gives(name: str) -> None:
    ours, theirs = lived(name), lived(name, engine=native.Lives)
    assert [books(one) for one in theirs.results] == [books(one) for one in ours.results]
    assert (theirs.hits, theirs.waits) == (ours.hits, ours.waits)


@pytest.mark.parametrize("name", SMALL)
def test_a_home_is_a_function_of_its_file_and_seed(name: str) -> None:
    first, again, other = lived(name), lived(name), lived(name, "seed=2")
    assert [books(one) for one in first.results] == [books(one) for one in again.results]
    assert [books(one) for one in first.results] != [books(one) for one in other.results]


def at(metres: float) -> tuple[str, str]:
    """Both nodes of `two`, on either side of the access point, at full power."""
    mode = 'set=["node.mode=through-wall"]'
    return tuple(  # type: ignore[return-value]
        change
        for name, x in (("near", metres), ("far", -metres))
        for change in (f"nodes.{name}.place_m=[{x}, 0.0]", f"nodes.{name}.{mode}")
    )


def test_who_hear_each_other_wait_and_who_do_not_collide() -> None:
    together, apart = lived("two", *at(5)), lived("two", *at(65))
    assert (together.hits, apart.waits) == (0, 0)
    assert together.waits > 0
    assert apart.hits > 0
    charge = [sum(one.ledger.charge_fc for one in told.results) for told in (together, apart)]
    assert charge[1] > charge[0]


def test_a_start_that_is_spread_spares_the_channel() -> None:
    at_once = lived("thousand", "nodes.bed.count=150")
    spread = lived("thousand", "nodes.bed.count=150", 'nodes.bed.set=["node.report.spread_s=900"]')
    waits = at_once.waits, spread.waits
    assert waits[1] * 5 < waits[0]
    means = [
        sum(one.ledger.average_current_ua for one in told.results) for told in (at_once, spread)
    ]
    assert means[1] < means[0]


def test_who_fails_in_a_crowd_delivers_within_the_hour() -> None:
    changes = ("days=0.05", "nodes.bed.count=400")
    told = lived("thousand", *changes, engine=native.Lives)
    joins = [one.counters for one in told.results]
    assert sum(one["joins_failed"] > 0 for one in joins) > 50
    assert all(one["delivered"] for one in joins)


def test_what_a_door_reports_switches_the_plug() -> None:
    silent = "nodes.plug.set=['world.commands_per_day=0']"
    linked, unlinked = lived("hall", silent), lived("hall", silent, "link=[]")
    events = [
        {line.name: line.times for line in told.results[1].ledger.by_decision()}.get("event", 0)
        for told in (linked, unlinked)
    ]
    assert events[1] == 0
    assert events[0] >= linked.results[0].count[SENDS_ACKED] > 0


@pytest.mark.parametrize(
    ("change", "key"), [("link.0.to=nobody", "link[0].to"), ("nodes.0.scenario=nope", "nodes[0].")]
)
def test_a_fault_of_a_change_is_no_fault_of_the_file(change: str, key: str) -> None:
    """It was told of the file's line, where another value stands."""
    with pytest.raises(BadInput, match=rf"^--set {re.escape(f'{change}: {key}')}"):
        home.load("hall", (change,))


def faulty(tmp_path: Path, old: str, new: str) -> str:
    text = (home.HOMES / "hall.toml").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        home.load(str(path))
    return str(caught.value).replace(str(path), "mine.toml")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('scenario = "door"', 'scenario = "dor"', "mine.toml:8: nodes[0].scenario: no such scen"),
        ('name = "plug"', 'name = "door"', "mine.toml:12: nodes[1].name: the name door is taken;"),
        ('from = "door"', 'from = "dor"', "mine.toml:17: link[0].from: no single node named dor;"),
        (
            'to = "plug"',
            'to = "door"',
            "mine.toml:19: link[0].to: door is no switch; name a switch",
        ),
        (
            'channel = "door"',
            'channel = "dor"',
            "mine.toml:18: link[0].channel: door has no channel",
        ),
        ("place_m = [6, 2]", "place_m = [6]", "mine.toml:9: nodes[0].place_m: expected "),
        (
            "place_m = [6, 2]",
            "place_m = [6, 2]\ncount = 0",
            "mine.toml:10: nodes[0].count: expected",
        ),
        (
            "place_m = [6, 2]",
            'place_m = [6, 2]\nset = ["node.mod=eco"]',
            "mine.toml:10: nodes[0].set: --set: node.mod: unknown key; did you mean mode?",
        ),
        (
            "place_m = [4, 5]",
            'place_m = [4, 5]\nset = ["node.mode=eco", "days=3"]',
            "mine.toml:15: nodes[1].set: days is the home's; leave it out",
        ),
        ("seed = 1", "sead = 1", "mine.toml:4: sead: unknown key; did you mean seed?"),
    ],
)
def test_a_home_that_cannot_be_is_refused_at_its_line(
    old: str, new: str, line: str, tmp_path: Path
) -> None:
    assert faulty(tmp_path, old, new).startswith(line)


def test_a_scenario_is_found_beside_the_home(tmp_path: Path) -> None:
    shipped = CHECKOUT / "host_sim/scenarios/garden.toml"
    (tmp_path / "bed.toml").write_text(shipped.read_text().replace("Garden sensor", "Bed"))
    text = (home.HOMES / "two.toml").read_text().replace('"garden"', '"bed.toml"')
    (tmp_path / "mine.toml").write_text(text)
    members = home.load(str(tmp_path / "mine.toml")).members
    assert [one.scenario.file.title[:3] for one in members] == ["Bed", "Bed"]


def test_a_place_decides_the_link() -> None:
    near, far = home.load("two").members
    assert near.scenario.file.world.wifi.mean_dbm == pytest.approx(20 - 40 - 30 * 0.90309, abs=0.01)
    moved = home.load("two", ("nodes.near.place_m=[80.0, 0.0]",)).members[0]
    assert moved.scenario.file.world.wifi.mean_dbm == pytest.approx(
        near.scenario.file.world.wifi.mean_dbm - 30
    )
    assert replace(far, scenario=near.scenario) != far


def test_a_gateway_has_twenty_nodes_and_no_more() -> None:
    by_gateway = """nodes.bed.set=["node.link=espnow"]"""
    of_20 = lived("thousand", "nodes.bed.count=20", by_gateway)
    assert {one.figure("delivered_percent") for one in of_20.results} == {100.0}
    with pytest.raises(BadInput, match="a gateway has 20 nodes at most, and 21 go by it"):
        home.load("thousand", ("nodes.bed.count=21", by_gateway))
