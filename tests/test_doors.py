"""Every file of a user's goes through host_sim/files, every port through provision/ports.py.

What opens or writes one by itself is found in the source; each that may is here with its reason.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import CHECKOUT

OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "savefig", "fdopen"}
MOVES = {("os", "replace"), ("os", "rename"), ("shutil", "move"), ("shutil", "copyfile")}
PORTS = {"Serial", "serial_for_url", "SerialTransport", "PPK2_API"}
MAY = {
    "host_sim/files/": "the doors",
    "host_sim/engine/cache.py": "compiled code, of which a part is as good as none",
    "host_sim/engine/program.py": "what ships, and what the system says of its processor",
    "host_sim/trace/draw/page.py": "what ships",
    "host_sim/world/recordings.py": "what ships",
    "host_sim/world/sound.py": "what ships",
    "host_sim/trace/columns/source.py": "a copy of what is packed, in a scratch folder",
    "host_sim/trace/formats/": "what Source opened, its members, and what the writer made beside",
    "host_sim/trace/columns/": "what Source opened",
    "host_sim/trace/cut/digest.py": "the part that outputs made",
    "host_sim/trace/fit/calibrate.py": "a scratch folder",
    "tools/torpor_tools/fakes/": "on the virtual board",
    "tools/torpor_tools/show/page/": "what ships",
    "tools/torpor_tools/virtual/": "the virtual board's own folder",
    "tools/torpor_tools/commands/virtual_board.py": "the image that it keeps others from",
    "tools/torpor_tools/hil/": "a test's log, and the port that its board was given",
    "tools/torpor_tools/provision/agent.py": "on the board",
    "tools/torpor_tools/provision/firmware.py": "what ships, and what a scratch folder has of it",
    "tools/torpor_tools/provision/fold.py": "what ships",
    "tools/torpor_tools/provision/short.py": "what ships",
    "tools/torpor_tools/provision/filesystem.py": "a file system in memory",
    "tools/torpor_tools/provision/repl.py": "its own agent.py",
    "tools/torpor_tools/provision/tidy.py": "on the board",
    "tools/torpor_tools/provision/trial.py": "on the board",
    "tools/torpor_tools/provision/version.py": "what was compiled, in a scratch folder",
    "tools/torpor_tools/provision/nvs.py": "a partition in memory",
    "tools/torpor_tools/reference.py": "the page that make reference writes",
    "tools/torpor_tools/cli.py": "the null device",
}
FILES = [
    path.relative_to(CHECKOUT).as_posix()
    for folder in ("host_sim", "tools")
    for path in sorted((CHECKOUT / folder).rglob("*.py"))
]


def calls(source: str) -> Iterator[str]:
    """What a source calls that opens, writes or moves a file, or opens a port."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        *_, last = name.split(".")
        if last in OPENS | PORTS or tuple(name.split(".")) in MOVES:
            yield name


@pytest.mark.parametrize("path", [file for file in FILES if not file.startswith(tuple(MAY))])
def test_what_a_file_opens_it_opens_by_a_door(path: str) -> None:
    found = set(calls((CHECKOUT / path).read_text(encoding="utf-8")))
    doors = {"ports.opened"} | ({"serial.Serial"} if path.endswith("/ports.py") else set())
    assert found - doors == set()


@pytest.mark.parametrize("reason", MAY)
def test_what_may_is_there(reason: str) -> None:
    assert any(path.startswith(reason) for path in FILES)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("path.open('w')", ["path.open"]),
        ("open(name)", ["open"]),
        ("figure.savefig(path)", ["figure.savefig"]),
        ("os.replace(a, b)", ["os.replace"]),
        ("text.replace('a', 'b')", []),
        ("serial.Serial(port)", ["serial.Serial"]),
        ("inputs.text(path)", []),
        ("with source.opened() as file: file.read()", []),
    ],
)
def test_the_search_sees_what_it_must(source: str, found: list[str]) -> None:
    assert list(calls(source)) == found
