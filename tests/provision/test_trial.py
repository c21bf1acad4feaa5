"""A version on trial, from reset to reset: it is the node's own in the end, or the one before is.

The flash is as torpor deploy leaves it, with the real firmware in both slots; what ails the newer
one is there before the first start.
"""

import errno
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from host_sim.files import scratch
from tests.firmware import cells
from tests.firmware.broker import PASSWORD, USER, Broker, free_port
from tests.firmware.chip import RELAY, SHT3X, garden, plug, sht3x
from tests.provision.board import Board
from tests.provision.conftest import BROKER, NODE, WIFI
from torpor_tools import cli
from torpor_tools.commands import deploy
from torpor_tools.commands.virtual_board import FLASH_BYTES
from torpor_tools.fakes import world
from torpor_tools.provision import filesystem, firmware, fold, layout, link, version
from torpor_tools.provision.fold import LIBRARY
from torpor_tools.virtual.process import running

SIZE = 256 * filesystem.BLOCK
OWN, BACK = version.pointer("b"), version.pointer("a")
POWER_CUT = 45
RESTS_MS = [180_000, 180_000]  # between three wakes that deliver nothing
HANGS_S = 2  # of the host's: no start takes as long
MOST = 12  # starts of a trial


def prompt(port: int) -> dict[str, Any]:
    """A garden that reports in its first wake."""
    made = garden(port)
    made["tasks"][made["report_task"]]["late_ms"] = 0
    return made


BREAKS = """
for _name, _that in list(globals().items()):
    if callable(_that):
        globals()[_name] = None
    elif isinstance(_that, list):  # what is linked has it there
        _that[:] = [None if callable(_one) else _one for _one in _that]
"""


@cache
def library() -> dict[str, bytes]:
    return version.files(None)


def image(
    config: dict[str, Any], changed: dict[str, bytes], damaged: dict[str, bytes] | None = None
) -> bytes:
    """The flash behind torpor deploy of a version with these files, and these as they are now."""
    kept = version.as_json(config)
    old = {**library(), "config.json": kept}
    new = {**library(), "config.json": kept + b"\n", **changed}
    root = {"boot.py": version.on_trial("b"), "boot.own": OWN, "boot.back": BACK}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in new.items()}
    root["trial"] = version.digest(digests).encode() + b"\n"
    both = (("a", old), ("b", {**new, **(damaged or {})}))
    slots = {f"{slot}/{name}": data for slot, of in both for name, data in of.items()}
    return filesystem.image({**slots, **root}, SIZE)


class Node(Board):
    """A board that was just deployed to, and everything that it printed."""

    def __init__(self, folder: Path, *version: Any) -> None:
        super().__init__(folder, image(*version))
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
    node = Node(tmp_path, prompt(broker.port), {})
    assert [node.boot() for _ in range(3)] == [world.SLEPT, world.SLEPT, world.RESET]
    assert "light" in broker.heard("torpor/garden/readings")
    assert deep_ms(node) == [1_000] * 2
    assert len(node.world_now()["joined"]) == 1
    assert node.printed == "torpor: /b is the node's own\n"
    assert node.file("boot.py") == OWN
    assert node.boot() == world.SLEPT
    assert len(node.world_now()["joined"]) == 2


