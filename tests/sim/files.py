"""Scenario files with one change, and the line that they draw."""

from pathlib import Path

from host_sim.errors import BadInput
from host_sim.spec import scenario


def text_of(name: str) -> str:
    return (scenario.SCENARIOS / f"{name}.toml").read_text()


def variation(folder: Path, name: str, old: str, new: str) -> Path:
    """A shipped scenario with one change."""
    text = text_of(name)
    assert text.count(old) == 1, old
    path = folder / f"{name}.toml"
    path.write_text(text.replace(old, new))
    return path


def line_at(path: Path, at: str) -> int:
    """The 1-based line of a text that stands once in the file."""
    before, found, after = path.read_text().partition(at)
    assert found
    assert at not in after
    return before.count("\n") + 1


def changed_line(path: Path) -> int:
    """The last 1-based line in which a variation differs from the shipped file."""
    lines, shipped = (t.splitlines() for t in (path.read_text(), text_of(path.stem)))
    while lines and shipped and lines[-1] == shipped[-1]:
        lines.pop()
        shipped.pop()
    return len(lines)


def fault(name: str | Path, *changes: str) -> str:
    """The line that a scenario draws, or nothing."""
    try:
        scenario.load(str(name), changes)
    except BadInput as error:
        return str(error)
    return ""
