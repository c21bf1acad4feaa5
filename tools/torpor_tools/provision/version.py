"""A version: all that a node runs, in a folder of its own on the board.

The board has two such folders, and boot.py, which MicroPython runs first, enters one of them: from
there a wake goes on, there it runs main.py at any other start, and there the node finds its modules
and its config.json. Renaming a new
boot.py over the old one is atomic in LittleFS, so the board runs the one version or the other.

While a version is on trial boot.py is trial.py of this folder: that a version is the node's own is
told by nothing but the boot.py that enters it, so it costs an ordinary start nothing.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from host_sim.errors import BadInput
from host_sim.files import scratch
from torpor_tools.provision import firmware, link
from torpor_tools.provision.way import GATEWAY

SLOTS = ("a", "b")
TIDY, TRIAL = (
    (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("tidy.py", "trial.py")
)
CONFIG = "config.json"
OWN = "own"  # how trial.py has it that a version is the node's own
LINKED = tuple(f"{name}.mpy" for name in link.FILES)
LIBRARY = (*LINKED, firmware.TORPOR, firmware.RESCUE.name)  # what may be frozen
POINTER = '''\
ENTER = """
import machine
import os
import time

for slot in ("/{slot}", "/{other}"):
    try:
        os.chdir(slot)
        os.stat("main.py")
        break
    except OSError:
        pass
else:
    time.sleep_ms(60000)
    machine.deepsleep(3600000)
"""
{path}try:
    import umachine

    if umachine.reset_cause() == umachine.DEEPSLEEP_RESET:
        import uos

        uos.chdir("/{slot}")
        umachine.WDT(timeout=9000)
        import awake

        awake.run("/{slot}/config.json")
except Exception:
    pass
exec(ENTER)
'''
FROZEN_FIRST = """\
import sys

sys.path.insert(-1, sys.path.pop(0))
"""
TRYING = """

trial = Trial("/{slot}", "/{other}")
sys.modules["trial"] = trial
try:
    machine.WDT(timeout=STARTING_MS)
    trial.begin(machine.reset_cause())
    os.chdir(trial.slot)
except OSError as error:
    trial.back(error)
"""


def pointer(slot: str, library: bool = True) -> bytes:
    """The boot.py that enters a slot, or the other where that is damaged.

    A wake from deep sleep goes on here: what MicroPython compiles for it is this alone, and not the
    string, which is for all other starts. Where a wake fails, main.py meets the same, and tells.
    The u of a module that is built in has no file looked for in its place (1.29, py/objmodule.c).
    Without a library among its files what is frozen comes first.

    It must not raise: main.py is skipped then, and the REPL awake for good (MicroPython 1.29,
    ports/esp32/main.c:155, 164).
    """
    path = "" if library else FROZEN_FIRST
    return POINTER.format(slot=slot, other=other(slot), path=path).encode()


def on_trial(slot: str) -> bytes:
    """The boot.py that tries the version in a slot. It must not raise, either."""
    return (TIDY + TRIAL + TRYING.format(slot=slot, other=other(slot))).encode()


def digest(digests: dict[str, str]) -> str:
    """What the files of a version come to, from the SHA-256 of each by its path."""
    lines = [f"{digests[name]} {name}\n" for name in sorted(digests)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def other(slot: str) -> str:
    """The other slot."""
    return SLOTS[slot == SLOTS[0]]


def files(config: bytes | None) -> dict[str, bytes]:
    """The files of a version, by their paths in its folder; without a configuration any node's."""
    with scratch.folder() as folder:
        firmware.compile_tree(folder)
        out = read(folder)
    if config is None:
        return out
    return {**fitting(out, json.loads(config)), CONFIG: config}


def fitting(files: dict[str, bytes], config: dict[str, Any]) -> dict[str, bytes]:
    """Those of any node for what a configuration asks for; of an empty one any node's.

    A node that its timer alone wakes has less to load in each wake (torpor.esp32.opened), and one
    that goes by a gateway in each join. What it lacks it has in the modules beside, should
    config.json ask for it after all. A gateway starts from another file, so that a node need not
    ask.
    """
    if config.get("kind") == GATEWAY:
        added = firmware.gateway()
        return {**files, **(added if LINKED[0] in files else without_library(added))}
    pins = config.get("pins", {})
    watches = "wake" in pins or "outputs" in pins or config.get("watch_channel", -1) >= 0
    way = link.ESPNOW if "gateway" in config else link.WIFI
    if not config or LINKED[0] not in files or (watches, way) == (True, link.WIFI):
        return files
    with scratch.folder() as folder:
        made = firmware.compile_linked(folder, watches, way)
        return files | {path.name: path.read_bytes() for path in made}


def refuse_frozen(frozen: bool, where: str | Path) -> None:
    """A gateway's main.py is not started where one is frozen (MicroPython 1.29, pyexec.c:743)."""
    if frozen:
        what = "has a node's main.py frozen, and a gateway starts another"
        raise BadInput(what, where=where, remedy="flash it with micropython.org's .bin")


def in_rom() -> dict[str, bytes]:
    """The library of any node as a ROMFS holds it."""
    out = {name: data for name, data in files(None).items() if name in LIBRARY}
    del out[firmware.TORPOR]
    return out | {f"torpor/{name}": data for name, data in firmware.modules().items()}


def without_library(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of them that a board needs beside a library that is frozen, or in a ROMFS."""
    return {name: data for name, data in files.items() if name not in LIBRARY}


def is_own(name: str) -> bool:
    """Whether a file of a version is a driver of the node's own."""
    return name.endswith(".mpy") and "/" not in name and name not in LIBRARY


def read(compiled: Path) -> dict[str, bytes]:
    """The files of a node's version from a folder that torpor_tools.provision.firmware filled."""
    found = (path for path in sorted(compiled.rglob("*")) if path.is_file())
    out = {path.relative_to(compiled).as_posix(): path.read_bytes() for path in found}
    del out["boot.py"]  # the board's own enters a slot
    return out


def as_json(config: dict[str, Any]) -> bytes:
    """config.json, the same bytes for the same configuration."""
    return json.dumps(config, separators=(",", ":")).encode()
