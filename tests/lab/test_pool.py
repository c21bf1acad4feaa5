"""Processes that simulate: what a Ctrl-C finds."""

import signal
import threading
import time
from contextlib import suppress

import pytest

from host_sim.lab import pool


def test_ctrl_c_finds_a_process_deaf_from_its_first_import_on() -> None:
    """Of what blocks it nothing runs in the process: it was born so. This one still hears."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with pool.workers(1, "") as some:
        found = some.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert signal.SIGINT in found
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert signal.SIGINT not in before


@pytest.mark.parametrize("jobs", [0, 1, 9])
def test_nothing_of_it_is_left_when_it_is_interrupted(jobs: int) -> None:
    """A thread that is left is woken as the program ends, maybe through a pipe that it closes."""
    before = set(threading.enumerate())
    with suppress(KeyboardInterrupt), pool.workers(2, "") as some:
        some.submit(int).result()
        for _ in range(jobs):
            some.submit(time.sleep, 600)
        raise KeyboardInterrupt
    assert set(threading.enumerate()) == before
