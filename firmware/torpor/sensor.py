"""A sensor node: it sleeps, and wakes for its schedule or because its detector saw something."""

from torpor import detector, monitor, node, record
from torpor.policy import cascade, sleep
from torpor.port import Port
from torpor.record import CASCADE


def wake(r: list[int], port: Port, cause: int) -> int:
    """One wake: what is due is served; the ms to sleep, of kind r[SLEEP_KIND]."""
    now = port.ticks_ms()
    port.feed()
    elapsed_ms = node.begin(r, cause, now)
    if r[record.BY_ULP]:
        monitor.catch_up(r, port, now)
    why = 0
    if r[CASCADE + cascade.STAGES]:
        why = detector.woken(r, port, cause, now, elapsed_ms)
    node.serve(r, port, why, now)
    if r[record.BY_ULP]:
        monitor.arm(r, port, port.ticks_ms())
    ms = node.rest(r, port)
    if r[CASCADE + cascade.STAGES] and r[record.SLEEP_KIND] == sleep.DEEP:
        return detector.linger(r, port, cause, ms)
    return ms
