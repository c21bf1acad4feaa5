"""Every table at 80 columns: on a terminal and through a pipe, no line longer and no cell cut."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.conftest import sources
from tests.provision import made
from tests.trace.waves import wave
from torpor_tools import cli
from torpor_tools.show import output

ROOT = Path(__file__).parents[2]
LONG = "abcdefghijklmnopqrstuvwx"  # the longest name that a node's parts may have
OF_TASK = f'budget=[{{name="radio_on_s_per_day", task="{LONG}", at_most=1234567}}]'
OF_DOOR = f'nodes.0.set=["node.task.0.name={LONG}", {json.dumps(OF_TASK)}]'
NO_LINK = ("--set", "link=[]")
UNSEEN = ROOT / "boards/heltec_wifi_lora_32/unseen"

# Command lines, or for what needs a board the call that shows what came of it.
CASES: dict[str, list[list[str]]] = {
    "sim": [
        ["garden", "--days", "2", "--set", f"node.task.light.name={LONG}"],
        ["garden", "--days", "1", "--compare", "--set", f"title={'A very long title ' * 8}"],
        ["sound", "--days", "1", "--set", "node.watch.ulp=true"],
        ["plug", "--days", "1"],
        [str(ROOT / "docs/replay.toml"), "--days", "2"],
        ["hall", "--days", "0.2", "--set", f"nodes.door.name={LONG}", *NO_LINK],
        ["thousand", "--days", "0.02", "--set", "nodes.bed.count=50"],
        ["hall", "--days", "0.02", "--set", f"nodes.0.name={LONG}", "--set", OF_DOOR, *NO_LINK],
    ],
    "diff": [
        ["garden", "--days", "1", "--set", f"node.task.light.name={LONG}"],
        ["garden", "door", "--days", "1"],
    ],
    "check": [["garden", "--days", "1", "--set", f"node.task.light.name={LONG}", "--set", OF_TASK]],
    "sweep": [
        ["garden", "--days", "0.1", "--workers", "1", "--set", f"node.task.light.name={LONG},b"]
    ],
    "fleet": [["fleet.toml", "--workers", "1"]],
    "lab": [["sleep"]],
    "faults": [["garden", "--n", "2"]],
    "report": [["garden", "--days", "0.2", "--no-interval", "-o", "page"]],
    "view": [],  # an address, and it waits
    "bisect": [],  # as check, of a history: tests/tools/test_bisect.py
    "init": [],  # a path a line
    "engine build": [[]],
    "trace info": [["labelled.csv"]],
    "trace convert": [["labelled.csv", "out.parquet", "--force"]],
    "trace digest": [["labelled.csv"], ["labelled.csv", "--labels", f"0=sleep,1={LONG},2=x"]],
    "trace plot": [["labelled.csv", "-o", "out.png"]],
    "trace diff": [["labelled.csv", "labelled.csv", "--labels", f"0=sleep,1={LONG},2=x"]],
    "calibrate": [["--board", "heltec_wifi_lora_32", "--out", "mine"]],
    "validate": [
        [],
        ["--wake", "batch_v3"],
        ["--wake", "batch_v3", str(UNSEEN / "v3-size-4-adr-a.csv")],
        ["--wake", "wifi", str(UNSEEN / "interferences_b.csv")],
    ],
    "ulp assemble": [["adc"], ["edges"], ["loudness"]],
    "ulp watch": [["adc", "samples.txt", "--threshold", "300"]],
    "flash": [["--board", "lolin32_lite", "--firmware", "esp32.bin", "--dry-run"]],
    "announce": [["--dry-run", str(ROOT / "docs/examples/greenhouse/node.toml")]],
    "logs": [],  # what the board says
    "board list": [[]],
    "boards": [[]],
    "drivers": [[]],
    "board show": [[path.parent.name] for path in sorted((ROOT / "boards").glob("*/board.toml"))],
    "virtual-board": [],  # it prints a path
    "pil": [
        [
            """{"wakes": 105_126, "calls": 1_234_567, "asked_again": 12, "call_ms": 0.485,
            "difference": "wake 105,126: sleep(86_400_000) decided, sleep(300_000) expected, after "
            "a look at the clock", **dict.fromkeys(("wake_us", "allocated_bytes", "heap_bytes"),
            {"median": 1_234_567.0, "max": 12_345_678})}, "Garden [bold] sensor" """
        ]
    ],
    "deploy": [
        [
            """{"up_to_date": False, "on_trial": True, "slot": "b", "copied": ["x"] * 40,
            "kept": ["y"] * 40, "sent_bytes": {"lib/torpor/policy/schedule.mpy": 1_234_567}},
            "/dev/ttyUSB0" """
        ]
    ],
    "record": [
        [
            """{"file": "wake.parquet", "samples": 360_000_000, "charge_mc": 1_234_567.123,
            "duration_s": 3_600.0, "lost_samples": 1_234_567, "losses": 12_345}"""
        ]
    ],
}
EACH = [(name, args) for name, some in CASES.items() for args in some]

WARNING = "torpor: "  # of what a recording cannot tell

PROGRAM = """
import importlib, json, sys
from torpor_tools import cli
for name, args in json.load(open("cases.json")):
    print(chr(12), end="", flush=True)
    if name in ("pil", "deploy", "record"):
        show = importlib.import_module("torpor_tools.commands." + name)._show
        eval(f"show({args[0].strip()})")
    elif (status := cli.run([*name.split(), *args])):
        print("status", status)
