"""Processes that simulate: each started clean, deaf to Ctrl-C, and none left when it is over."""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from host_sim.errors import BadInput


@contextmanager
def workers(count: int, remedy: str) -> Iterator[ProcessPoolExecutor]:
    """So many of them; BadInput with this remedy where one was killed."""
    spawn = multiprocessing.get_context("spawn")  # a fork of what has threads may hang
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_deaf)
    try:
        yield pool
    except BrokenProcessPool:
        raise BadInput("a process that simulated was killed", remedy=remedy) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()


def _deaf() -> None:
    """Ctrl-C is for the process that started this one, and ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
