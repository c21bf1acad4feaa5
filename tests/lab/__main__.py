"""Write docs/policies.md and its pictures: every number in them comes from this run.

With names of policies only their chapters are written, and the others left as they are.
"""

import sys
from pathlib import Path

from host_sim.files import scratch
from host_sim.lab import plot, study
from host_sim.lab.study import POLICIES, Study
from tests.conftest import data
from torpor_tools.show import output
from torpor_tools.show import study as shown

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "policies.md"
HEAD = """# Policies: against good practice, and against the best that is possible

`make lab` writes this page; `torpor lab POLICY` prints a part of it. *Practice* is what a careful
author of an ESPHome or MicroPython node does, *naive* what a first sketch does, *optimum* knows
what is to come. Energy is charge at 3.3 V. What ours was tuned on and what it is judged on are
never the same recording; the interval has 95 % of what a bootstrap over recordings gives. In a
picture's shade, ours is more than 0.5 % worse than the best baseline of that very point.
"""


def section(found: Study) -> str:
    """A policy: its table, its goals, its sweep, and what that taught."""
    head = shown.columns(found)
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    lines += [f"| {' | '.join(shown.cells(row))} |" for row in found.rows]
    facts = "\n".join(f"- {name}: {value}" for name, value in shown.facts(found))
    goals = [
        f"| {one.what} | {one.measured} | {'held' if one.held else '**missed**'} |"
        for one in found.goals
    ]
    table = "\n".join(["| goal | measured | |", "| --- | --- | --- |", *goals]) if goals else ""
    picture = f"![{found.policy}, swept](policies_{found.policy}.png)" if found.sweeps else ""
    parts = (
        f"## {found.policy.capitalize()}",
        found.question[0].upper() + found.question[1:],
        "\n".join(lines),
        facts,
        table,
        picture,
        found.taught,
    )
    return "\n\n".join(part for part in parts if part)


def studied(policy: str) -> str:
    """A policy's chapter, its picture drawn."""
    with output.Progress(policy) as progress:
        found = study.of(policy, data() if data().is_dir() else None, progress)
    if found.sweeps:  # in passing: a command writes nothing into the project
        with scratch.folder() as folder:
            plot.sweeps(found, drawn := folder / f"policies_{policy}.png")
            (DOCS / drawn.name).write_bytes(drawn.read_bytes())
    return section(found)


def written() -> dict[str, str]:
    """The chapters that stand there, by policy."""
    _, *chapters = PAGE.read_text(encoding="utf-8").split("\n## ")
    return {one.split("\n", 1)[0].lower(): f"## {one.strip()}" for one in chapters}


def main(*names: str) -> None:
    """Study the policies, or all, and write the page."""
    chapters = written() if names else {}
    chapters |= {policy: studied(policy) for policy in names or POLICIES}
    page = "\n\n".join(chapters[policy] for policy in POLICIES)
    PAGE.write_text("\n".join([HEAD, page, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
