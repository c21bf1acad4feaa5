"""The command `torpor ulp`: its files, its tables and its refusals."""

import json
import re
from pathlib import Path

import pytest

from tests.answered import answered
from tests.refused import refused
from torpor.ulp.assemble import assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS
from torpor_tools import cli


def test_the_binary_is_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "adc.bin"
    assert cli.run(["ulp", "assemble", "adc", "-o", str(target)]) == 0
    program = assemble(PROGRAMS["adc"], "esp32", names("esp32", 34))
    assert target.read_bytes() == program.binary()
    listing = capsys.readouterr().out.splitlines()
    assert len(listing) == 1 + len(program.text) + 1
    assert listing[9].split()[:3] == ["8", "5000001d", "51"]


def test_a_file_knows_the_chip_and_the_pin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "mine.s"
    source.write_text("reg_wr timer, timer_on, timer_on, 0\nadc r1, 0, channel + 1\nhalt\n")
    assert (
        cli.run(["ulp", "assemble", str(source), "--board=xiao_esp32s3", "--pin=2", "--json"]) == 0
    )
    words = json.loads(capsys.readouterr().out)["text"]
    assert words == [0x1FFC003F, 0x50000009, 0xB0000000]


def test_watch_counts_wakes_and_charge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = tmp_path / "samples.txt"
    samples.write_text("10\n300\n299\n301\n")
    args = ["ulp", "watch", "adc", str(samples), "--threshold=300"]
    seen = answered(capsys, *args)
    assert (seen["wakes"], seen["looks"]) == ([1, 3], 4)
    assert seen["charge_nc"] == seen["ulp_nc"] + seen["sleep_nc"]
    assert cli.run(args) == 0
    table = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()[1:])
    assert (table["looks"], table["wakes"]) == ("4", "2")


def test_the_help_names_every_program_that_ships(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ulp", "--help"]) == 0
    assert set(PROGRAMS) <= set(re.findall(r"\w+", capsys.readouterr().out))


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["assemble", "bad.s"], "bad.s:2: this chip has no instruction frob"),
        (["assemble", "no.s"], "no.s: no such file; check the path"),
        (["assemble", "adc", "--pin=4"], "adc:19: channel is neither a number nor a known name; "),
        (["assemble", "adc", "--board=xiao_esp32c3"], "xiao_esp32c3: the esp32c3 has no FSM ULP; "),
        (["assemble", "adc", "-o", "no/adc.bin"], "no/adc.bin: its folder does not exist; "),
        (["watch", "adc", "bad.s", "--threshold=1"], "bad.s:1: nop; one number from 0 to 65535"),
        (
            ["watch", "adc", "empty.txt", "--threshold=1"],
            "empty.txt: the file is empty; one number",
        ),
        (["watch", "adc", "large.txt", "--threshold=1"], "large.txt:2: 65536; one number"),
        (["watch", "cold.s", "one.txt", "--threshold=1"], "word 0 of the ULP's program, 0xa000000"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    args: list[str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.s").write_text("nop\nfrob r1\n")
    Path("large.txt").write_text("65535\n65536\n")
    Path("one.txt").write_text("1\n")
    Path("empty.txt").write_text("\n")
    Path("cold.s").write_text("tsens r1, 2\n.bss\nthreshold: .long 0\n")
    assert refused(["ulp", *args], tmp_path, capsys).startswith(f"torpor: {line}")
