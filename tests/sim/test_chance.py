"""Chance: the generator that POSIX names, from the start that it names for a seed."""

import ctypes

from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine import chance


@given(st.integers(0, 2**31 - 1))
def test_it_draws_what_the_c_library_draws(seed: int) -> None:
    library = ctypes.CDLL(None)
    library.drand48.restype = ctypes.c_double
    library.srand48(ctypes.c_long(seed))
    at = chance.start(seed)
    for _ in range(20):
        at = (at * chance.FACTOR + chance.ADDEND) & chance.MASK
        assert at / 2**48 == library.drand48()
