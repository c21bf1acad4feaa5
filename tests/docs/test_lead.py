"""README's first figures are those of a run."""

import re

import pytest

from host_sim.lab import decisions
from host_sim.sim import engines, run
from host_sim.spec import scenario
from tests.answered import answered
from tests.docs import pages


def test_the_lead_of_the_readme_is_what_practice_and_a_naive_node_spend(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = pages.path_of("README.md").read_text()
    naive = answered(capsys, "sim", "garden", "--baseline", status=1)  # its cell does not last
    spent = {name: line["charge_mc"] for name, line in naive["by_state"].items()}
    joining = sum(spent[state] for state in ("scan", "associate", "address"))
    assert "four fifths of its charge on joining\nthe network, and 0.4 % on measuring" in page
    assert joining / naive["charge_mc"] == pytest.approx(4 / 5, abs=0.02)
    assert spent["sense"] / naive["charge_mc"] == pytest.approx(0.004, abs=0.0005)
    told = re.search(r"draws (\d+) µA, good practice (\d+) µA", page)
    every = re.search(r"draws\s(\d+) µA. Torpor decides", page)
    assert told
    assert every
    garden = scenario.load("garden")
    ours, practice = map(_mean_ua, (decisions.without(garden, ()), decisions.practice(garden)))
    means = [ours, practice, naive["average_current_ua"]]
    assert [int(ua) for ua in (*told.groups(), *every.groups())] == [round(ua) for ua in means]


def _mean_ua(configured: decisions.Configured) -> float:
    given, device = configured
    return run.run(given, device=device, engine=engines.fastest()).ledger.average_current_ua
