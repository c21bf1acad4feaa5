"""A folder for what is made on the way to an output."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_sim.errors import BadInput


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone at the end; BadInput where there is no room for it."""
    try:
        with tempfile.TemporaryDirectory(prefix="torpor-") as name:
            yield Path(name)
    except OSError as error:
        what = f"no room for what is made on the way ({error.strerror})"
        raise BadInput(what, where=tempfile.gettempdir(), remedy="set TMPDIR") from None
