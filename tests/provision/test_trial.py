"""A version on trial, from reset to reset: it is the node's own in the end, or the one before is.

The flash is as torpor deploy leaves it, with the real firmware in both slots; what ails the newer
one is there before the first start.
"""

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from host_sim.files import scratch
from tests.firmware.broker import Broker, free_port
from tests.firmware.chip import SHT3X, garden, sht3x
from tests.provision.board import Board
from tools.fakes import world
from tools.provision import filesystem, version
from tools.provision.firmware import LIBRARY, compile_file

SIZE = 256 * filesystem.BLOCK
OWN, BACK = version.pointer("b"), version.pointer("a")
POWER_CUT = 45
RESTS_MS = [120_000, 120_000]  # between three wakes that deliver nothing
HANGS_S = 2  # of the host's: no start takes as long
MOST = 12  # starts of a trial


def config(port: int) -> dict[str, Any]:
    """A garden that reports in its first wake."""
    made = garden(port)
    made["tasks"][made["report_task"]]["late_ms"] = 0
    return made


@cache
def library() -> dict[str, bytes]:
    return version.files(None)


def image(port: int, changed: dict[str, bytes]) -> bytes:
    """The flash behind torpor deploy, with these files of the version on trial."""
    kept = version.as_json(config(port))
    old = {**library(), "config.json": kept}
    new = {**library(), "config.json": kept + b"\n", **changed}
    root = {"boot.py": version.on_trial("b"), "boot.own": OWN, "boot.back": BACK}
    both = (("a", old), ("b", new))
    slots = {f"{slot}/{name}": data for slot, of in both for name, data in of.items()}
    return filesystem.image({**slots, **root}, SIZE)


class Node(Board):
    """A board that was just deployed to, and everything that it printed."""

    def __init__(self, folder: Path, port: int, changed: dict[str, bytes]) -> None:
        super().__init__(folder, image(port, changed))
        self.printed = ""
        fresh = world.fresh()
        fresh.update(i2c={SHT3X: sht3x(24342, 32768)}, adc={"34": 800_000, "35": 2_000_000})
        self.world_now(**{**fresh, "reset_cause": world.HARD})

    def world_now(self, **changes: Any) -> dict[str, Any]:
        now = {**json.loads(self.world.read_text()), **changes}
        self.world.write_text(json.dumps(now))
        return now

    def boot(self, writes: int = 0) -> int:
        """From reset to the next one, whatever it is; what the fakes or the host call it."""
        try:
            done = self.start(writes, HANGS_S)
        except subprocess.TimeoutExpired:
            self.world_now(reset_cause=world.WDT)
            return world.HUNG
        self.printed += done.stdout
        if done.returncode == POWER_CUT:
            world_ = self.world_now()
            world.cut_power(world_)
            self.world_now(**world_)
        elif done.returncode not in world.ENDS:  # a panic, or the REPL, which the watchdog ends
            hard = done.returncode < 0
            self.world_now(reset_cause=world.HARD if hard else world.WDT)
        return done.returncode

    def file(self, path: str) -> bytes:
        flash = filesystem.mounted(bytearray(self.flash.read_bytes()))
        with flash.open(path, "rb") as file:
            return bytes(file.read())

    def outcome(self) -> str:
        """Start it until the trial has ended, and once more: it must serve then."""
        for _ in range(MOST):
            if self.file("boot.py") in (OWN, BACK):
                break
            self.boot()
        joins = self.world_now()["joined"]
        assert self.boot() == world.SLEPT
        assert len(self.world_now()["joined"]) > len(joins)
        return "own" if self.file("boot.py") == OWN else "back"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as started:
        yield started


def test_a_version_that_reports_and_wakes_again_is_the_node_s_own(
    tmp_path: Path, broker: Broker
) -> None:
    node = Node(tmp_path, broker.port, {})
    assert [node.boot() for _ in range(3)] == [world.SLEPT, world.SLEPT, world.RESET]
    assert "light" in broker.heard("torpor/garden/readings")
    assert node.world_now()["slept"] == [["deep", 1_000]] * 2
    assert len(node.world_now()["joined"]) == 1
    assert node.printed == "torpor: /b is the node's own\n"
    assert node.file("boot.py") == OWN
    assert node.boot() == world.SLEPT
    assert len(node.world_now()["joined"]) == 2


