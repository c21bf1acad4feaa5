"""One broker for all tests of the folder, a chip that reports to it, and one of fakes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.firmware import rig
from tests.firmware.broker import Broker
from tests.firmware.chip import Chip, garden


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with Broker() as started:
        yield started


@pytest.fixture
def chip(tmp_path: Path, broker: Broker) -> Chip:
    """A garden sensor whose power is about to be switched on; its name is the test's."""
    return Chip(tmp_path, garden(broker.port, tmp_path.name))


@pytest.fixture
def state() -> dict[str, Any]:
    """Of the chip that the fakes are (rig.py), its power just switched on."""
    return rig.power_on()
