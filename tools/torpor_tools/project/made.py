"""The files of a new project: templates filled in, with budgets that its own simulation gave.

A limit lies a tenth on the bad side of the figure: it fails for a change that is worth a look, and
not for a seed. What a node draws may also be no worse by more than a little than on the branch that
a change is for, which names the cause.
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from host_sim.errors import BadInput
from host_sim.files import inputs, outputs, scratch
from host_sim.hardware import board as boards
from host_sim.sim import run
from host_sim.sim.result import Result
from host_sim.spec import scenario
from host_sim.spec.figures import FIGURES
from torpor_tools.provision import node_toml

HERE = Path(__file__).parent
BUDGETS = {
    "sensor": ("battery_life_days", "delivered_percent"),
    "door": ("battery_life_days", "alarm_p95_s", "delivered_percent"),
    "switch": ("average_current_ua", "delivered_percent"),
}
ROOM = 0.1  # between a figure and its limit
COMPARED = ("battery_life_days", "average_current_ua")
TOLERANCE_PERCENT = 2
COMMON = {
    "test_power.py": "test_power.py.txt",
    ".github/workflows/power.yml": "power.yml",
    "pytest.ini": "pytest.ini",
    "secrets.toml": "secrets.toml",
    ".gitignore": "gitignore",
}


def files(folder: Path, board: str, kind: str) -> dict[str, bytes]:
    """What goes into a folder, by its path there.

    BadInput for a board that cannot be it, and for a name whose scenario is another of the files.
    """
    name = folder.name
    if f"{name}.toml" in ("node.toml", *COMMON):
        what = f"its scenario would be {name}.toml, another file of a project"
        raise BadInput(what, where=folder, remedy="choose another name")
    boards.load(board)
    own = board.endswith(".toml")
    told = Path(os.path.relpath(board, folder)).as_posix() if own else board
    here = str(Path(board).resolve()) if own else board
    text = filled(f"{kind}/scenario.toml", name, told)
    with scratch.folder() as made, _blamed(board, kind):
        outputs.write(
            {
                made / "node.toml": filled(f"{kind}/node.toml", name, here).encode(),
                made / f"{name}.toml": text.encode(),
            }
        )
        node_toml.load(made / "node.toml")
        result = run.run(scenario.load(str(made / f"{name}.toml")))
    text += "".join(budget(result, figure) for figure in BUDGETS[kind])
    common = {path: filled(source, name, told) for path, source in COMMON.items()}
    node = filled(f"{kind}/node.toml", name, told)
    out = {"node.toml": node, f"{name}.toml": text, **common}
    return {path: content.encode() for path, content in out.items()}


@contextmanager
def _blamed(board: str, kind: str) -> Iterator[None]:
    """What a template lacks on a board is said of the board."""
    try:
        yield
    except BadInput as error:
        raise BadInput(f"is no board for a {kind} ({error})", where=board) from None


def filled(source: str, name: str, board: str) -> str:
    """A template for a project of this name and board."""
    return Template(inputs.text(HERE / source)).substitute(name=name, board=board)


def budget(result: Result, name: str) -> str:
    """A budget on a figure, as it lies today."""
    value, figure = result.figure(name), FIGURES[name]
    assert value is not None
    compared = f"tolerance_percent = {TOLERANCE_PERCENT} # worse than before\n"
    return (
        f'\n[[budget]]\nname = "{name}" # {shown(value)} {figure.unit} when this was made\n'
        f"{figure.better} = {limit(value, figure.better):_.10g}\n"
        f"{compared if name in COMPARED else ''}"
    )


def shown(value: float) -> str:
    """In four digits, however large."""
    return f"{float(f'{value:.4g}'):,.10g}"


def limit(value: float, better: str) -> float:
    """A limit in two digits, a tenth or a little more on the bad side of a value."""
    worst = value * (1 - ROOM if better == "at_least" else 1 + ROOM)
    if worst <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(worst)) - 1)
    rounded = math.floor if better == "at_least" else math.ceil
    return rounded(round(worst / step, 6)) * step
