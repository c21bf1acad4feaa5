"""Every console block of every page does what it shows: it is played through."""

import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from host_sim.hardware.boardfile import BoardFile
from host_sim.lab.fleet.fleetfile import FleetFile
from host_sim.spec.homefile import HomeFile
from host_sim.spec.scenariofile import ScenarioFile
from host_sim.toml import struct
from tests.answered import answered
from tests.conftest import data
from tests.docs import pages
from tests.docs.session import Session
from tests.sim.files import text_of
from torpor_tools import cli
from torpor_tools.hil.bench import Bench
from torpor_tools.provision.gateway_toml import GatewayFile
from torpor_tools.provision.node_toml import NodeFile

RECORDINGS = data() / "esp32/heltec-esp32-lora32/wifi"
RECORDING = re.compile(r"\b\w*interference\w*\.csv\.xz")
# Pages that take a minute.
LONG = ("bench", "flash", "home", "interval", "mqtt", "own-project", "robustness")
PLAYED = [
    pytest.param(page, marks=[pytest.mark.slow] if Path(page).stem in LONG else [])
    for page in pages.PAGES
    if pages.commands(page)
]
README_TABLE = re.findall(
    r"^\| `((?:torpor|pytest) [^`]*)` \|", pages.path_of("README.md").read_text(), re.MULTILINE
)
ON_A_PORT = [command for command in README_TABLE if re.search("PORT|PATH", command)]
DEAR = (
    "pytest tests/hil",
    "torpor report",
    "torpor deploy",
    "torpor sim garden --compare",
    "torpor faults garden --port",
)
FILLED_IN = {
    "--port PORT": "--port /dev/ttyUSB0",
    "--ppk2 PORT --out FILE": "--ppk2 /dev/ttyACM0 --out out.parquet --seconds 3",
    "--firmware FILE": "--firmware ESP32_GENERIC.bin",
    "--config FILE": "--config docs/examples/mailbox/node.toml",
    "--link PATH": "--link /tmp/node &",
    "pil garden": "pil garden --days 1",
    "tests/hil": "tests/hil -k wakes",
}
SAMPLE = "Timestamp(ms),Current(uA)\n" + "\n".join(
    f"{i},{100 + 50_000 * (i > 9)}" for i in range(50)
)


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")
@pytest.mark.parametrize("page", PLAYED)
def test_a_page_is_played_through(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    left = []
    with Session(page, tmp_path) as session:
        for shown in pages.commands(page):
            wanted = RECORDING.findall(shown.command)
            if wanted and not RECORDINGS.is_dir():
                left.append(shown.command)
                continue
            for name in wanted:
                if not Path(name).exists():
                    Path(name).symlink_to(RECORDINGS / name)
            status, printed = session.run(shown.command)
            assert status == shown.status, f"{shown.command}\n{printed}"
            assert pages.missing(shown.lines, printed) == [], f"{shown.command}\n{printed}"
    if left:
        pytest.skip(f"{len(left)} commands need recordings; set TORPOR_DATA to their folder")


@pytest.mark.parametrize("page", pages.PAGES)
def test_a_block_is_of_a_kind_that_a_reader_knows(page: str) -> None:
    for kind, text in pages.blocks(page):
        assert kind in pages.KINDS, text
        if kind in pages.TEXT:
            assert not re.search(r"^\$ |^(torpor|mpremote|pytest|make|pip) ", text, re.MULTILINE)
        if kind == "json":
            json.loads(text)


def test_every_block_is_found() -> None:
    """A fence that the pattern did not see would not be played."""
    for page in pages.PAGES:
        fences = re.findall(r"^ *```", pages.path_of(page).read_text(), re.MULTILINE)
        assert len(fences) == 2 * len(pages.blocks(page)), page


def known(value: Any, key: tuple[Any, ...], schema: type[msgspec.Struct]) -> bool:
    """Whether a schema has every key of a table, whatever the values are."""
    if isinstance(value, list):
        return all(known(one, (*key, 0), schema) for one in value)
    if not isinstance(value, dict):
        return True
    at = struct.fields_at(schema, key)
    free = not at  # names of one's own
    return all(
        (free or k in (*at, "driver")) and known(v, (*key, k), schema) for k, v in value.items()
    )


@pytest.mark.parametrize("page", pages.PAGES)
def test_a_table_is_one_that_some_file_may_hold(page: str) -> None:
    for kind, text in pages.blocks(page):
        if kind == "toml":
            table = tomllib.loads(text)
            schemas = (ScenarioFile, HomeFile, NodeFile, GatewayFile, BoardFile, Bench, FleetFile)
            assert any(known(table, (), schema) for schema in schemas), text


def rows(commands: Iterable[str]) -> list[Any]:
    """Those that take long are slow."""
    return [
        pytest.param(one, marks=[pytest.mark.slow] if one.startswith(DEAR) else [])
        for one in commands
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")
@pytest.mark.parametrize("command", rows(ON_A_PORT))
def test_a_command_of_the_readmes_tables_runs_on_a_port(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for named, real in FILLED_IN.items():
        command = command.replace(named, real)
    with Session("README.md", tmp_path) as session:
        status, printed = session.run(command)
    assert status == 0, printed


@pytest.mark.parametrize("command", rows(c for c in README_TABLE if c not in ON_A_PORT))
def test_a_command_of_the_readmes_tables_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if command.startswith("torpor validate "):
        window = ["--export", "FILE.csv", "--window", "3600:7200", "--instrument", "ina219"]
        assert cli.run(["sim", "garden", "--days", "1", *window]) == 0
        command = command.replace("FILE", "FILE.csv")
    Path("FILE").write_text(SAMPLE)
    Path("mine.toml").write_text(text_of("garden"))
    Path("node.toml").write_text(pages.path_of("docs/examples/mailbox/node.toml").read_text())
    args = shlex.split(command)[1:]
    if args[0] in ("sim", "diff") and "--days" not in args and "compiled" not in args:
        args += ["--days", "2"]
    if args[0] == "announce":
        args += ["--dry-run"]  # with a broker: docs/mqtt.md
    assert cli.run(args) == int("--baseline" in args)


def test_the_year_by_hand_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    page = pages.path_of("docs/model.md").read_text()
    rows = re.findall(r"^\| (\w+) \|.*\| ([\d,.]+) s \|.*\| ([\d,.]+) mC \|$", page, re.MULTILINE)
    told = {name: (number(seconds), number(charge)) for name, seconds, charge in rows}
    result = answered(capsys, "sim", "garden")
    total_s, total_mc = told.pop("sum")
    assert total_mc == pytest.approx(result["charge_mc"], abs=0.05)
    assert total_s == pytest.approx(result["simulated_s"], abs=0.05)
    assert sum(mc for _, mc in told.values()) == pytest.approx(total_mc, abs=0.5)
    transmit_s, transmit_mc = told.pop("transmit")
    bursts = [line for name, line in result["by_state"].items() if name.startswith("tx_")]
    assert transmit_s == pytest.approx(sum(line["duration_s"] for line in bursts), abs=0.05)
    assert transmit_mc == pytest.approx(sum(line["charge_mc"] for line in bursts), abs=0.05)
    for name, (seconds, charge) in told.items():
        assert seconds == pytest.approx(result["by_state"][name]["duration_s"], abs=0.05)
        assert charge == pytest.approx(result["by_state"][name]["charge_mc"], abs=0.05)


def number(text: str) -> float:
    return float(text.replace(",", ""))
