"""The door of all that is read: regular files of a size that can be; every fault is one line.

A pipe, a terminal or a device may never end, so none is opened. Within `remembered()` each file
that was opened is known, so that no output takes its place.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from host_sim.errors import BadInput

TEXT_BYTES = 1 << 18  # of what a person writes: the longest file that ships has 8 kB
KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)

File = tuple[int, int]  # device and inode

_read: list[set[File]] = []  # of each `remembered()` that lasts


@contextmanager
def remembered() -> Iterator[None]:
    """Know the files that are opened from here on, until the end."""
    _read.append(set())
    try:
        yield
    finally:
        _read.pop()


def was_read(file: os.stat_result) -> bool:
    """Whether a file was opened by this door, as far as that is remembered."""
    return any((file.st_dev, file.st_ino) in seen for seen in _read)


def named(path: Path) -> None:
    """BadInput for a name that no message, table or digest could repeat."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput("its name is not UTF-8", where=path, remedy="rename it") from None


def kind(file: os.stat_result) -> str:
    """What a file is that is no regular one, in words; else nothing."""
    return next((what for is_it, what in KINDS if is_it(file.st_mode)), "")


def check(path: Path, most_bytes: int | None = None) -> None:
    """BadInput for what cannot be read, is no regular file, or has more bytes than this."""
    named(path)
    try:
        found = path.stat()
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if what := kind(found):
        raise BadInput(what, where=path, remedy="name a file")
    if not readable:
        raise BadInput("you may not read it", where=path, remedy="name a readable file")
    if most_bytes is not None and found.st_size > most_bytes:
        raise _large(path, most_bytes)


@contextmanager
def opened(path: Path, most_bytes: int | None = None) -> Iterator[BinaryIO]:
    """The bytes of a file; BadInput as check() has it, and where reading fails within."""
    try:
        with open(descriptor(path, most_bytes), "rb") as file:
            yield file
    except OSError as error:
        raise unreadable(path, error) from None


def descriptor(path: Path, most_bytes: int | None = None) -> int:
    """The same as a number, which the caller closes."""
    check(path, most_bytes)
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(path, error) from None
    found = os.fstat(number)
    for seen in _read:
        seen.add((found.st_dev, found.st_ino))
    return number


def data(path: Path, most_bytes: int) -> bytes:
    """All bytes of a file, of so many at most."""
    with opened(path, most_bytes) as file:
        found = file.read(most_bytes + 1)
    if len(found) > most_bytes:  # it grew, or did not tell its length
        raise _large(path, most_bytes)
    return found


def text(path: Path, most_bytes: int = TEXT_BYTES, remedy: str = "start from a shipped one") -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    BadInput for an empty one, with what to do about that.
    """
    try:
        found = data(path, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("not a UTF-8 text file", where=path, remedy="save it as UTF-8") from None
    if not found.strip():
        raise BadInput("the file is empty", where=path, remedy=remedy)
    return found.replace("\r\n", "\n").replace("\r", "\n")


def unreadable(path: Path, error: OSError | ValueError) -> BadInput:
    """What to say where the system refuses."""
    if isinstance(error, FileNotFoundError):
        return BadInput("no such file", where=path, remedy="check the path")
    why = error.strerror if isinstance(error, OSError) else "a name with a zero byte"
    return BadInput(f"cannot be read ({why})", where=path, remedy="name a readable file")


def _large(path: Path, most_bytes: int) -> BadInput:
    what = f"has more than {most_bytes:,} bytes"
    return BadInput(what, where=path, remedy="such a file is smaller: is it this one?")


def sha256(path: Path) -> str:
    """Of the file as it is, to cite it by."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
