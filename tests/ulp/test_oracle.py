"""Programs come out as from another assembler, byte by byte: random ones, and those that ship."""

from pathlib import Path
from random import Random

import pytest

from tests.ulp import oracle
from tests.ulp.everywhere import PIN, READINGS
from tests.ulp.programs import program
from torpor.ulp.assemble import CHIPS, assemble
from torpor.ulp.chips import bus, names
from torpor.ulp.monitor import program as monitor
from torpor.ulp.programs import PROGRAMS as SHIPPED

PROGRAMS = 300  # for each chip


@pytest.mark.parametrize("chip", CHIPS)
def test_random_programs_are_those_of_py_esp32_ulp(chip: str, tmp_path: Path) -> None:
    checkout = oracle.folder()
    if checkout is None:
        pytest.skip("no py-esp32-ulp; set TORPOR_ULP_ORACLE to a checkout of it")
    random = Random(17)
    texts = [program(random, chip) for _ in range(PROGRAMS)]
    for text, theirs in zip(texts, oracle.assemble(checkout, chip, texts, tmp_path), strict=True):
        assert assemble(text, chip).binary().hex(" ", 4) == theirs.hex(" ", 4), text


@pytest.mark.parametrize("chip", CHIPS)
def test_the_programs_that_ship_are_those_of_py_esp32_ulp(chip: str, tmp_path: Path) -> None:
    """But LOUDNESS, a sum in which has a label: of that they take the place in its section."""
    checkout = oracle.folder()
    if checkout is None:
        pytest.skip("no py-esp32-ulp; set TORPOR_ULP_ORACLE to a checkout of it")
    known = [(SHIPPED[name], names(chip, PIN[chip][name])) for name in ("adc", "edges")]
    known += [(monitor(readings), bus(chip, 4, 13)) for readings in READINGS]
    texts = ["".join(f".set {n}, {v}\n" for n, v in given.items()) + text for text, given in known]
    for (text, given), theirs in zip(
        known, oracle.assemble(checkout, chip, texts, tmp_path), strict=True
    ):
        assert assemble(text, chip, given).binary().hex(" ", 4) == theirs.hex(" ", 4)
