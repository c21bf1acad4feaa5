"""A disk that is full: no file may have another byte, as the system itself has it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_room(most_bytes: int = 0) -> Iterator[None]:
    """Every write beyond these bytes of a file fails. SIGXFSZ is ignored by Python."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
