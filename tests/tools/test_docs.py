"""The figures in README.md, docs/model.md and docs/replay.md are what the commands print."""

import json
import re
from pathlib import Path

import pytest

from tools import cli

ROOT = Path(__file__).parents[2]


def squeezed(text: str) -> str:
    """A line without its bars, box and runs of blanks."""
    return " ".join(re.sub("[█]+", "", text).split())


def blocks() -> list[tuple[str, list[str]]]:
    """Command and printed lines of each console block that prints something."""
    pages = "".join((ROOT / page).read_text() for page in ("README.md", "docs/replay.md"))
    found = re.findall(r"```console\n\$ (.*)\n((?:(?!```).*\n)+)```", pages)
    return [(command, lines.splitlines()) for command, lines in found]


@pytest.mark.parametrize(("command", "lines"), blocks())
def test_the_pages_show_what_is_printed(
    command: str, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["sim", "garden"] if command == "make sim" else command.split()[1:]
    assert cli.run(args) == 0
    printed = {squeezed(line) for line in capsys.readouterr().out.splitlines()}
    shown = [squeezed(line) for line in lines]
    constant = [line for line in shown if line != "..." and "simulated in" not in line]
    assert len(constant) > 5
    assert [line for line in constant if line not in printed] == []


def test_the_year_by_hand_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "model.md").read_text()
    rows = re.findall(r"^\| (\w+) \|.*\| ([\d,.]+) s \|.*\| ([\d,.]+) mC \|$", page, re.MULTILINE)
    told = {name: (number(seconds), number(charge)) for name, seconds, charge in rows}
    assert cli.run(["sim", "garden", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    total_s, total_mc = told.pop("sum")
    assert total_mc == pytest.approx(result["charge_mc"], abs=0.05)
    assert total_s == pytest.approx(result["simulated_s"], abs=0.05)
    assert sum(mc for _, mc in told.values()) == pytest.approx(total_mc, abs=0.5)
    transmit_s, transmit_mc = told.pop("transmit")
    bursts = [line for name, line in result["by_state"].items() if name.startswith("tx_")]
    assert transmit_s == pytest.approx(sum(line["duration_s"] for line in bursts), abs=0.05)
    assert transmit_mc == pytest.approx(sum(line["charge_mc"] for line in bursts), abs=0.05)
    for name, (seconds, charge) in told.items():
        assert seconds == pytest.approx(result["by_state"][name]["duration_s"], abs=0.05)
        assert charge == pytest.approx(result["by_state"][name]["charge_mc"], abs=0.05)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_lead_of_the_readme_is_what_the_baseline_spends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (ROOT / "README.md").read_text()
    assert cli.run(["sim", "garden", "--compare", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    ours, baseline = both["ours"], both["baseline"]
    told = re.search(r"draws (\d+) µA, the baseline (\d+) µA until its cell is empty", page)
    assert told
    means = [round(one["average_current_ua"]) for one in (ours, baseline)]
    assert [int(ua) for ua in told.groups()] == means
    spent = {name: line["charge_mc"] for name, line in baseline["by_state"].items()}
    joining = sum(spent[state] for state in ("scan", "associate", "address"))
    assert "four fifths of its charge on joining\nthe network, and 0.3 % on measuring" in page
    assert joining / baseline["charge_mc"] == pytest.approx(0.8, abs=0.01)
    assert spent["sense"] / baseline["charge_mc"] == pytest.approx(0.003, abs=0.0005)
