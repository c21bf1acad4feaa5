"""Every command that the README shows does what it says: it is run."""

import re
import shlex
from pathlib import Path

import pytest

from tools import cli

README = Path(__file__).parents[2] / "README.md"
SHOWN = re.findall(r"`(torpor [^`]*)`|^\$ (torpor .*)$", README.read_text(), re.MULTILINE)
NEEDS = ("PORT", "PATH")  # what docs/bench.md plays through
COMMANDS = sorted(
    {shown for pair in SHOWN for shown in pair if shown and not any(w in shown for w in NEEDS)}
)
SAMPLE = "Timestamp(ms),Current(uA)\n" + "\n".join(
    f"{i},{100 + 50_000 * (i > 9)}" for i in range(50)
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_shown_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text(SAMPLE)
    Path("mine.toml").write_text(Path(README.parent, "host_sim/scenarios/garden.toml").read_text())
    args = shlex.split(command)[1:]
    if args[0] == "sim" and "--days" not in args and "compiled" not in args:
        args += ["--days", "2"]
    fails_its_budget = "--baseline" in args
    assert cli.run(args) == int(fails_its_budget)