"""


def leaves(group: click.Group, above: str = "") -> Iterator[str]:
    """Every command, groups entered."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command
            if isinstance(command, click.Group):
                yield from leaves(command, f"{above}{name} ")
            else:
                yield above + name


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each case prints, through a pipe and on a terminal of 80 columns."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "cases.json").write_text(json.dumps(EACH))
    (folder / "labelled.csv").write_text(labelled())
    (folder / "samples.txt").write_text("100\n2000\n" * 50)
    gardens = (ROOT / "docs/examples/gardens/fleet.toml").read_text()
    few = gardens.replace("count = 1_000", "count = 6\ndays = 0.1")
    assert few != gardens
    (folder / "fleet.toml").write_text(few)
    made.firmware(folder)
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    environment["PYTHONPATH"] = sources()
    command = [sys.executable, "-c", PROGRAM]
    piped = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=True
    ).stdout
    return {"pipe": pages(piped), "terminal": pages(on_a_terminal(command, folder, environment))}


def labelled() -> str:
    """A PPK2 CSV of two wakes with two channels and a gap."""
    ua = wave(*[(0.1, 0.5), (50, 0.5), (120, 0.5), (0.1, 0.5)] * 2).current_ua
    bits = ("00", "10", "01", "00") * 2
    rows = (
        f"{i + 7_000 * (i > 800)},{one:.1f},{bits[i // 500]}000000\n"
        for i, one in enumerate(ua.tolist())
    )
    return "Timestamp(ms),Current(uA),D0-D7\n" + "".join(rows)


def on_a_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> bytes:
    """What a program writes to a terminal of 80 columns."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = environment | {"TERM": "xterm-256color"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=its, stdout=its, stderr=subprocess.PIPE
    ) as child:
        os.close(its)
        read = b""
        try:
            while part := os.read(ours, 65_536):
                read += part
        except OSError:  # how Linux says that the other end is closed
            pass
        assert child.stderr
        told = child.stderr.read().decode().splitlines()
        assert (child.wait(), [line for line in told if not line.startswith(WARNING)]) == (0, [])
    os.close(ours)
    return read


def pages(read: bytes) -> list[str]:
    """The text of each case, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m|\r", "", read.decode()).split("\f")[1:]


def test_every_command_is_among_the_cases() -> None:
    assert set(leaves(cli.group)) == set(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.parametrize(
    "case", range(len(EACH)), ids=[f"{n}-{i}" for i, (n, _) in enumerate(EACH)]
)
def test_80_columns_hold_every_line_and_cell(
    case: int, where: str, printed: dict[str, list[str]]
) -> None:
    page = printed[where][case]
    assert [line for line in page.splitlines() if len(line) > output.NARROWEST] == []
    assert re.findall(r"\S+…|…\S+", page) == []  # how a cell that is cut ends
    assert "status" not in page
    assert re.findall(r"(?<!\S)[-−]0(?:\.0+)?%?(?!\S)", page) == []


@pytest.mark.slow
@pytest.mark.parametrize("where", ["pipe", "terminal"])
def test_names_are_folded_before_figures(where: str, printed: dict[str, list[str]]) -> None:
    """The longest name that is allowed stands whole, and so do the figures beside it."""
    page = printed[where][0]
    assert re.search(rf"^{LONG} +[\d.]+ s +[\d,.]+ +\d+\.\d% *$", page.replace("█", ""), re.M)


@pytest.mark.parametrize("name", sorted(leaves(cli.group)))
def test_80_columns_hold_every_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*name.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > output.NARROWEST] == []
