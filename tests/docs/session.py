"""A reader at work: a folder like a checkout, a shell, and what the page's commands speak to.

/dev/ttyUSB0 is a mock of the boot loader for `torpor flash`, and for all else a virtual board as
that leaves one; /dev/ttyACM0 is an instrument behind a PTY; /tmp is a folder of the session's, and
the broker's port a free one.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from tests.conftest import CHECKOUT
from tests.docs import pages
from tests.firmware.broker import free_port
from tests.provision import made, rom
from tests.tools.ppk2_device import Device, word
from torpor_tools import cli
from torpor_tools.commands.virtual_board import FLASH_BYTES
from torpor_tools.provision import gateway_toml, layout, version
from torpor_tools.virtual.process import running

PATIENCE_S = 120
TREE = ("Makefile", "boards", "firmware", "host_sim", "pyproject.toml", "tests", "tools")
SPEED = "300"
RELAY = "uhubctl"  # of a hub that switches its ports' power; here it switches nothing
BOARD, KIT, PORT = "/dev/ttyUSB0", "/dev/ttyACM0", "1883"
BROKER = "192.0.2.1"  # on the pages; here this computer
LEVELS = ((100, 0), (1_000, 1), (1_200, 2), (3_000, 3), (100, 0))  # converter's steps, D1 D0
SAMPLES = 60_000  # of each: 3 s, and all of them must be read, for a PTY holds few


class Session:
    """The commands of one page, one after the other; a context manager."""

    def __init__(self, page: str, folder: Path) -> None:
        self.folder = folder
        self.port = str(free_port())
        for name in TREE:
            (folder / name).symlink_to(CHECKOUT / name)
        shutil.copytree(CHECKOUT / "docs", folder / "docs")
        self.flashed = folder / "docs/examples/mailbox/node.toml"
        self.behind: dict[str, str] = {}  # what stands behind the page's own names of ports
        self.open = ExitStack()
        for path in folder.glob("docs/examples/*/node.toml"):
            path.write_text(self._filled_in(path.name, path.read_text()))
        for name, text in pages.files(page).items():
            (folder / name).write_text(self._filled_in(name, text))
        made.firmware(folder).rename(folder / "ESP32_GENERIC.bin")
        (folder / "bin").mkdir()
        (folder / "bin" / RELAY).symlink_to(str(shutil.which("true")))

    def _filled_in(self, name: str, text: str) -> str:
        """A file of the page with this session's ports and broker."""
        if KIT in text:
            text = text.replace(KIT, self._there(KIT, ""))
        if name in ("bench.toml", "node.toml"):
            text = text.replace(BROKER, "127.0.0.1")
        if name == "node.toml" and PORT not in text:
            text = text.replace("[broker]", f"[broker]\nport = {self.port}")
        return text.replace(PORT, self.port)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def run(self, command: str) -> tuple[int, str]:
        """Exit status of a command and what it printed, in the page's own words."""
        typed = command.replace("/tmp/", f"{self.folder}/").replace(f":{PORT}", f":{self.port}")
        for name in (BOARD, KIT):
            if name in typed:
                typed = typed.replace(name, self._there(name, typed))
        if typed.startswith("torpor deploy ") and not _listens(int(self.port)):
            name, text = "broker.yaml", pages.files("docs/mqtt.md")["broker.yaml"]
            (self.folder / name).write_text(self._filled_in(name, text))
            self._start(f"amqtt -c {name}")
        if typed.endswith(" &"):
            self._start(typed.removesuffix(" &"))
            return 0, ""
        if typed.startswith("make "):
            typed = self._recipe(typed)
        status, printed = self._torpor(typed) if typed.startswith("torpor ") else self._shell(typed)
        for name, real in self.behind.items():
            printed = printed.replace(real, name)
        return status, printed.replace(f"{self.folder}/", "/tmp/")

    def _recipe(self, typed: str) -> str:
        """What a target comes to: our command that ends its recipe, or the recipe told."""
        told = f"{typed.replace('make', 'make --dry-run', 1)} -C {CHECKOUT}"
        status, printed = self._shell(told)
        ours = re.search(r"^\.venv/bin/(torpor .*)$", printed, re.MULTILINE)
        return ours[1] if ours and status == 0 else told

    def _torpor(self, typed: str) -> tuple[int, str]:
        """A command of ours, in this process."""
        printed = StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            status = cli.run(shlex.split(typed)[1:])
        return status, printed.getvalue()

    def _shell(self, typed: str) -> tuple[int, str]:
        """Any other."""
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.folder,
            env=self._environment(),
            text=True,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return done.returncode, done.stdout + ("" if done.returncode == 0 else done.stderr)

    def _start(self, typed: str) -> None:
        """Start what stays, and wait until it is there."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {typed}" if typed[0] != "(" else typed],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.open.callback(_end, process)
        link = re.search(r"--link (\S+)", typed)
        deadline = time.monotonic() + PATIENCE_S
        while (link and not Path(link[1]).is_symlink()) or (
            typed.startswith("amqtt ") and not _listens(int(self.port))
        ):
            assert process.poll() is None, typed
            assert time.monotonic() < deadline, typed
            time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        beside = Path(sys.executable).parent
        return {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}:{beside}:{os.environ['PATH']}",
            "PYTEST_ADDOPTS": "-p no:cacheprovider",
        }

    def _there(self, name: str, typed: str) -> str:
        """What a page's port leads to, made when it is first asked for."""
        if typed.startswith("torpor flash "):
            if config := re.search(r"--config (\S+)", typed):
                self.flashed = self.folder / config[1]
            port = self.open.enter_context(rom.running("esp32", self.folder))
            self.behind[port] = port
            self.behind = {name: port}
        elif name == KIT:
            with suppress(KeyError):
                return self.behind[KIT]
            device = self.open.enter_context(Device([_samples()]))
            self.behind[KIT] = device.port
        elif not str(self.behind.get(name, "")).endswith("/board"):
            self.behind[name] = self._flashed_board()
        return self.behind[name]

    def _flashed_board(self) -> str:
        """A virtual board with the files that torpor flash gives to one."""
        config = version.as_json(gateway_toml.load(self.flashed).config)
        image = self.folder / "flash"
        image.write_bytes(layout.file_system(version.files(config), FLASH_BYTES))
        link = self.folder / "board"
        self.open.enter_context(running(link, "--image", str(image), "--speed", SPEED))
        return str(link)


def _samples() -> bytes:
    """Five stretches of a wake, and what the node's marker pins say of each."""
    parts = [
        word(adc, 2, i, logic)
        for row, (adc, logic) in enumerate(LEVELS)
        for i in range(row * SAMPLES, (row + 1) * SAMPLES)
    ]
    return b"".join(parts)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
