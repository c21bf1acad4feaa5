"""torpor check as GitHub's workflow commands: annotations on the lines of the budgets."""

from collections.abc import Iterator
from pathlib import Path

from host_sim.files import inputs
from host_sim.lab import budget, told
from host_sim.lab.budget import Judged
from host_sim.lab.check import Checked
from host_sim.toml.line import line_of
from torpor_tools.show import check

LEVELS = {budget.FAIL: "error", budget.OPEN: "warning", budget.PASS: "notice"}


def annotations(checked: list[Checked]) -> Iterator[str]:
    """A line for each budget that fails, is too close to call, or moved."""
    for one in checked:
        text = inputs.text(one.path)
        for at, row in enumerate(one.rows):
            if row.moved or row.verdict != budget.PASS:
                line = line_of(text, ("budget", at))
                place = f"file={_property(_shown(one.path))}" + (f",line={line}" if line else "")
                level, message = LEVELS[row.verdict], _message(one, row)
                yield f"::{level} {place},title={_property(row.name)}::{_data(message)}"


def _message(one: Checked, row: Judged) -> str:
    why = told.headline(one.why) if one.why and row.moved else ""
    return "\n".join(filter(None, (check.sentence(row), why)))


def _shown(path: Path) -> str:
    """As seen from the working directory, which is the repository's."""
    full, here = path.resolve(), Path.cwd()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else str(path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
