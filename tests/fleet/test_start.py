"""How light a fleet's start is: a worker without pyarrow, a command without the pandas it asks."""

import subprocess
import sys
from pathlib import Path

import pytest

FLEET = 'title = "x"\nscenario = "garden"\ncount = 3\ndays = 0.1\n[distance]\nm.uniform = [3, 30]\n'
RUN = "from torpor_tools import cli; assert cli.run([%r, %r, '--workers', '1', '--json']) == 0"


@pytest.mark.parametrize(
    ("does", "heavy"),
    [
        ("from host_sim.lab.fleet import chunk, fleetfile", "pyarrow"),
        (RUN, "pandas"),
    ],
)
def test_what_is_heavy_is_not_imported(does: str, heavy: str, tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(FLEET)
    does = does % ("fleet", str(path)) if "%" in does else does
    told = subprocess.run(
        [sys.executable, "-c", f"import sys\n{does}\nprint({heavy!r} in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.splitlines()[-1] == "False"
