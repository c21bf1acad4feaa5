"""One broker for all tests of the folder, and a chip that reports to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
