"""Bringing the version on a board up to date: what differs is sent, then the board is switched.

The node's own version is never touched. The other slot is made equal to what is wanted, checked by
hash on the board, and only then boot.py is replaced. So the line may be cut anywhere: the board
starts the old version or the new one, and the next try finds what has arrived already. The new one
is on trial where there is an old one to go back to.
"""

import ast
import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Protocol

from host_sim.errors import BadInput
from host_sim.progress import Progress
from torpor import __version__
from torpor.link import NAMESPACE
from torpor_tools.provision import version
from torpor_tools.provision.binary import NEEDS, too_old
from torpor_tools.provision.node_toml import Provision
from torpor_tools.provision.way import GATEWAY

LOG = "torpor.log"  # the node's own, beside the files of its version
ASIDE = "/new"
CHUNK = 768  # bytes of a file in one program, 1,024 characters
SPACES = (NAMESPACE, NAMESPACE + "2")  # of secrets: as a version's files, never in place


class Board(Protocol):
    """A board at its REPL, where agent.py has run."""

    port: str

    def exec(self, program: str) -> str:
        """Run a program; what it printed."""


@dataclass
class Sent:
    """What a deployment did."""

    slot: str
    sent: dict[str, int] = field(default_factory=dict)  # bytes by file
    copied: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    switched: bool = False
    on_trial: bool = False
    before: str = ""  # how the trial before it ended


def deploy(
    board: Board,
    files: dict[str, bytes],
    node: Provision | None,
    progress: Progress,
    override: bool = False,
    trial: bool = True,
) -> Sent:
    """Have a board run these files, with this node's configuration, theirs or the one it has.

    Files come before what is frozen (MicroPython 1.29, py/runtime.c:148), so a library that the
    board has frozen is not sent, unless it is to be overridden. Without `trial` they are the
    node's own at once.
    """
    check_version(board)
    if not override and _is_frozen(board):
        files = version.without_library(files)
    active, tried = _slots(board)
    before = board.exec("print_trial()").strip()
    here = _digests(board, active) if active else {}
    sources = {digest: f"/{active}/{name}" for name, digest in here.items()}
    config = _config(tried or active)
    asked = node.config if node else _asked(board, files, config)
    if asked.get("kind") == GATEWAY:
        version.refuse_frozen(bool(board.exec("print_frozen(['.frozen'])").strip()), board.port)
    files = version.fitting(files, asked)
    unhidden = ""  # the namespace that secrets are yet to be put into
    if node:
        config_json, unhidden = _configured(board, node, _config(active))
        files = {**files, **node.modules, version.CONFIG: config_json}
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    slot = version.other(active or version.SLOTS[1])
    there = _digests(board, slot)
    held = there if tried else here
    for name in filter(version.is_own, () if node else held):  # with its configuration they stay
        wanted[name] = held[name]
        sources[held[name]] = f"/{tried or active}/{name}"
    if version.CONFIG not in files and (kept := board.exec(f"print_digest({config!r})").split()):
        wanted[version.CONFIG] = kept[0]
        sources[kept[0]] = config
    same = {name: held[name] for name in held if name != LOG} == wanted and not unhidden
    if active and same and _enters(board, active, tried, wanted):
        if tried:
            _begin_trial(board, wanted)  # that it was interrupted is not its fault
        return Sent(tried or active, kept=sorted(wanted), on_trial=bool(tried), before=before)
    if tried:
        board.exec("os.rename('/boot.back', '/boot.py')")
    if node and unhidden:  # not before: the version on trial may have its own there
        board.exec(f"hide({unhidden!r}, {node.secrets!r})")
    kept_here = sorted(name for name in wanted if there.get(name) == wanted[name])
    done = Sent(slot, kept=kept_here, before=before)
    _fill(board, done, wanted, files, sources, progress)
    done.on_trial = trial and version.CONFIG in here  # else it could not go back
    _switch(board, done, wanted)
    return done


def _fill(
    board: Board,
    done: Sent,
    wanted: dict[str, str],
    files: dict[str, bytes],
    sources: dict[str, str],
    progress: Progress,
) -> None:
    """Make a slot equal to what is wanted, its files by their digest, and prove it."""
    slot = done.slot
    board.exec(
        f"clear('/{slot}', {[f'/{slot}/{name}' for name in done.kept]!r})\nclear({ASIDE!r}, [])"
    )
    for number, name in enumerate(sorted(wanted.keys() - set(done.kept))):
        progress(number / len(wanted))
        path = f"/{slot}/{name}"
        if wanted[name] in sources:
            board.exec(f"copy({sources[wanted[name]]!r}, {path!r})")
            done.copied.append(name)
        else:
            _send(board, path, files[name])
            done.sent[name] = len(files[name])
    if _digests(board, slot) != wanted:
        raise BadInput("what arrived is not what was sent", where=board.port, remedy="try again")
    board.exec(f"anew('/{slot}', {ASIDE!r})")