BAD = {
    "main.py": b"import torpor.start\n:",
    "torpor/start.mpy": b"damaged",
    "torpor/rescue.mpy": b"",
    "torpor/link/deliver.mpy": b"damaged",
    "config.json": b"{",
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_brings_the_version_before_back(
    name: str, tmp_path: Path, broker: Broker
) -> None:
    node = Node(tmp_path, broker.port, {name: BAD[name]})
    assert node.outcome() == "back"
    assert node.file("a/torpor.log").startswith(b"version /b taken back: ")
    assert "torpor: /b was taken back: " in node.printed


def other(port: int, **changes: Any) -> dict[str, bytes]:
    """A configuration that is not the old version's."""
    return {"config.json": version.as_json({**config(port), **changes})}


def test_three_wakes_without_a_report_bring_it_back(tmp_path: Path, broker: Broker) -> None:
    node = Node(tmp_path, broker.port, other(free_port()))
    assert [node.boot() for _ in range(4)] == [world.SLEPT] * 3 + [world.RESET]
    assert [ms for _, ms in node.world_now()["slept"]] == [*RESTS_MS, *RESTS_MS[:1]]
    assert len(node.world_now()["joined"]) == 3  # each wake tried
    assert node.printed == "torpor: /b was taken back: no report in three wakes\n"
    assert node.outcome() == "back"


def test_a_sensor_that_never_answers_is_no_report(tmp_path: Path, broker: Broker) -> None:
    """The broker is reached, but of all that was to be measured there is nothing to tell."""
    humid = {"driver": "sht3x.humidity", "sda": 4, "scl": 5}
    channels = [{**one, **humid} for one in config(broker.port)["channels"]]
    node = Node(tmp_path, broker.port, other(broker.port, channels=channels))
    node.world_now(i2c={f"{SHT3X}@21,22": sht3x(24342, 32768)})
    assert node.outcome() == "back"
    assert "no report" in node.printed


FAILS = {
    "it hung": ("port.wait(400000)", [world.HUNG, world.RESET]),
    "it crashed": ("import machine; machine.reset()", [world.RESET, world.RESET]),
    "ValueError('as it is',)": ("raise ValueError('as it is')", [world.RESET]),
}


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("why", FAILS)
def test_a_wake_that_fails_brings_it_back(
    why: str, after: int, tmp_path: Path, broker: Broker
) -> None:
    """The first one, or the one after its report."""
    what, ends = FAILS[why]
    wake = f"""
_wake = wake
def wake(r, port, cause):
    if r[record.WAKES] == {after}:
        {what}
    return _wake(r, port, cause)
"""
    node = Node(tmp_path, broker.port, edited("sensor", wake))
    assert [node.boot() for _ in range(after + len(ends))] == [world.SLEPT] * after + ends
    assert node.printed == f"torpor: /b was taken back: {why}\n"
    assert f"version /b taken back: {why}\n" in node.file("a/torpor.log").decode()
    assert node.outcome() == "back"


def test_a_brown_out_is_no_crash_but_no_report(tmp_path: Path, broker: Broker) -> None:
    """The joins to come wait for the cell, as ever."""
    node = Node(tmp_path, broker.port, {})
    world_ = node.world_now()
    node.world_now(wifi={**world_["wifi"], "surges_dbm": 2})
    ends = [world.BROWNED_OUT, world.SLEPT, world.SLEPT, world.RESET]
    assert [node.boot() for _ in range(4)] == ends
    node.world_now(wifi=world_["wifi"])
    assert node.outcome() == "back"
    assert "no report in three wakes" in node.printed


@pytest.mark.slow
def test_the_power_cut_at_writes_of_a_trial(tmp_path: Path, broker: Broker) -> None:
    """Whatever was not yet written, it ends: well for a good version, in the old one for a bad."""
    for changed, ends in (({}, "own"), (edited("sensor", "wake = None"), "back")):
        for writes in range(1, 6):
            node = Node(tmp_path, broker.port, changed)
            node.boot(writes)
            assert node.outcome() == ends, writes


def edited(module: str, more: str) -> dict[str, bytes]:
    """A module of the library with something at its end."""
    with scratch.folder() as folder:
        (folder / "edited.py").write_text((LIBRARY / f"{module}.py").read_text() + more)
        name = Path("torpor", f"{module}.py")
        made = compile_file(folder / "edited.py", name, folder)
        return {f"torpor/{module}.mpy": made.read_bytes()}
