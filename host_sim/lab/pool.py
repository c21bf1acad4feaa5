"""Processes that simulate: each started clean, deaf to Ctrl-C, and none left when it is over."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess

from host_sim.errors import BadInput


@contextmanager
def workers(count: int, remedy: str) -> Iterator[ProcessPoolExecutor]:
    """So many of them; BadInput with this remedy where one was killed."""
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(count, mp_context=_Spawn(), initializer=_led)
    try:
        yield pool
    except BrokenProcessPool:
        raise BadInput("a process that simulated was killed", remedy=remedy) from None
    finally:
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()
        pool.shutdown(cancel_futures=True)  # its thread, too: else the program's end may race it


class _Deaf(SpawnProcess):
    """It inherits a mask, so that Ctrl-C finds it deaf in its first imports, too."""

    def start(self) -> None:
        """Start it; a Ctrl-C meanwhile waits, which is for this process.

        The pool's queues were made before, and with them the resource tracker, whose start would
        unmask it.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Spawn(SpawnContext):
    """Starts deaf processes, each anew: a fork of what has threads may hang."""

    Process = _Deaf


def _led() -> None:
    """Where the process that started this one is killed, this one ends, too."""
    threading.Thread(target=_end_with_it, daemon=True).start()


def _end_with_it() -> None:
    """Else it waited for work for ever: its own end of the queue keeps that open."""
    started_by = multiprocessing.parent_process()
    assert started_by
    started_by.join()
    os._exit(1)
