"""README's first figures are those of a run."""

import json
import re

import pytest

from tests.docs import pages
from tools import cli


def test_the_lead_of_the_readme_is_what_practice_and_a_naive_node_spend(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = pages.path_of("README.md").read_text()
    told_of = []
    for args in ([], ["--naive"]):
        cli.run(["sim", "garden", "--json", *args])
        told_of.append(json.loads(capsys.readouterr().out))
    ours, naive = told_of
    told = re.search(r"draws (\d+) µA, the naive (\d+) µA until its cell gives out", page)
    assert told
    means = [round(one["average_current_ua"]) for one in (ours, naive)]
    assert [int(ua) for ua in told.groups()] == means
    spent = {name: line["charge_mc"] for name, line in naive["by_state"].items()}
    joining = sum(spent[state] for state in ("scan", "associate", "address"))
    assert "three quarters of its charge on joining\nthe network, and 0.4 % on measuring" in page
    assert joining / naive["charge_mc"] == pytest.approx(3 / 4, abs=0.02)
    assert spent["sense"] / naive["charge_mc"] == pytest.approx(0.004, abs=0.0005)
