"""torpor report and view, and check --html: the file, what it holds, and what is refused."""

import json
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from host_sim.engine.ledger import DECISION_NAMES
from host_sim.hardware import states
from host_sim.lab.report import document, waves, words
from host_sim.sim import runfile, wakelog
from host_sim.spec import scenario
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli
from torpor_tools.show import page, serve

Capture = pytest.CaptureFixture[str]
DATA = re.compile(r'<script id="data" type="application/json">(.*?)</script>', re.DOTALL)
MOST_BYTES = 6_000_000
QUICK = ("--no-interval", "-o", "out")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(path: str = "out/index.html") -> list[dict[str, Any]]:
    found = DATA.search(Path(path).read_text())
    assert found
    return list(json.loads(found[1]))


def fault(capsys: Capture, *args: str) -> str:
    return refused(args, Path(), capsys)


def test_a_page_has_all_it_needs_within(capsys: Capture) -> None:
    title = "title=A </script><script>alert(1)</script> & more"
    assert cli.run(["report", "garden", "--days", "0.5", "--set", title, *QUICK]) == 0
    assert capsys.readouterr().out == "out/index.html: all 2 budgets hold\n"
    text = Path("out/index.html").read_text()
    assert text.count("</script>") == 2  # its data and its own
    ours = text.replace(page._part("vendor/uPlot.iife.min.js"), "")
    assert re.findall(r'(?:src|href)="(.*?)"', ours) == ["#verdict"]
    assert not re.search(r"url\(|@import|https?://(?!www.w3.org/2000/svg)", ours)
    assert "default-src 'none'" in text
    assert told()[0]["title"] == title.removeprefix("title=")


def test_a_budget_that_fails_is_told_by_the_status_too(capsys: Capture) -> None:
    """As that of `torpor sim`; the page is written all the same."""
    changes = ("--days", "0.5", "--set", "budget.battery_life_days.at_least=10000")
    assert cli.run(["report", "garden", *changes, *QUICK]) == 1
    assert capsys.readouterr().out == "out/index.html: 1 of 2 budgets fails\n"
    assert told()[0]["together"]["verdict"] == "fails"


