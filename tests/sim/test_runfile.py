"""A run as a file: exact, the same for the same run, and refused in a line where it is damaged."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.lab import decisions
from host_sim.sim import run, runfile
from host_sim.sim.result import Result
from host_sim.spec import figures, scenario
from host_sim.trace.cut import digest
from host_sim.trace.cut.digest import Row
from tests.refused import refused
from torpor_tools import cli

NAMES = scenario.names()


def simulated(name: str, *changes: str) -> Result:
    return run.run(scenario.load(name, ("days=2", *changes)))


def kept(result: Result, path: Path) -> runfile.Run:
    runfile.save(result, path)
    return runfile.load(path)


@pytest.mark.parametrize("name", [*NAMES, "sound node.watch.ulp=true"])
def test_what_is_read_is_what_was_run(name: str, tmp_path: Path) -> None:
    name, *changes = name.split()
    result = simulated(name, *changes)
    told = kept(result, tmp_path / "run.json")
    books, ours = told.ledger, result.ledger
    assert (books.us, books.times, books.extra) == (ours.us, ours.times, ours.extra)
    assert books.charge_fc == ours.charge_fc
    for view in ("by_state", "by_task", "by_decision"):
        assert getattr(books, view)() == getattr(ours, view)()
    assert told.figures.items() >= figures.of(result).items()
    by_task = (told.figures[f"charge_mc_per_day.{line.name}"] for line in ours.by_task())
    assert sum(by_task) == pytest.approx(told.figures["charge_mc_per_day"])  # type: ignore[arg-type]
    assert (told.counters, told.alive, told.complete) == (result.counters, True, True)
    assert (told.scenario, told.board, told.seed, told.days) == (name, "lolin32_lite", 1, 2)


def test_what_was_drawn_from_recordings_is_kept_to_the_femtocoulomb(tmp_path: Path) -> None:
    rows = [Row("boot", 0, s, ma, 0, ma, s * ma) for s, ma in ((0.1, 20), (0.2, 50.123))]
    digest.write(tmp_path / "two.csv", rows, {"recording": "two"})
    path = tmp_path / "mine.toml"
    replay = '\n[[replay]]\nof = "boot"\nrecordings = ["two.csv"]\n'
    path.write_text(scenario.find("garden").read_text() + replay)
    result = run.run(scenario.load(str(path), ("days=1",)))
    told = kept(result, tmp_path / "run.json")
    assert any(result.ledger.extra)
    assert told.ledger.by_state() == result.ledger.by_state()
    files = {name: (tmp_path / name).read_bytes() for name in ("mine.toml", "two.csv")}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    for read in result.scenario.board.files:
        digests[f"{read.parent.name}/{read.name}"] = hashlib.sha256(read.read_bytes()).hexdigest()
    assert {"lolin32_lite/board.toml", "chips/esp32.toml", "chips/all.toml"} <= digests.keys()
    assert dict(told.inputs) == digests


def test_the_same_run_is_the_same_file_wherever_it_lies(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "garden.toml"
        path.write_text(scenario.find("garden").read_text())
        runfile.save(run.run(scenario.load(str(path), ("days=1",))), tmp_path / folder / "run.json")
    first, second = (tmp_path / folder / "run.json" for folder in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path) not in first.read_text()


def test_two_runs_differ_in_the_lines_that_differ(tmp_path: Path) -> None:
    """Sorted, an entry a line."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    runfile.save(simulated("garden"), one)
    runfile.save(simulated("garden", "node.channel.light.delta=151"), other)
    texts = [path.read_text().splitlines() for path in (one, other)]
    keys = [line.partition(":")[0] for line in texts[0] if line.startswith('"')]
    assert keys == sorted(keys)
    cells = [line for line in texts[0] if line.startswith(" [") and line.count(",") > 4]
    assert cells == sorted(cells)
    same = set(texts[0]) & set(texts[1])
    assert {line for line in texts[0] if "climate" in line} <= same
    assert any(line.startswith('"identity"') for line in set(texts[0]) - same)


