"""A board that is lent: it runs another node for a while, and then its own again.

That node lies in the slot which the board's own does not run from; its boot.py lies beside as
/boot.was, and is put back. Where this is cut off, the next time finds it there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from host_sim.errors import BadInput
from tools.hil.faults.programs import CLEAN
from tools.hil.node import Node
from tools.provision.repl import AGENT

LEND = """
try:
    os.rename("/boot.was", "/boot.py")  # of what was cut off
except OSError:
    pass
try:
    copy("/boot.py", "/boot.was")
except OSError:
    put("/boot.was").close()
"""
GIVE_BACK = """
os.rename("/boot.was", "/boot.py")
clear("{folder}", [])
memory = machine.RTC()
memory.memory(memory.memory()[:1])
"""
FILES = "for path, is_folder in walk('{folder}'):\n    if not is_folder: print(path)"
ON_TRIAL = "print({'boot.own', 'boot.back'} <= set(os.listdir('/')))"


class Guest(NamedTuple):
    """The node on a board that is lent: the folder that it lies in, and its files there."""

    folder: str
    files: list[str]


@contextmanager
def lent(node: Node, config: dict[str, Any]) -> Iterator[Guest]:
    """A board with this node on it, to be started."""
    node.interrupt()
    node.exec(AGENT)
    if node.exec(ON_TRIAL).strip() == "True":
        remedy = "wait until torpor deploy tells how it ends"
        raise BadInput("a version is on trial", where=node.port, remedy=remedy)
    node.exec(LEND + CLEAN)
    folder = "/none"
    try:
        node.deploy(config)
        folder = node.exec("import os\nprint(os.getcwd())").strip()
        node.exec(AGENT)
        paths = node.exec(FILES.format(folder=folder)).split()
        yield Guest(folder, sorted(path[len(folder) + 1 :] for path in paths))
    finally:
        node.interrupt()
        node.exec(AGENT)
        node.exec(GIVE_BACK.format(folder=folder) + CLEAN)
        node.start()
