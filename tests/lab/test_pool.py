"""Processes that simulate: what a Ctrl-C finds."""

import signal

from host_sim.lab import pool


def test_ctrl_c_finds_a_process_deaf_from_its_first_import_on() -> None:
    """Of what blocks it nothing runs in the process: it was born so. This one still hears."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with pool.workers(1, "") as some:
        found = some.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert signal.SIGINT in found
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert signal.SIGINT not in before
