"""A scenario as another revision has it: with its files, and its firmware where it has one.

The revision's files are written to a folder that is gone afterwards, from the repository that holds
the scenario; nothing of the repository's changes. A revision of Torpor simulates with its own
simulator and firmware, any other with this one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.files import scratch
from host_sim.sim import runfile
from host_sim.sim.runfile import Run
from host_sim.spec import scenario


@dataclass(frozen=True)
class Checkout:
    """A revision's files, and the repository whose they are."""

    top: Path
    tree: Path

    def place(self, name: str) -> Path:
        """Where a scenario lies in it, if it has it; BadInput for one of another repository."""
        path = scenario.find(name).resolve()
        if not path.is_relative_to(self.top):
            raise BadInput(f"is not in {self.top}", where=name, remedy="compare it by itself")
        return self.tree / path.relative_to(self.top)

    @property
    def source(self) -> Path | None:
        """Where Torpor itself lies in it, if it does."""
        return self.tree if (self.tree / "firmware" / "torpor" / "port.py").is_file() else None


def simulated(path: str, changes: tuple[str, ...], source: Path) -> Run:
    """A run by another source's simulator and firmware; BadInput where that cannot."""
    words = [word for change in changes for word in ("--set", change)]
    with scratch.folder() as folder:
        out = folder / "run.json"
        torpor = (sys.executable, "-P", "-m", "torpor_tools.start")
        done = subprocess.run(
            [*torpor, "sim", path, *words, "--save", str(out)],
            env=_environment(source),
            text=True,
            capture_output=True,
            check=False,
        )
        if not out.exists():
            said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            raise BadInput(f"that revision cannot simulate it: {said}", where=path)
        return runfile.load(out)


@contextmanager
def checkout(name: str, rev: str) -> Iterator[Checkout]:
    """The files of a revision of the repository that holds a scenario.

    What BadInput says of one of them it says of the revision's.
    """
    top = _repository(name)
    known = _known(top, rev)
    with scratch.folder() as made:
        index = {"GIT_INDEX_FILE": str(made / "index")}
        _git(top, "read-tree", known, **index)
        tree = made / "tree"
        tree.mkdir()
        if _git(top, "checkout-index", "--all", f"--prefix={tree}/", **index) is None:
            raise BadInput(f"cannot be written out: {rev}", where=top, remedy="see git status")
        try:
            yield Checkout(top, tree)
        except BadInput as error:  # the folder is gone when that is read
            if f"{tree}/" not in str(error):
                raise
            raise BadInput(str(error).replace(f"{tree}/", ""), where=rev) from None


def commits(name: str, good: str, bad: str) -> list[str]:
    """The commits of a branch behind one that is good, the oldest first, `bad` the last of them."""
    top = _repository(name)
    span = f"{_known(top, good)}..{_known(top, bad)}"
    return (_git(top, "rev-list", "--reverse", "--first-parent", span) or "").split()


def subject(name: str, commit: str) -> str:
    """A commit's short name and the first line of what it says."""
    return _git(_repository(name), "log", "-1", "--format=%h %s", commit) or commit


def _repository(name: str) -> Path:
    """Whose a scenario's file is."""
    top = _git(scenario.find(name).resolve().parent, "rev-parse", "--show-toplevel")
    if top is None:
        raise BadInput("is in no git repository", where=name, remedy="compare no revisions of it")
    return Path(top)


def _known(top: Path, rev: str) -> str:
    """The commit that a revision's name stands for."""
    found = None
    if not rev.startswith("-"):
        found = _git(top, "rev-parse", "--verify", f"{rev}^{{commit}}")
    if found is None:
        raise BadInput(f"no revision {rev}", where=top, remedy="name a branch, tag or commit")
    return found


def _environment(source: Path) -> dict[str, str]:
    """Ours, with a checkout before what is installed."""
    paths = (source, source / "firmware", source / "tools", os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(path) for path in paths if path)}


def _git(folder: Path, *words: str, **environment: str) -> str | None:
    """What git prints, or None where it fails or there is none."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            env={**os.environ, **environment},
            text=True,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