def test_a_page_of_a_year_is_small_and_has_every_wake_of_it() -> None:
    """Of shapes and wakes as many as a year of the garden has."""
    log = wakelog.log(scenario.load("garden", ("days=4",)))
    (a_day,) = {len(log.wakes.shape) // 4}
    assert 365 * a_day <= waves.MOST_WAKES
    shown = document.of(log)
    assert shown["waves"]["wakes"]["first"] == 0
    a_wake = (len(json.dumps(shown["waves"]["wakes"])) - 200) / len(log.wakes.shape)
    pyramid = 3 * 4 / 3 * 4 * (1 + 1 / 4 + 1 / 16) * (1 << 15)
    assert waves.MOST_WAKES * a_wake + pyramid + waves.MOST_PARTS * 3 * 12 < MOST_BYTES


def test_a_longer_run_keeps_its_last_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    log = wakelog.log(scenario.load("garden", ("days=1",)))
    count = len(log.wakes.shape)
    monkeypatch.setattr(waves, "MOST_WAKES", 80)
    shown = waves.of(log)["wakes"]
    assert (shown["count"], shown["first"]) == (count, count - 80)
    assert waves.of(log, share=0.5)["wakes"]["first"] == count - 40
    monkeypatch.setattr(waves, "MOST_PARTS", 0)
    assert waves.of(log)["wakes"]["first"] == count - 1


def test_every_name_has_its_words() -> None:
    assert tuple(words.DECISIONS) == DECISION_NAMES
    assert all(words.state(name) for name in states.NAMES)


def test_a_run_that_was_kept_is_told_as_it_was(folder: Path, capsys: Capture) -> None:
    """From another folder, its own scenario too, whatever that says by now."""
    Path("mine.toml").write_text(scenario.find("garden").read_text())
    changes = ("--days", "0.5", "--set", "node.task.light.period_s=600", "--seed", "7")
    assert cli.run(["sim", "mine.toml", *changes, "--save", "run.json"]) == 0
    Path("mine.toml").write_text("another")
    capsys.readouterr()
    assert cli.run(["report", "run.json", *QUICK]) == 0
    (one,) = told()
    run = json.loads(Path("run.json").read_text())
    assert one["made"]["identity"] == run["identity"]
    assert one["made"]["seed"] == 7
    charge_mc = sum(cell[-1] for cell in one["energy"]["cells"])
    assert charge_mc / 0.5 == pytest.approx(run["figures"]["charge_mc_per_day"])


def test_a_run_is_judged_and_told_as_it_was_whatever_lies_there_now(capsys: Capture) -> None:
    """It lacked drivers and pins, so that a budget on bytes held; its digests were today's."""
    assert cli.run(["init", "shed", "--board", "lolin32_lite"]) == 0
    with Path("shed/shed.toml").open("a") as file:
        file.write('[[budget]]\nname = "retained_bytes"\nat_most = 1_700\n')
    capsys.readouterr()
    args = ("sim", "shed/shed.toml", "--days", "0.1", "--save", "run.json")
    figures = answered(capsys, *args, status=1)
    shutil.rmtree("shed")
    assert cli.run(["report", "run.json", *QUICK]) == 1
    (one,) = told()
    values = {row["name"]: row["value"] for row in one["summary"]}
    assert all(values[name] == figures[name] for name in ("retained_bytes", "heap_bytes"))
    assert one["made"]["inputs"] == json.loads(Path("run.json").read_text())["inputs"]


def test_a_baseline_that_was_kept_is_told_as_one() -> None:
    assert cli.run(["sim", "door", "--days", "1", "--baseline", "--save", "run.json"]) in (0, 1)
    assert cli.run(["report", "run.json", *QUICK]) == 0
    assert told()[0]["title"].endswith("(baseline)")


def test_a_run_that_goes_another_way_now_is_refused(capsys: Capture) -> None:
    assert cli.run(["sim", "garden", "--days", "0.2", "--save", "run.json"]) == 0
    document = json.loads(Path("run.json").read_text())
    for cell in document["cells"]:
        cell[4] += 1
    del document["checksum"]
    document["checksum"] = runfile._checksum(document)
    Path("run.json").write_text(json.dumps(document))
    assert "another run than it was" in fault(capsys, "report", "run.json", *QUICK)


def test_what_cannot_be_is_refused_and_nothing_written(capsys: Capture) -> None:
    assert cli.run(["sim", "garden", "--days", "0.1", "--save", "run.json"]) == 0
    run = json.loads(Path("run.json").read_text())
    for key in ("given", "lies", "checksum"):
        del run[key]
    Path("old.json").write_text(json.dumps({**run, "checksum": runfile._checksum(run)}))
    for words_, said in (
        (("run.json", "--days", "1"), "a run that is over"),
        (("old.json",), "does not hold its scenario"),
        (("garden", "--days", ""), "nothing is not from 0.001 to 36,500 days"),
        (("garden", "--days", "1e-6"), "1e-6 is not from 0.001 to 36,500 days"),
        (("hall",), "hall: is a home"),
        (("garden", "--before", "none.json", "--days", "0.1"), "none.json: no such file"),
    ):
        assert said in fault(capsys, "report", *words_, *QUICK)


def test_a_page_replaces_a_page_and_no_other_file(capsys: Capture) -> None:
    args = ("report", "garden", "--days", "0.1", *QUICK)
    assert cli.run(args) == cli.run(args) == 0
    Path("out/index.html").write_text("mine")
    assert "did not make it" in fault(capsys, *args)
    assert cli.run([*args, "--force"]) == 0


def test_a_check_is_a_page_of_its_scenarios() -> None:
    args = ["check", "garden", "door", "--days", "0.5", "--seeds", "2"]
    assert cli.run([*args, "--html", "out"]) == 0
    garden, door = told()
    assert [garden["scenario"], door["scenario"]] == ["garden", "door"]
    assert garden["seeds"] == 2
    assert {row["verdict"] for row in garden["budgets"]} == {"holds"}
    assert garden["budgets"][0]["half"] > 0
    assert garden["change"] is None


def test_only_this_machine_is_answered(capsys: Capture) -> None:
    with serve.served({"/": (serve.HTML, b"a page")}, 0) as address:
        with urllib.request.urlopen(address) as answer:
            assert answer.read() == b"a page"
        for asked in (
            urllib.request.Request(address, headers={"Host": "elsewhere.example"}),
            urllib.request.Request(f"{address}other"),
            urllib.request.Request(address, method="POST"),
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked)
            refused.value.close()
        port = address.rpartition(":")[2].strip("/")
        assert f"port {port} cannot be had" in fault(capsys, "view", "garden", "--port", port)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address)


def test_a_recording_alone_is_changed_by_nothing(capsys: Capture) -> None:
    Path("wake.csv").write_text("Timestamp(ms),Current(uA)\n0,1\n1,2\n")
    assert "nothing changes it" in fault(capsys, "view", "wake.csv", "--days", "1")
    assert "nothing changes it" in fault(capsys, "view", "wake.csv", "wake.csv")


@pytest.mark.slow
def test_a_recording_stands_beside_the_wakes_of_its_kind() -> None:
    """Of the very run, so that what is recorded is what is predicted."""
    log = wakelog.log(scenario.load("garden", ("days=0.1",)))
    each = zip(log.wakes.start_us, (log.shapes[at] for at in log.wakes.shape), strict=True)
    start_us, shape = next(one for one in each if one[1].on_air)
    window = f"{start_us // 10**6 - 3}:{(start_us + shape.us) // 10**6 + 4}"
    assert cli.run(["sim", "garden", "--export", "wake.csv", "--window", window]) == 0
    assert cli.run(["report", "garden", "wake.csv", "--days", "0.1", *QUICK]) == 0
    recorded = told()[0]["recorded"]
    (kind,) = recorded["kinds"]
    assert (recorded["file"], kind["kind"], kind["times"]) == ("wake.csv", "full join", 1)
    (wake,) = recorded["wakes"]
    assert wake["kind"] == kind["kind"]
    assert wake["s"] == pytest.approx(shape.us / 1e6, abs=0.002)
    assert wake["mc"] == pytest.approx(shape.fc / 1e12, rel=0.01)


@pytest.mark.parametrize("out", ["file/page", "file/a/page", "/proc/none/page"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    out: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    Path("file").write_text("")
    monkeypatch.setattr("host_sim.lab.check.check", lambda *_, **how: pytest.fail("it works"))
    said = fault(capsys, "check", "garden", "--days", "1", "--html", out)
    assert said.startswith(f"torpor: {out}: cannot be written")
