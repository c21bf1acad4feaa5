"""torpor.mpy: modules are found behind its own bytecode, and a Ctrl-C passes for no lack of one."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.firmware.chip import shipped
from tests.unix import micropython
from torpor import __version__
from torpor_tools.virtual.board import INTERPRETER

FOUND = """
import torpor, torpor.policy.ticks, torpor.config
print(torpor.__version__, torpor.policy.ticks.__file__, torpor.config.__file__)
try:
    import torpor.policy.none
except ImportError as error:
    print(error)
"""
# A Ctrl-C in the n-th look for a module: as a folder, as text, as bytecode, and as it is opened.
INTERRUPTED = """
import torpor
real, left = torpor._before_end, {nth}
def before_end(path):
    global left
    left -= 1
    if left == 0:
        raise KeyboardInterrupt
    return real(path)
torpor._before_end = before_end
try:
    import torpor.config
except KeyboardInterrupt:
    print("interrupted")
import torpor.config
print(torpor.config.__file__)
"""
# One that leaves its note, as on the chip, behind the last jump of a look.
NOTED = """
import os, torpor
def number(text):
    os.system("kill -USR1 $PPID")
    return int(text)
torpor.int = number
try:
    import torpor.config
except KeyboardInterrupt:
    print("interrupted")
del torpor.int
import torpor.config
print(torpor.config.__file__)
"""


def said(program: str, folder: Path, *interpreter: str) -> list[str]:
    done = subprocess.run(
        [*(interpreter or [micropython()]), "-c", program],
        cwd=folder,
        env={**os.environ, "MICROPYPATH": f"{shipped()}:.frozen"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_modules_are_found_in_it_and_no_others(tmp_path: Path) -> None:
    told = f"{__version__} /torpor/policy/ticks.mpy /torpor/config.mpy"
    assert said(FOUND, tmp_path) == [told, "no module named 'torpor.policy.none'"]


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_who_interrupts_an_import_interrupts_it(tmp_path: Path, nth: int) -> None:
    assert said(INTERRUPTED.format(nth=nth), tmp_path) == ["interrupted", "/torpor/config.mpy"]


def test_who_interrupts_it_late_in_a_look_interrupts_it(tmp_path: Path) -> None:
    assert said(NOTED, tmp_path, *INTERPRETER) == ["interrupted", "/torpor/config.mpy"]
