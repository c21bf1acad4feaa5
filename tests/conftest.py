"""Fixtures that several folders share."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


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
