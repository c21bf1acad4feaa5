"""Compiled code on disk: compiled once, loaded by every later process.

A file is named by the key of its program, so code of another source, numba or processor is never
met. It is written beside its place and moved there when it is whole, its hash in front: processes
may build at the same time, or be killed while they do.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from host_sim.engine import program

MOST = 8  # programs kept: the oldest go when another is built
HASH_BYTES = 32


def root() -> Path:
    """Where code is kept: TORPOR_CACHE, or else a folder among the user's own."""
    named = os.environ.get("TORPOR_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "torpor"


def place() -> Path:
    """Where the code of this program is, or would be."""
    return root() / f"{program.key()}.o"


def load() -> bytes | None:
    """The code, or None where none is kept whole."""
    try:
        data = place().read_bytes()
    except OSError:
        return None
    code = data[HASH_BYTES:]
    return code if hashlib.sha256(code).digest() == data[:HASH_BYTES] else None


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time compiles; the lock of one that is killed goes with it."""
    with ExitStack() as held:
        with suppress(OSError):  # where nothing can be kept, there is nothing to wait for
            root().mkdir(parents=True, exist_ok=True)
            file = held.enter_context(open(root() / "lock", "w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(code: bytes) -> bool:
    """Keep the code, and whether that was possible: without, the next process compiles again."""
    beside = place().with_suffix(f".{os.getpid()}")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(code).digest() + code)
        beside.replace(place())
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        return False
    with suppress(FileNotFoundError):  # another process tidies up, too
        found = sorted(root().glob("*.o"), key=lambda path: path.stat().st_mtime)
        for old in found[:-MOST]:
            old.unlink()
    return True
