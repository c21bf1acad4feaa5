"""Processes that simulate: each started clean, deaf to Ctrl-C, and none left when it is over."""

import multiprocessing
import os
import signal
import threading
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
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_led)
    try:
        yield pool
    except BrokenProcessPool:
        raise BadInput("a process that simulated was killed", remedy=remedy) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()


def _led() -> None:
    """Ctrl-C is for the process that started this one; where that is killed, this one ends, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_it, daemon=True).start()


def _end_with_it() -> None:
    """Else it waited for work for ever: its own end of the queue keeps that open."""
    started_by = multiprocessing.parent_process()
    assert started_by
    started_by.join()
    os._exit(1)
