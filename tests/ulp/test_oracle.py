"""Random programs come out as from another assembler, byte by byte."""

from pathlib import Path
from random import Random

import pytest

from tests.ulp import oracle
from tests.ulp.programs import program
from torpor.ulp.assemble import CHIPS, assemble

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