BAD = {
    "main.py": b"import torpor.start\n:",
    "awake.mpy": b"damaged",
    "rescue.py": b"",
    "config.json": b"{",
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_brings_the_version_before_back(
    name: str, tmp_path: Path, broker: Broker
) -> None:
    node = Node(tmp_path, prompt(broker.port), {name: BAD[name]})
    assert node.outcome() == "back"
    assert node.file("a/torpor.log").startswith(b"version /b taken back: ")
    assert "torpor: /b was taken back: " in node.printed


def truncated(data: bytes) -> bytes:
    """As a file of which not all reached the flash; MicroPython would import it for ever."""
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    """One bit of it."""
    dice = random.Random(len(data))
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def is_taken_back(node: Node, why: str) -> None:
    """At once, as it starts."""
    assert node.boot() == world.RESET
    assert node.printed == f"torpor: /b was taken back: {why}\n"
    assert node.outcome() == "back"


@pytest.mark.parametrize(("damage", "name"), [(truncated, "torpor.mpy"), (flipped, "config.json")])
def test_a_damaged_file_is_found(
    name: str, damage: Callable[[bytes], bytes], tmp_path: Path, broker: Broker
) -> None:
    """Before it runs, whether the node would read it or not."""
    config = prompt(broker.port)
    whole = {**library(), "config.json": version.as_json(config) + b"\n"}
    is_taken_back(Node(tmp_path, config, {}, {name: damage(whole[name])}), "a file is damaged")


def test_a_trial_that_begins_anew_is_not_judged_by_its_log(tmp_path: Path, broker: Broker) -> None:
    node = Node(tmp_path, prompt(broker.port), {}, {"torpor.log": b"on trial\n"})
    assert node.outcome() == "own"


@pytest.mark.slow
def test_every_damaged_file_is_found(tmp_path: Path, broker: Broker) -> None:
    config = prompt(broker.port)
    for number, (name, data) in enumerate(library().items()):
        damaged = (truncated, flipped)[number % 2](data)
        is_taken_back(Node(tmp_path, config, {}, {name: damaged}), "a file is damaged")


# What this node never reads: what it asks for numbers only has them folded in.
UNREAD = {
    "gateway",
    "link/gateway",
    "link/relay",
    "link/session",
    "ahead",
    "detector",
    "drivers/bl0937",
    "drivers/contact",
    "drivers/microphone",
    "drivers/monitor",
    "drivers/relay",
    "drivers/row",
    "drivers/scale",
    "drivers/ulp",
    "markers",
    "monitor",
    "monitoring",
    "pil",
    "policy/harvest",
    "policy/loudness",
    "port",
    "record",
    "switch",
    "watching",
    *(path.relative_to(LIBRARY).with_suffix("").as_posix() for path in LIBRARY.glob("ulp/*.py")),
}
UNCALLED = {"policy/__init__"}  # imported for what lies in its folder


# What fails in one of these fails in all: they are one file.
LINKED = {
    fold.sources()[name].relative_to(LIBRARY).with_suffix("").as_posix()
    for name in (*link.MODULES, *link.RADIO)
}
MODULES = {path.relative_to(LIBRARY).with_suffix("").as_posix() for path in LIBRARY.rglob("*.py")}


@pytest.mark.slow
def test_a_module_that_raises_when_it_is_imported(tmp_path: Path, broker: Broker) -> None:
    """Each that the node has a use for."""
    for module in sorted(MODULES):
        node = Node(tmp_path, prompt(broker.port), edited(module, "\nraise ValueError\n"))
        assert node.outcome() == ("own" if module in UNREAD - LINKED else "back"), module


@pytest.mark.slow
def test_a_module_that_raises_when_it_is_called(tmp_path: Path, broker: Broker) -> None:
    """Wherever that is: all of its functions and classes are None."""
    passed = set()
    for module in MODULES - UNREAD:
        node = Node(tmp_path, prompt(broker.port), edited(module, BREAKS))
        if node.outcome() == "own":
            passed.add(module)
    assert passed == UNCALLED


def deep_ms(node: Node) -> list[int]:
    """Its deep sleeps."""
    return [ms for kind, ms in node.world_now()["slept"] if kind == "deep"]


def other(port: int, **changes: Any) -> dict[str, bytes]:
    """A configuration that is not the old version's."""
    return {"config.json": version.as_json({**prompt(port), **changes})}


def test_three_wakes_without_a_report_bring_it_back(tmp_path: Path, broker: Broker) -> None:
    node = Node(tmp_path, prompt(broker.port), other(free_port()))
    assert [node.boot() for _ in range(4)] == [world.SLEPT] * 3 + [world.RESET]
    assert deep_ms(node) == [*RESTS_MS, *RESTS_MS[:1]]
    assert len(node.world_now()["joined"]) == 3  # each wake tried
    *failed, told = node.printed.splitlines()
    assert failed == [f"fault: broker OSError({errno.ECONNREFUSED},)"] * 3
    assert told == "torpor: /b was taken back: no report in three wakes"
    assert node.outcome() == "back"


def test_a_sensor_that_never_answers_is_no_report(tmp_path: Path, broker: Broker) -> None:
    """The broker is reached, but of all that was to be measured there is nothing to tell."""
    humid = {"driver": "sht3x.humidity", "sda": 4, "scl": 5}
    channels = [{**one, **humid} for one in prompt(broker.port)["channels"]]
    node = Node(tmp_path, prompt(broker.port), other(broker.port, channels=channels))
    node.world_now(i2c={f"{SHT3X}@21,22": sht3x(24342, 32768)})
    assert node.outcome() == "back"
    assert "no report" in node.printed


FAILS = {
    "it hung": ("import time; time.sleep_ms(400000)", [world.HUNG, world.RESET]),
    "it crashed": ("import machine; machine.reset()", [world.RESET, world.RESET]),
    "ValueError('as it is',)": ("raise ValueError('as it is')", [world.RESET]),
}


@pytest.mark.parametrize(("why", "after"), [*zip(FAILS, (0, 1, 1), strict=True)])
def test_a_wake_that_fails_brings_it_back(
    why: str, after: int, tmp_path: Path, broker: Broker
) -> None:
    """The first one, or the one after its report."""
    what, ends = FAILS[why]
    wake = f"""
def wake(r, port, cause):
    if r[record.WAKES] == {after}:
        {what}
    return _wake(r, port, cause)
"""
    node = Node(tmp_path, prompt(broker.port), edited("sensor", wake, "wake"))
    assert [node.boot() for _ in range(after + len(ends))] == [world.SLEPT] * after + ends
    assert node.printed == f"torpor: /b was taken back: {why}\n"
    assert f"version /b taken back: {why}\n" in node.file("a/torpor.log").decode()
    assert node.outcome() == "back"


@pytest.mark.parametrize("reached", [True, False])
def test_a_switch_on_trial_keeps_its_relay(reached: bool, tmp_path: Path, broker: Broker) -> None:
    """It never sleeps deep: all of its trial is one start."""
    port = broker.port if reached else free_port()
    config = plug(broker.port)
    node = Node(tmp_path, config, {"config.json": version.as_json({**config, **plug(port)}) + b" "})
    pad = {"out": 1, "drives": 1, "held": 1, "pull": 0, "rtc": 0}
    node.world_now(rtc=["02"], pads={str(RELAY): pad}, pins={str(RELAY): 1})
    assert node.boot() == world.RESET
    assert node.file("boot.py") == (OWN if reached else BACK)
    now = node.world_now()
    assert now["rtc"] in (["02"], ["03"])  # what the output was set to, and the radio
    assert (now["pins"][str(RELAY)], now["driven"]) == (1, [])
    assert len(now["joined"]) == (1 if reached else 3)
    assert now["now_ms"] > (2_000 if reached else sum(RESTS_MS))


def test_a_brown_out_is_no_crash_but_no_report(tmp_path: Path, broker: Broker) -> None:
    """The joins to come wait for the cell, as ever."""
    node = Node(tmp_path, prompt(broker.port), {})
    node.world_now(cell=cells.breaking_at(2))
    ends = [world.BROWNED_OUT, world.SLEPT, world.SLEPT, world.RESET]
    assert [node.boot() for _ in range(4)] == ends
    node.world_now(cell=None)
    assert node.outcome() == "back"
    assert "no report in three wakes" in node.printed


@pytest.mark.parametrize("cause", [world.UNTOLD, world.PWRON])
def test_a_reset_by_hand_is_no_crash(cause: int, tmp_path: Path, broker: Broker) -> None:
    """That by a chip's own USB has no name, and leaves RTC memory."""
    node = Node(tmp_path, prompt(broker.port), {})
    assert node.boot() == world.SLEPT
    kept = node.world_now()["rtc"] if cause == world.UNTOLD else []
    node.world_now(reset_cause=cause, wake_reason=world.NO_REASON, rtc=kept)
    assert node.boot() == world.SLEPT
    assert node.outcome() == "own"


@pytest.mark.slow
@pytest.mark.parametrize(("more", "end"), [("", "own"), ("\nwake = None\n", "back")])
def test_the_power_cut_at_every_write_of_a_trial(
    more: str, end: str, tmp_path: Path, broker: Broker
) -> None:
    """Half of it is written, and the trial goes on to the same end."""
    node = Node(tmp_path, prompt(broker.port), edited("sensor", more, *more.split()[:1]))
    cuts = 0
    while node.file("boot.py") not in (OWN, BACK):
        flash, world_ = node.flash.read_bytes(), node.world.read_bytes()
        write = 1
        while node.boot(write) == POWER_CUT:
            assert node.outcome() == end, (cuts, write)
            node.flash.write_bytes(flash)
            node.world.write_bytes(world_)
            write += 1
        cuts += write - 1
    assert cuts >= 10


NO_REPORT = "was taken back: no report in three wakes"


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")
def test_deploy_tells_how_a_trial_ended(
    tmp_path: Path,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The real interpreter behind a serial port, its node asleep for minutes between two wakes."""
    monkeypatch.setattr(deploy, "TRIAL_S", 60)
    file = tmp_path / "node.toml"
    text = NODE.replace("192.0.2.1", "127.0.0.1").replace(WIFI, "sleepwell")
    text = text.replace('"garden"\npass', f'"{USER}"\npass').replace(BROKER, PASSWORD)

    def deployed(port: int, period_s: int) -> int:
        file.write_text(
            text.replace("user =", f"port = {port}\nuser =").replace("300", str(period_s))
        )
        return cli.run(["deploy", "--port", str(link), "--config", str(file)])

    made = layout.file_system(version.files(version.as_json(garden(broker.port))), FLASH_BYTES)
    (tmp_path / "flash").write_bytes(made)
    link = tmp_path / "node"
    with running(link, "--image", str(tmp_path / "flash"), "--speed", "1000"):
        assert deployed(broker.port, 600) == 0
        assert capsys.readouterr().out.endswith("/b is the node's own\n")
        assert deployed(free_port(), 700) == 2
        assert capsys.readouterr().err.endswith(
            f"{link}: /a {NO_REPORT}; the one before runs again: "
            "did the network, the broker and a sensor answer?\n"
        )


def edited(module: str, more: str, taken: str = "") -> dict[str, bytes]:
    """The files with a module of the library that has something at its end.

    What it had by a name that is taken then is called as that with a _ in front.
    """
    whole = library()
    with scratch.folder() as folder:
        given = Path(shutil.copytree(LIBRARY, folder / "torpor"))
        source = given / f"{module}.py"
        own = source.read_text()
        source.write_text((own.replace(f"def {taken}(", f"def _{taken}(") if taken else own) + more)
        with (
            mock.patch.object(fold, "LIBRARY", given),
            mock.patch.multiple(
                firmware,
                LIBRARY=given,
                WAKE=given / "awake.py",
                RESCUE=given / "rescue.py",
                PACKAGE=given / "package.py",
            ),
        ):
            forget()
            made = version.files(None)
        forget()
    return {name: data for name, data in made.items() if data != whole[name]}


def forget() -> None:
    """Have the library read anew."""
    read = (fold.sources, fold.library, fold.keywords, fold.constants, fold.folded, fold.shipped)
    for made in (*read, firmware.linked):
        made.cache_clear()
