"""Bad words for each kind of parameter; the files that they name are made by `furnish`."""

import os
import socket
from pathlib import Path

import click
import numpy as np

from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording
from tests.bad import lines
from tests.provision import made
from tests.provision.conftest import NODE
from torpor_tools import params

LATIN1 = os.fsdecode(b"f\xfcr")  # a name that is not UTF-8
NO_FILES = {
    "missing": "none",
    "empty name": "",
    "folder": "folder",
    "pipe": "pipe",
    "socket": "socket",
    "endless device": "zero",
    "terminal": lines.PORT,
    "loop": "loop",
    "below a file": f"{lines.RECORDING}/x",
    "long name": "x" * 300,
    "not UTF-8": LATIN1,
    "empty": "empty",
    "zeros": "zeros",
    "random": "random",
}
NO_FOLDERS = {"empty name": "", "file": lines.RECORDING, "not UTF-8": LATIN1}
OUTPUTS = {
    "empty name": "",
    "folder": "folder",
    "no folder": "none/new",
    "below a file": f"{lines.RECORDING}/new",
    "pipe": "pipe",
    "socket": "socket",
    "endless device": "zero",
    "full device": "full",
    "loop": "loop",
    "long name": "x" * 300,
    "not UTF-8": LATIN1,
    "theirs": "theirs",
    "a link to theirs": "link",
    "Torpor's own": "own/docs/picture",
}
NAMES = {
    "unknown": "nobody",
    "empty name": "",
    "missing": "none.toml",
    "folder": "folder.toml",
    "pipe": "pipe.toml",
    "socket": "socket.toml",
    "endless device": "zero.toml",
    "loop": "loop.toml",
    "long name": "x" * 300 + ".toml",
    "not UTF-8": f"{LATIN1}.toml",
    "empty": "empty.toml",
    "zeros": "zeros.toml",
    "random": "random.toml",
    "large": "large.toml",
    "deep": "deep.toml",
    "nested": "nested.toml",
    "Latin-1": "latin.toml",
}
PORTS = {
    "missing": "none",
    "empty name": "",
    "folder": "folder",
    "file": lines.RECORDING,
    "pipe": "pipe",
    "socket": "socket",
    "no terminal": "zero",
    "loop": "loop",
    "not UTF-8": LATIN1,
}
TEXTS = {"two lines": "a\nb", "not UTF-8": LATIN1, "a sign of control": "a\x07b"}
NO_NUMBERS = ("", "x", "nan", "inf", "-inf", "1e999", "1,5", "0x10", LATIN1)
NO_INTEGERS = (*NO_NUMBERS, "1.5", "1e3", "9" * 400)


def bad(kind: click.ParamType) -> dict[str, str]:  # type: ignore[type-arg]
    """Words that a parameter of this kind must refuse, by what is wrong with them.

    A kind that nobody has thought of is none: declare it in torpor_tools.params.
    """
    if isinstance(kind, params.Output):
        ending = kind.endings[0] if kind.endings else ""
        return {what: word and f"{word}{ending}" for what, word in OUTPUTS.items()}
    if isinstance(kind, params.Number):
        beyond = (kind.least - 1, kind.most * 2, kind.least - 1e-3)
        return {word: word for word in (*NO_NUMBERS, *map(str, beyond))}
    if isinstance(kind, click.IntRange):
        ends = [str(end + by) for end, by in ((kind.min, -1), (kind.max, 1)) if end is not None]
        return {word[:20]: word for word in (*NO_INTEGERS, *ends)}
    if isinstance(kind, click.Choice):
        return {word: word for word in ("", "nobody", LATIN1)}
    for of, words in (
        (params.Input, NO_FILES),
        (params.Kept, {what: NO_FILES[what] for what in NO_FILES if what != "missing"}),
        (params.Link, {what: OUTPUTS[what] for what in OUTPUTS if "own" not in what}),
        (params.Folder, {**NO_FOLDERS, "pipe": "pipe"}),
        (params.Recordings, {**NO_FOLDERS, "missing": "none"}),
        (params.Name, NAMES),
        (params.Port, PORTS),
        (params.Text, TEXTS),
    ):
        if isinstance(kind, of):
            return dict(words)
    raise NotImplementedError(f"what is bad for {kind!r}?")


def furnish(folder: Path, terminal: str) -> None:
    """Make the good files of lines.py, and the bad ones."""
    ua = np.repeat([100.0, 50_000.0, 100.0], [1500, 1000, 1500]).astype(np.float32)
    ppk2.write(folder / lines.RECORDING, Recording("test", 1000.0, ua))
    (folder / lines.NODE).write_text(NODE)
    (folder / lines.BENCH).write_text('[wifi]\nssid = "home"\n')
    (folder / lines.FLEET).write_text('title = "two"\nscenario = "door"\ncount = 1\ndays = 0.1\n')
    (folder / lines.SAMPLES).write_text("1\n2\n3\n")
    made.firmware(folder)
    (folder / lines.PORT).symlink_to(terminal)
    contents = {
        "empty": b"",
        "zeros": bytes(5000),
        "random": np.random.default_rng(1).bytes(5000),
        "large": b"# " + b"x" * 600_000,
        "deep": b"a." * 50_000 + b"b = 1\n",
        "nested": b"a = " + b"[" * 50_000,
        "latin": "title = 'für'".encode("latin-1"),
        "theirs": b"mine, and not to be lost",
    }
    endings = _endings()
    for ending in endings:
        for name, data in contents.items():
            (folder / f"{name}{ending}").write_bytes(data)
        (folder / f"folder{ending}").mkdir()
        os.mkfifo(folder / f"pipe{ending}")
        (folder / f"zero{ending}").symlink_to("/dev/zero")
        (folder / f"full{ending}").symlink_to("/dev/full")
        (folder / f"loop{ending}").symlink_to(f"loop{ending}")
        (folder / f"link{ending}").symlink_to(f"theirs{ending}")
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(folder / f"socket{ending}"))
        own = folder / "own" / "docs" / f"picture{ending}"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(b"ships with it")


def _endings() -> set[str]:
    kinds = [param.type for line in lines.lines() for param in line.command.params]
    first = {kind.endings[0] for kind in kinds if isinstance(kind, params.Output) and kind.endings}
    return {"", ".toml"} | first
