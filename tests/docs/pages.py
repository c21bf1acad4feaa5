"""What stands in a page: files, and commands with what they print."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import CHECKOUT

PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((CHECKOUT / "docs").glob("*.md"))))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w.-]+\.\w+)\n")  # the first line of a block that is a file
TEXT = ("text", "mermaid", "")  # nothing to type
KINDS = ("console", "toml", "yaml", "python", "json", *TEXT)
UNSTEADY = re.compile(r"(simulated in) .*")


@dataclass
class Shown:
    """A command, and the lines that the page shows under it; a line `...` stands for any."""

    command: str
    lines: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """What it must end with: 2 where a fault is shown, 1 where a budget fails."""
        if self.lines and self.lines[-1].startswith("torpor: "):
            return 2
        return int(any(line.endswith(" FAIL") for line in self.lines))


def blocks(page: str) -> list[tuple[str, str]]:
    """Kind and text of each fenced block."""
    return FENCE.findall((CHECKOUT / page).read_text())


def files(page: str) -> dict[str, str]:
    """The blocks that are files, by name."""
    named = ((FILE.match(text), text) for kind, text in blocks(page) if kind != "console")
    return {found[1]: text for found, text in named if found}


def commands(page: str) -> list[Shown]:
    """What a page has its reader type, in its order."""
    out: list[Shown] = []
    for kind, text in blocks(page):
        for line in text.splitlines() if kind == "console" else ():
            if line.startswith("$ "):
                out.append(Shown(line[2:]))
            else:
                out[-1].lines.append(line)
    return out


def missing(shown: list[str], printed: str) -> list[str]:
    """Shown lines that were not printed, in this order; `…` in one stands for anything."""
    have = [squeezed(line) for line in printed.splitlines()]
    at, out = 0, []
    for line in shown:
        if line in ("...", ""):
            continue
        wanted = re.compile(".+?".join(map(re.escape, squeezed(line).split("…"))))
        found = [i for i in range(at, len(have)) if wanted.fullmatch(have[i])]
        if found:
            at = found[0] + 1
        else:
            out.append(line)
    return out


def squeezed(line: str) -> str:
    """A line without its bars, runs of blanks and the speed of this machine."""
    return UNSTEADY.sub(r"\1", " ".join(line.replace("█", "").split()))


def put(page: str, table: str) -> None:
    """A page with this table, which ends in a newline, where one with the same heads stands."""
    heads = table.partition("\n")[0] + "\n"
    before, after = path_of(page).read_text(encoding="utf-8").split(heads)
    rest = after.partition("\n\n")[2]
    path_of(page).write_text(f"{before}{table}\n{rest}", encoding="utf-8")


def path_of(page: str) -> Path:
    """Where a page stands."""
    return CHECKOUT / page
