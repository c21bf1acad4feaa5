"""A board that is lent: it runs another node for a while, and then its own again.

That node lies in the slot which the board's own does not run from; its boot.py lies beside as
/boot.was, and is put back. Where this is cut off, the next time finds it there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from host_sim.errors import BadInput
from torpor_tools.hil.faults.guest import Guest
from torpor_tools.hil.faults.programs import CLEAN
from torpor_tools.hil.node import Node
from torpor_tools.provision.repl import AGENT

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
FILES = """
print("/boot.py", os.stat("/boot.py")[6])
for path, is_folder in walk("{folder}"):
    if not is_folder: print(path, os.stat(path)[6])
"""
ON_TRIAL = "print({'boot.own', 'boot.back'} <= set(os.listdir('/')))"


@contextmanager
def lent(node: Node, config: dict[str, Any]) -> Iterator[Guest]:
    """A board with this node on it, to be started."""
    node.interrupt(anew=False)
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
        lines = node.exec(FILES.format(folder=folder)).splitlines()
        guest = Guest(folder, {})
        for path, size in sorted(line.rsplit(" ", 1) for line in lines):
            guest.sizes[guest.name(path)] = int(size)
        yield guest
    finally:
        node.interrupt(anew=False)
        node.exec(AGENT)
        node.exec(GIVE_BACK.format(folder=folder) + CLEAN)
        node.start()
