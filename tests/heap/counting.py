"""What the heap of a node holds at its fullest, counted on the very files, by image and part.

The 32-bit interpreter's own collector frees what WebAssembly keeps in locals (tests.interpreters).
So the host lends a hand at each count: it shows the collector the frames of functions that run,
clears what lies below the stack's end, and puts memory back as it was: nothing is ever freed.

What MicroPython holds for the file system before boot.py, and a file that is open, is of the 64-bit
interpreter, the only one with LittleFS; on a chip it is less.
"""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import wasmtime

from host_sim.files import scratch
from host_sim.hardware.heap import COUNTED, NODE, PARTS, parsed_bytes
from tests import interpreters
from tests.heap import nodes
from tests.start.counting import write
from tests.unix import micropython
from torpor.policy import report
from torpor_tools.provision import firmware, romfs, version

HERE = Path(__file__).parent
HEAP = {"wasm": "1M", "unix": "4M"}
BLOCK = 16
STEP_BYTES = 256  # of the bisection
PRICES = 3
# Held or not for a number that looks like an address, as that of a file (its inode) or one in the
# record may, which differs from run to run; seen were 192 and 1,824. The node is counted so much
# larger.
BY_CHANCE_BYTES = 2_048
STACK_BYTES = 16_384  # of 64 KB; more than any of these programs takes
ANSWER_AT = 3  # the word of a bytearray that says where its bytes are (py/objarray.h)
FILE_SYSTEM = """
import gc, vfs
class Flash:
    data = bytearray(64 * 4096)
    def readblocks(self, block, buffer, at=0):
        buffer[:] = self.data[block * 4096 + at : block * 4096 + at + len(buffer)]
    def writeblocks(self, block, buffer, at=0):
        self.data[block * 4096 + at : block * 4096 + at + len(buffer)] = buffer
    def ioctl(self, what, argument):
        return {4: 64, 5: 4096}.get(what, 0)
flash = Flash()
vfs.VfsLfs2.mkfs(flash)
gc.collect()
before = gc.mem_alloc()
vfs.mount(vfs.VfsLfs2(flash), "/flash")
file = open("/flash/config.json", "w")
gc.collect()
print(gc.mem_alloc() - before)
"""


class Counted(NamedTuple):
    """Bytes at the fullest, at the end, and of the program itself; what RTC memory then holds."""

    fullest: int
    at_end: int
    began: int
    where: str
    kept: str


def counted() -> dict[str, dict[str, int]]:
    """By image and part."""
    return {image: _parts(image) for image in dict.fromkeys(COUNTED.values())}


def _parts(image: str) -> dict[str, int]:
    """A part is what the node holds more at its fullest, or at the end, if that is more.

    Fullest is when it retains or sends; what is loaded later counts as if it had been there.
    """
    out = {NODE: of(nodes.least(), image).fullest - parsed_bytes(nodes.least())}
    out[NODE] += file_system_bytes() + BY_CHANCE_BYTES
    for part in PARTS:
        having, without = (of(config, image) for config in nodes.pair(part))
        more = max(having.fullest - without.fullest, having.at_end - without.at_end)
        config, other = map(parsed_bytes, nodes.pair(part))
        out[part] = max(0, more - config + other)
    return out


def of(config: Mapping[str, Any], image: str = "files", kept: str = "") -> Counted:
    """Of one configuration; with what RTC memory `kept`, of a wake from deep sleep.

    Of some with other prices the least: a number that looks like an object's address holds that,
    1.8 KB at worst.
    """
    return min(
        _of(version.as_json(_priced(config, 2 * more)), image, kept) for more in range(PRICES)
    )


def _priced(config: Mapping[str, Any], more_uc: int) -> dict[str, Any]:
    """The same with another price: other numbers in the record and other check sums."""
    backoff = config["backoff"]
    return {**config, "backoff": {**backoff, "start_uc": backoff["start_uc"] + more_uc}}


@cache
def _of(text: bytes, image: str, kept: str) -> Counted:
    with scratch.folder() as folder:
        _lay_out(folder, text, image, kept)
        args = _args(json.loads(text), image)
        done = interpreters.wasm(folder, "chip", args, HEAP["wasm"], Collector())
        return _read(done.stdout, folder)


def file_system_bytes() -> int:
    """What a mounted file system and an open file hold."""
    return int(_unix_lines(["-c", FILE_SYSTEM], HERE)[0])


