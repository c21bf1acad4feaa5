"""Fixtures that several folders share."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The recordings that are not shipped: TORPOR_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("TORPOR_DATA", CHECKOUT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}; set TORPOR_DATA to their folder")
    return folder
