"""The door of all that is written: beside its place, synced, and moved there when it is whole.

So a failure leaves what stood there before, and nothing besides. No output replaces an input or a
file of Torpor's own; what else stands there is asked for by `claim`, before the work.
"""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.files import inputs

ELSEWHERE = "choose another place"
PROJECT = Path(__file__).resolve().parents[2]
# Of the checkout, or of what was installed from it.
OWN_FOLDERS = ("boards", "docs", "firmware", "host_sim", "tests", "tools", "torpor", ".ci", ".git")
OWN_FILES = (
    "*.md",
    "*.toml",
    "*.in",
    "action.yml",
    "requirements*",
    "LICENSE",
    "Makefile",
    ".gitignore",
)
LOOKED_AT = 1 << 12  # bytes at a file's start and end, to know whose it is

Made = Callable[[bytes], bool]  # whether a file that begins and ends so is one that Torpor made


def nobodys(data: bytes) -> bool:
    """For files that carry no sign of who made them."""
    return False


def begins(start: bytes) -> Made:
    """Whether a file begins so."""
    return lambda data: data.startswith(start)


def claim(
    path: Path,
    sources: Iterable[Path] = (),
    *,
    force: bool = False,
    made: Made = nobodys,
    renewed: bool = False,
) -> None:
    """Fail before the work, not after it, where an output must not or cannot be written.

    A file that stands there already is replaced if it is one that Torpor made, or by `force`.
    `renewed` is for what a command reads in order to write it anew.
    """
    target = _target(path)
    if not target.parent.is_dir():
        raise BadInput("its folder does not exist", where=path, remedy="create it first")
    _spare(path, target, renewed)
    if target.exists():
        if any(file.exists() and target.samefile(file) for file in sources):
            raise _input(path)
        if not (force or made(_ends(target))):
            remedy = "name another file, or give --force to replace it"
            what = "exists" if made is nobodys else "exists, and Torpor did not make it"
            raise BadInput(what, where=path, remedy=remedy)
    attempt(path, target)


def attempt(path: Path, target: Path) -> None:
    """Make a file beside `target` and remove it; where that fails it is said of `path`.

    What os.access() allows the superuser a file system may still refuse.
    """
    with blamed(path), _new(target):
        pass


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new empty file beside `path`, of its ending, that takes its place when the block ends."""
    target = _target(path)
    with blamed(path), _new(target) as part:
        yield part
        _sync(part)
        _place(part, path, target, renewed=False)


def write(files: Mapping[Path, bytes], *, renewed: bool = False) -> None:
    """These files, of which none takes its place before all are whole."""
    with ExitStack() as stack:
        parts = {}
        for path, data in files.items():
            target = _target(path)
            with blamed(path):
                parts[path] = stack.enter_context(_new(target)), target
                parts[path][0].write_bytes(data)
                _sync(parts[path][0])
        for path, (part, target) in parts.items():
            with blamed(path):
                _place(part, path, target, renewed)


def within(path: Path, files: Mapping[str, bytes], *, renewed: bool = False) -> None:
    """These files in a folder, which is made where there is none, and not left empty."""
    made = not path.exists()
    try:
        with blamed(path):
            path.mkdir(parents=True, exist_ok=True)
        write({path / name: data for name, data in files.items()}, renewed=renewed)
    finally:
        if made:
            with suppress(OSError):
                path.rmdir()  # where nothing came into it


def folder(path: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with these files, by their paths in it, which is there whole or not at all."""
    part = path.with_name(f".torpor-{secrets.token_hex(6)}")
    with blamed(path):
        try:
            for name, data in files.items():
                (part / name).parent.mkdir(parents=True, exist_ok=True)
                (part / name).write_bytes(data)
                _sync(part / name)
            os.rename(part, path)
        except BaseException as error:
            shutil.rmtree(part, ignore_errors=True)
            if getattr(error, "errno", None) in (errno.EEXIST, errno.ENOTEMPTY):
                raise exists(path) from None  # another was quicker
            raise


def exists(path: Path) -> BadInput:
    """What to say where there is to be nothing yet."""
    return BadInput("exists", where=path, remedy="remove it or choose another name")


def own(path: Path) -> bool:
    """Whether a file is one of Torpor's own, which no command changes."""
    try:
        within = path.resolve().relative_to(PROJECT)
    except ValueError:
        return False
    if len(within.parts) > 1:
        return within.parts[0] in OWN_FOLDERS
    return any(within.match(pattern) for pattern in OWN_FILES)


def _target(path: Path) -> Path:
    """Where a name leads to: a link stays, and what it points at is written."""
    inputs.named(path)
    try:
        target = Path(os.path.realpath(path))
        found = target.stat()
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "a name with a zero byte"
        raise BadInput(f"cannot be written ({why})", where=path, remedy=ELSEWHERE) from None
    if what := inputs.kind(found):
        raise BadInput(what, where=path, remedy="name a file")
    if not os.access(target, os.W_OK):
        raise BadInput("cannot be written", where=path, remedy=ELSEWHERE)
    return target


def _spare(path: Path, target: Path, renewed: bool) -> None:
    """Refuse to replace what no command may."""
    with suppress(FileNotFoundError):
        if not renewed and inputs.was_read(target.stat()):
            raise _input(path)
        if own(target):
            raise BadInput("is a file of Torpor's own", where=path, remedy="name another file")


def _input(path: Path) -> BadInput:
    return BadInput("is an input of this command", where=path, remedy="name another file")


def _ends(path: Path) -> bytes:
    """The first and the last bytes of a file."""
    try:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOOKED_AT))
            return head + file.read(LOOKED_AT)
    except OSError:
        return b""


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """What the system refuses is said of this file."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise BadInput(what, where=path, remedy=ELSEWHERE) from None


@contextmanager
def _new(target: Path) -> Iterator[Path]:
    """A file beside another that nobody else has, gone at the end unless it was moved."""
    part = target.with_name(f".torpor-{secrets.token_hex(6)}{target.suffix}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        yield part
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _place(part: Path, path: Path, target: Path, renewed: bool) -> None:
    """Move a whole file to its place, with the rights of the one before it."""
    _spare(path, target, renewed)
    with suppress(FileNotFoundError):
        os.chmod(part, stat.S_IMODE(target.stat().st_mode))
    os.replace(part, target)
    with suppress(OSError):  # a file system without it
        _sync(target.parent)
