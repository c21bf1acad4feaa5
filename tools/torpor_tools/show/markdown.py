"""torpor check as Markdown: for a job's summary or a comment on a pull request."""

from collections.abc import Iterable, Iterator

from host_sim.lab import budget, told
from host_sim.lab.cause import Why
from host_sim.lab.check import Checked
from torpor_tools.show import cause, check

HEAD = "<!-- torpor check -->\n"
SIGNS = {budget.PASS: "✅ pass", budget.FAIL: "❌ FAIL", budget.OPEN: "⚠️ too close to call"}


def text(checked: list[Checked]) -> str:
    """The page."""
    return HEAD + "\n".join(_lines(checked)) + "\n"


def _lines(checked: list[Checked]) -> Iterator[str]:
    yield f"### Power budgets: {check.tally(checked)}"
    yield ""
    yield from _row(("scenario", "budget", "value", "±", "limit", "before", "change", "verdict"))
    yield "|---|---|--:|--:|--:|--:|--:|---|"
    for one in checked:
        for row in one.rows:
            yield from _row((one.name, *check.cells(row), SIGNS[row.verdict]))
    for one in checked:
        if one.why and one.moved:
            yield from ("", f"**{_cell(one.name)}**: {_cell(told.headline(one.why))}", "")
            yield from [] if one.why.same else _causes(one.why)


def _causes(why: Why) -> Iterator[str]:
    """The causes, folded."""
    yield "<details><summary>Causes, which add up</summary>"
    yield ""
    yield from _row(("cause", "µA", "often", "long", "current", "times a day"))
    yield "|---|--:|--:|--:|--:|--:|"
    for cells in cause.rows(why):
        yield from _row((*cells, *[""] * (6 - len(cells))))
    yield ""
    yield "</details>"


def _row(cells: Iterable[str]) -> Iterator[str]:
    yield f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """Text that no table or markup takes for its own."""
    for sign in "\\`*<|":
        text = text.replace(sign, f"\\{sign}")
    return text