def _switch(board: Board, done: Sent, wanted: dict[str, str]) -> None:
    """Have the next start enter a slot, for good or on trial."""
    own = version.pointer(done.slot, version.LINKED[0] in wanted)
    if done.on_trial:
        _send(board, "/boot.own", own)
        board.exec("copy('/boot.py', '/boot.back')")
        _begin_trial(board, wanted)
    _send(board, "/boot.new", version.on_trial(done.slot) if done.on_trial else own)
    board.exec("switch()")
    done.switched = True
    if not done.on_trial:  # which does that in the end
        board.exec(f"remove('/{LOG}')")  # of starts before there was a version
        board.exec("compact()")


def _begin_trial(board: Board, wanted: dict[str, str]) -> None:
    """Have nothing happened on a trial yet."""
    _send(board, "/trial", version.digest(wanted).encode() + b"\n")


def check_version(board: Board) -> None:
    """Refuse a MicroPython that the firmware cannot run on."""
    told: tuple[Any, ...] = ast.literal_eval(
        board.exec("import sys\nprint(tuple(sys.implementation.version))")
    )
    text = "-".join((".".join(map(str, told[:3])), *filter(None, told[3:])))
    if too_old(tuple(told[:3]), text):
        needed = ".".join(map(str, NEEDS))
        what = f"runs MicroPython {text}; Torpor needs {needed} or later, and 1"
        raise BadInput(what, where=board.port, remedy="torpor flash")


def _is_frozen(board: Board) -> bool:
    """Whether its MicroPython holds this library. BadInput where it holds another version's."""
    frozen = board.exec("print_frozen()").strip()
    if frozen not in ("", __version__):
        what = f"has Torpor {frozen} frozen, and this is {__version__}"
        remedy = "flash a MicroPython built with this one, or give --files"
        raise BadInput(what, where=board.port, remedy=remedy)
    return bool(frozen)


def _slots(board: Board) -> tuple[str | None, str | None]:
    """The slot of the node's own version and the one on trial, by boot.py; None for none."""
    own, tried, *_ = *board.exec("print_slots()").split(), None, None
    return own, tried


def _enters(board: Board, own: str, tried: str | None, wanted: dict[str, str]) -> bool:
    """Whether boot.py is as it is written today."""
    text = version.on_trial(tried) if tried else version.pointer(own, version.LINKED[0] in wanted)
    return board.exec("print_digest('/boot.py')").strip() == hashlib.sha256(text).hexdigest()


def _config(slot: str | None) -> str:
    """Where the configuration of a slot lies, or of a board filled by hand."""
    return f"/{slot}/{version.CONFIG}" if slot else f"/{version.CONFIG}"


def _digests(board: Board, slot: str) -> dict[str, str]:
    """SHA-256 of each file in a slot."""
    lines = board.exec(f"print_digests('/{slot}')").splitlines()
    pairs = (line.split(" ", 1) for line in lines)
    return {path.removeprefix(f"/{slot}/"): digest for digest, path in pairs}


def _asked(board: Board, files: dict[str, bytes], config: str) -> dict[str, Any]:
    """The configuration among the files, or what of the board's decides on them; else empty."""
    told = files.get(version.CONFIG) or board.exec(f"print_asked({config!r})")
    asked: dict[str, Any] = json.loads(told)
    return asked


def _configured(board: Board, node: Provision, config: str) -> tuple[bytes, str]:
    """The node's config.json, and the namespace that it names, "" where its secrets are in there.

    Those of the running version stay: it may have to start once more.
    """
    space = board.exec(f"print_space({config!r})").strip()
    hidden = _hides(board, space, node)
    if not hidden:
        space = SPACES[space == SPACES[0]]
        hidden = _hides(board, space, node)
    named = {} if space == SPACES[0] else {"secrets": space}
    return version.as_json({**node.config, **named}), "" if hidden else space


def _hides(board: Board, space: str, node: Provision) -> bool:
    """Whether the secrets in a namespace of the board are a node's."""
    return board.exec(f"print(hidden({space!r}) == {node.secrets!r})").strip() == "True"


def _send(board: Board, path: str, data: bytes) -> None:
    board.exec(f"file = put({path!r})")
    for start in range(0, len(data), CHUNK):
        text = b64encode(data[start : start + CHUNK]).decode()
        board.exec(f"file.write(a2b_base64('{text}'))")
    board.exec("file.close()")
