"""Write docs/policies.md and its pictures: every number in them comes from this run."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from host_sim.lab import plot, study
from host_sim.lab.study import POLICIES, Study
from tests.conftest import data
from tools.show import output
from tools.show import study as shown

DOCS = Path(__file__).parents[2] / "docs"
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
    lines += [f"| {' | '.join(shown.cells(found, row))} |" for row in found.rows]
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


def draw(found: Study) -> None:
    """Its picture, by way of another folder: no command draws over a file of Torpor's own."""
    name = f"policies_{found.policy}.png"
    with TemporaryDirectory() as folder:
        plot.sweeps(found, Path(folder, name))
        shutil.copyfile(Path(folder, name), DOCS / name)


def main() -> None:
    """Study every policy and write the page."""
    sections = []
    for policy in POLICIES:
        with output.Progress(policy) as progress:
            found = study.of(policy, data() if data().is_dir() else None, progress)
        if found.sweeps:
            draw(found)
        sections.append(section(found))
    (DOCS / "policies.md").write_text("\n".join([HEAD, "\n\n".join(sections), ""]))


if __name__ == "__main__":
    main()
