"""What a wake reads of the flash and executes, stage by stage, for each way to make an image.

The node is the garden's, with the library of one that watches besides; the wake is one by the timer
that measures and sends nothing, as most are. Flash reads are counted on the very image that `torpor
flash` writes, with the library or without; instructions as WebAssembly fuel, of the same modules. A
frozen module is executed where it lies: of its import there remain the instructions of its body.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from host_sim.files import scratch
from host_sim.hardware.start import BY_ESPNOW, IMAGES, LINK, MONITOR, OURS, WAKE, WATCHING, Work
from tests import interpreters
from tests.firmware import chip
from tests.unix import micropython
from torpor_tools.provision import filesystem, firmware, romfs, version

FLASH_BYTES = 512 * filesystem.BLOCK  # of a flash of 4 MB
# Of frozen modules, from the last mark on.
BODIES = {"imports": -7, LINK: -5, MONITOR: -3, "the gateway": -1}
HERE = Path(__file__).parent
BOOT = HERE.parents[1] / "boards" / "micropython" / "modules" / "_boot.py"


# What config.json has of a node that nothing but its timer wakes, and of one by a gateway.
ALONE: dict[str, Any] = {"pins": {}}
RELAYED = {**ALONE, "gateway": ""}


def counted() -> dict[str, dict[str, Work]]:
    """By image and stage."""
    out = {image: _image(image, ALONE) for image in IMAGES}
    relayed = _image("files", RELAYED)[LINK]
    watching = _image("files", {})
    for work in (out["files"], watching):
        work[BY_ESPNOW] = relayed
    return {name: watching if name == WATCHING["files"] else out[name] for name in OURS}


def _image(image: str, asked: dict[str, Any]) -> dict[str, Work]:
    with laid_out(image, asked) as folder:
        (folder / "kept").write_text(unix(folder, image)[-1])
        out = stages(folder, image)
    out[LINK] = _sum(out.pop(LINK), out.pop("its configuration"))
    if image != "files":
        out[BY_ESPNOW] = _sum(out[LINK], out.pop("the gateway"))
    return out


def stages(folder: Path, image: str) -> dict[str, Work]:
    """Each stage of a wake that chip.py marks, in a folder with what the last one kept."""
    *lines, modules = unix(folder, image)
    wasm = interpreters.wasm(folder, "chip", (image,))
    assert wasm.code == 0, wasm.stdout
    assert modules == wasm.stdout.strip() == "", "a wake imports " + modules
    fuel = [a - b for a, b in zip(wasm.marks[1:], wasm.marks[2:], strict=False)]
    out = {}
    for i, line in enumerate(lines):
        stage, reads, read_bytes = line.rsplit(" ", 2)
        bodies = BODIES.get(stage) if len(fuel) > len(lines) else None
        out[stage] = Work(int(reads), int(read_bytes), fuel[i if bodies is None else bodies])
    assert WAKE in out, "the node did not come as far: a stub of chip.py lacks what it asks for"
    mount = out.pop("mount")
    return out if image == "optimised" else {"mount": Work(mount.reads, mount.bytes, 0), **out}


def _sum(one: Work, other: Work) -> Work:
    return Work(one.reads + other.reads, one.bytes + other.bytes, one.fuel + other.fuel)


def unix(folder: Path, image: str) -> list[str]:
    """The lines that the program prints in the unix interpreter."""
    done = subprocess.run(
        [micropython(), "-X", "heapsize=4M", "-m", "chip", image],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@contextmanager
def laid_out(image: str, asked: dict[str, Any]) -> Iterator[Path]:
    """A folder with an image, with the same files as a folder, and with the programs.

    What is no file in a file system holds what any node needs.
    """
    every = {**version.files(None), version.CONFIG: config()}
    files = version.fitting(every, asked if image == "files" else {})
    with scratch.folder() as folder:
        firmware.compile_file(HERE / "chip.py", Path("chip.py"), folder)
        shutil.copy(BOOT, folder)
        for name in ("config.json", "main.py"):
            (folder / name).write_bytes(files[name])
        (folder / "kept").touch()
        modules = version.in_rom()
        slot = version.SLOTS[0]
        left = files if image == "files" else version.without_library(files)
        flashed = {f"{slot}/{name}": data for name, data in left.items()}
        flashed["boot.py"] = version.pointer(slot, library=image == "files")
        if image == "romfs":
            (folder / "rom.img").write_bytes(romfs.image(modules))
        elif image != "files":
            write(folder / "frozen", modules)
            firmware.fold_tree(folder / "sources")
        (folder / "flash.img").write_bytes(filesystem.image(flashed, FLASH_BYTES))
        write(folder / "flash", flashed)
        yield folder


def config() -> bytes:
    """The garden's config.json; its prices, which a start's own is among, are held fast."""
    made = chip.garden(1883)
    for task in made["tasks"]:
        task["cost_uc"] = 1_000
    made["txpower"].update(questions=7, retry_uc=900_000, burst_uc=[5_000] * 11)
    made["sleep"].update(light_ms=2, deep_ms=10_000, start_ms=300)
    made["energy"].update(start_uc=15_000, air_uc_ms=136)
    made["backoff"].update(
        rate_uc_min=370,
        cpu_uc_ms=48,
        air_uc_ms=136,
        start_uc=15_000,
        usual_ms=1_457,
        lost_ms=1_000,
    )
    return version.as_json(made)


def write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
