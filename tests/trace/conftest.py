"""A recording's file, and its reading."""

from pathlib import Path

import pytest

from host_sim.trace import reader
from host_sim.trace.recording import Recording


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recording"


def read(path: Path, data: bytes, **by_user: str | float) -> Recording:
    path.write_bytes(data)
    return reader.read(path, **by_user)  # type: ignore[arg-type]
