"""Ways to take a node's power and to give it back."""

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from torpor_tools.hil.bench import Relay
from torpor_tools.virtual.process import running


class Power(Protocol):
    """Off until it is switched on; both may be asked for twice."""

    def on(self) -> None:
        """Give power: the node starts."""

    def off(self) -> None:
        """Take it."""


class Switch:
    """The bench's relay."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    def on(self) -> None:
        """Run its command; CalledProcessError when that fails."""
        subprocess.run(self.relay.on, shell=True, check=True)

    def off(self) -> None:
        """Run its command; CalledProcessError when that fails."""
        subprocess.run(self.relay.off, shell=True, check=True)


class Virtual:
    """A virtual board: its power is its process, its flash an image that stays."""

    def __init__(self, folder: Path, board: str, speed: int) -> None:
        self.port = folder / "port"
        self.options = ("--board", board, "--image", str(folder / "image"), "--speed", str(speed))
        self.process = ExitStack()

    def on(self) -> None:
        """Start it, unless it runs."""
        if not self.port.is_symlink():
            self.process.enter_context(running(self.port, *self.options))

    def off(self) -> None:
        """End it."""
        self.process.close()
