"""make faults: 30,000 faults in each node that ships, and the worst of each kind as a table.

The table is that of docs/robustness.md, which is written once all have gone well.
"""

import sys

from host_sim.lab.faults import suite
from host_sim.lab.faults.suite import Report, Row
from tests.docs import pages
from torpor_tools.show import faults as shown
from torpor_tools.show import output

PAGE = "docs/robustness.md"
NODES = ("garden", "door", "sound", "plug")
COUNT = 30_000
HEADS = f"| fault | count | to sleep, s | to serve, s | {' | '.join(NODES)} |\n"


def table(reports: dict[str, Report]) -> str:
    """A row for each kind, and a column for what a day of it costs each node."""
    rows = [HEADS, f"|---|{'---|' * (3 + len(NODES))}\n"]
    for kind in dict.fromkeys(kind for report in reports.values() for kind in report.rows):
        each = [report.rows.get(kind, Row()) for report in reports.values()]
        cells = [
            kind,
            f"{sum(row.count for row in each):,}",
            f"{max(row.sleep_s for row in each):.1f}",
            f"{max(row.serve_s for row in each):,.0f}",
            *(f"{row.ratio:.3f}" for row in each),
        ]
        rows.append(f"| {' | '.join(cells)} |\n")
    return "".join(rows)


def main() -> int:
    """Exit status 1 where one did not go well, and nothing is written."""
    reports = {}
    for name in NODES:
        with output.Progress(name) as progress:
            reports[name] = suite.run(name, COUNT, 1, progress)
        shown.show(name, f"torpor faults {name}", reports[name])
    if any(report.failed for report in reports.values()):
        return 1
    pages.put(PAGE, table(reports))
    return 0


if __name__ == "__main__":
    sys.exit(main())
