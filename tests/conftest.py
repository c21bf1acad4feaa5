"""Fixtures that several folders share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from torpor_tools.hil.node import Node
from torpor_tools.provision.repl import AGENT

CHECKOUT = Path(__file__).parent.parent
# How long an example takes is the machine's: on a busy one each may take a second.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


def sources(tree: Path = CHECKOUT) -> str:
    """The PYTHONPATH of a checkout."""
    return os.pathsep.join(str(tree / folder) for folder in (".", "firmware", "tools"))


def data() -> Path:
    """The recordings that are not shipped: TORPOR_DATA, or ../shared/data beside the checkout."""
    return Path(os.environ.get("TORPOR_DATA", CHECKOUT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Their folder, where there is one."""
    folder = data()
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}; set TORPOR_DATA to their folder")
    return folder


@pytest.fixture(scope="module")
def resting(torpor_node: Node) -> Iterator[None]:
    """When a module's tests are over, the node waits at its REPL: a virtual board takes a core."""
    yield
    torpor_node.interrupt()
    torpor_node.exec(AGENT)  # its watchdog would start it again