def test_a_baseline_is_another_run(tmp_path: Path) -> None:
    ours = scenario.load("garden", ("days=1",))
    naive, device = decisions.without(ours, decisions.NAIVE)
    today = run.run(naive, device=device)
    runfile.save(today, tmp_path / "run.json", baseline=True)
    assert runfile.load(tmp_path / "run.json").baseline


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "run.json"
    runfile.save(simulated("door"), path)
    return path


def fault(path: Path) -> str:
    """What is said of a file; nothing of a good one."""
    try:
        runfile.load(path)
    except BadInput as error:
        return str(error)
    return ""


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_one_line_or_no_damage(
    data: st.DataObject, whole: Path, tmp_path: Path
) -> None:
    text = whole.read_bytes()
    at = data.draw(st.integers(0, len(text) - 1))
    how = data.draw(st.sampled_from(["cut", "lost", "byte", "digit"]))
    if how == "cut":
        text = text[:at]
    elif how == "lost":
        text = text[:at] + text[at + data.draw(st.integers(1, 50)) :]
    else:
        some = st.integers(0, 255) if how == "byte" else st.sampled_from(list(b"0123456789.e-"))
        text = text[:at] + bytes([data.draw(some)]) + text[at + 1 :]
    path = tmp_path / "damaged.json"
    path.write_bytes(text)
    told = fault(path)
    if told:
        assert told.startswith(f"{path}: ")
        assert len(told.splitlines()) == 1
    else:
        assert runfile.load(path) == runfile.load(whole)  # a blank


def changed(whole: Path, path: Path, keys: dict[str, Any], *, signed: bool = True) -> Path:
    """The file with other values, and a checksum that fits."""
    document = {**json.loads(whole.read_text()), **keys}
    del document["checksum"]
    if signed:
        document["checksum"] = runfile._checksum(document)
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"torpor_run": 2}, "torpor_run: a run of version 2, and this torpor reads 1; run it"),
        ({"torpor_run": None}, "no run of torpor's; name a file that torpor sim --save wrote"),
        ({"seed": "x"}, "is damaged (Expected `int`, got `str`"),
        ({"more": 1}, "is damaged (Object contains unknown field `more`"),
        ({"cells": [["mine", "sleep", "boot", 1, 1, 0]]}, "is damaged (no mine.sleep.boot)"),
        ({"cells": [["node", "sleep", "boot", -1, 1, 0]]}, "is damaged (Expected `int` >= 0"),
        ({"price_na": {}}, "is damaged ('deep_sleep')"),
        ({"complete": False}, "an interrupted run; run it again with --save"),
    ],
)
def test_what_is_no_run_is_refused(
    keys: dict[str, Any], told: str, whole: Path, tmp_path: Path
) -> None:
    path = changed(whole, tmp_path / "bad.json", keys)
    assert fault(path).startswith(f"{path}: {told}")


@pytest.mark.parametrize(
    "text", ["[]", "{}", "1", "null", "{", "[" * 100_000, '{"torpor_run": 1}', "1" * 5_000, "x"]
)
def test_a_foreign_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    path.write_text(text)
    assert fault(path).startswith(f"{path}: ")


def test_an_empty_file_has_the_remedy_of_a_run(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()
    assert fault(path) == f"{path}: the file is empty; {runfile.REMEDY}"


def test_without_its_checksum_it_is_damaged(whole: Path, tmp_path: Path) -> None:
    path = changed(whole, tmp_path / "bare.json", {}, signed=False)
    with pytest.raises(BadInput, match=r"is damaged \(its checksum is another\)"):
        runfile.load(path)


def test_save_writes_anew_what_it_wrote_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    args = ["sim", "garden", "--days", "1", "--save", str(path)]
    assert cli.run(args) == 0
    first = path.read_bytes()
    assert cli.run([*args, "--baseline", "--set", "budget=[]"]) == 0
    assert runfile.load(path).baseline
    assert cli.run([*args, "--engine", "cpython"]) == 0
    assert path.read_bytes() == first
    path.write_text("{}")
    capsys.readouterr()
    assert "Torpor did not make it" in refused(args, tmp_path, capsys)
    both = [*args, "--compare", "--force"]
    assert "--save keeps one run" in refused(both, tmp_path, capsys)