def of_64_bits(config: Mapping[str, Any], image: str = "files") -> tuple[Counted, int]:
    """The same of the 64-bit interpreter; and the least heap that it goes through in, by bisection.

    Of that, too, what the program itself holds is taken off, and the collector's tables. It differs
    from run to run, as addresses do: by them the heap is left in other pieces.
    """
    with scratch.folder() as folder:
        _lay_out(folder, version.as_json(dict(config)), image, "")
        lines = _unix(folder, _args(config, image), HEAP["unix"])
        counted = _read("\n".join(lines), folder)
        few, enough = counted.began, 4 * counted.fullest
        while enough - few > STEP_BYTES:
            heap = (few + enough) // 2
            through = _goes_through(folder, _args(config, image, "no"), heap)
            few, enough = (few, heap) if through else (heap, enough)
        return counted, enough * 256 // 259 - counted.began  # 3 bits of table a block of 32 bytes


def _goes_through(folder: Path, args: tuple[str, ...], heap_bytes: int) -> bool:
    """Whether nothing fails in a heap so small: neither the program, nor by the node's log."""
    log = folder / "flash" / "a" / "torpor.log"
    log.unlink(missing_ok=True)
    return len(_unix(folder, args, str(heap_bytes))) > 1 and not log.exists()


def _unix(folder: Path, args: tuple[str, ...], heap: str) -> list[str]:
    return _unix_lines(["-X", f"heapsize={heap}", "-m", "chip", *args], folder)


def _args(config: Mapping[str, Any], image: str, counts: str = "yes") -> tuple[str, ...]:
    names = [len(channel["name"]) for channel in config["channels"]]
    return image, str(report.CAPACITY), str(names.index(max(names))), counts


def _read(text: str, folder: Path) -> Counted:
    log = folder / "flash" / "a" / "torpor.log"
    lines = text.splitlines()
    assert not log.exists(), log.read_text()
    assert lines, "it ended early: a stub of chip.py lacks what is asked of it"
    fullest, at_end, began, where = lines[0].split(" ", 3)
    kept = lines[1] if len(lines) > 1 else ""
    return Counted(int(fullest), int(at_end), int(began), where, kept)


def _unix_lines(args: list[str], folder: Path) -> list[str]:
    command = [micropython(), *args]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    return done.stdout.splitlines()


def _lay_out(folder: Path, config: bytes, image: str, kept: str) -> None:
    """The files of a board, and the program that stands for it."""
    files = {**_compiled(), version.CONFIG: config}
    firmware.compile_file(HERE / "chip.py", Path("chip.py"), folder)
    left = files = version.fitting(files, json.loads(config) if image == "files" else {})
    if image == "romfs":
        left = version.without_library(files)
        (folder / "rom.img").write_bytes(romfs.image(version.in_rom()))
    slot = version.SLOTS[0]
    flashed = {f"{slot}/{name}": data for name, data in left.items()}
    flashed["boot.py"] = version.pointer(slot, library=image == "files")
    write(folder / "flash", flashed)
    (folder / "kept").write_text(kept)


@cache
def _compiled() -> dict[str, bytes]:
    """A version's files, rescue.py among them as bytecode.

    Of what is compiled on the way this collector takes 4.6 KB for held; the 64-bit interpreter, by
    its own, holds 32 bytes more of rescue.py as text. Little else is held as that is compiled.
    """
    files = version.files(None)
    name = firmware.RESCUE.name
    with scratch.folder() as folder:
        made = firmware.compile_file(firmware.RESCUE, Path(name), folder, files.pop(name).decode())
        return {**files, made.name: made.read_bytes()}


class Collector:
    """What the host does for chip.py's collected()."""

    def __init__(self) -> None:
        self.saved = bytearray()
        self.answer_at = 0

    def __call__(self, caller: wasmtime.Caller, name: str, text: str) -> None:
        """Begin a collection, or undo it and tell what was left."""
        memory = interpreters.memory(caller)
        if name == "begin":
            function, answer = map(int, text.split())
            stack = caller["stack"]
            assert isinstance(stack, wasmtime.Global)
            end = int(stack.value(caller))
            memory.write(caller, bytes(STACK_BYTES), end - STACK_BYTES)
            self.saved = memory.read(caller, 0, memory.data_len(caller))
            words = np.frombuffer(self.saved, dtype="<u4")
            self.answer_at = int(words[answer // 4 + ANSWER_AT])
            memory.write(caller, _frames(words, words[function // 4]), self.answer_at)
        else:
            memory.write(caller, self.saved, 0)
            memory.write(caller, text.rjust(8).encode(), self.answer_at)


def _frames(words: "np.ndarray[Any, np.dtype[np.uint32]]", kind: int) -> bytes:
    """Addresses of the frames of functions that run: what begins with a function's address.

    `kind` is that of functions, with whose address each of those begins.
    """
    begins = words[:: BLOCK // 4]
    found = np.nonzero((begins % BLOCK == 0) & (begins > 0) & (begins < 4 * len(words)))[0]
    found = found[words[begins[found] // 4] == kind]
    return bytes((found * BLOCK).astype("<u4").tobytes())
