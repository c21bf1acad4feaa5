"""README's first figures are those of a run."""

import json
import re

import pytest

from tests.docs import pages
from tools import cli


def test_the_lead_of_the_readme_is_what_the_baseline_spends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = pages.path_of("README.md").read_text()
    told_of = []
    for args in ([], ["--baseline"]):
        cli.run(["sim", "garden", "--json", *args])
        told_of.append(json.loads(capsys.readouterr().out))
    ours, baseline = told_of
    told = re.search(r"draws (\d+) µA, the baseline (\d+) µA until its cell gives out", page)
    assert told
    means = [round(one["average_current_ua"]) for one in (ours, baseline)]
    assert [int(ua) for ua in told.groups()] == means
    spent = {name: line["charge_mc"] for name, line in baseline["by_state"].items()}
    joining = sum(spent[state] for state in ("scan", "associate", "address"))
    assert "two thirds of its charge on joining\nthe network, and 0.4 % on measuring" in page
    assert joining / baseline["charge_mc"] == pytest.approx(2 / 3, abs=0.01)
    assert spent["sense"] / baseline["charge_mc"] == pytest.approx(0.004, abs=0.0005)
