"""Virtual time: integer microseconds, and one order for everything that happens.

The world's events are known before the run (events.py); the node's own timer is the one event that
is not, and at the same microsecond it comes after them. So a run is a function of its scenario and
seed, bit for bit.
"""

from host_sim.engine.port import SimPort
from torpor import life, record


def run(r: list[int], port: SimPort, cause: int, until_us: int) -> tuple[int, int, int, bool]:
    """Let the node live until this instant.

    Answers the cause of its next wake, the time (µs), the charge drawn (1,024 fC) and whether its
    cell still lives. The record is handed over a deep sleep as it is: that this equals packing and
    unpacking it, as the chip does, is a test, and long runs do it every so often.
    """
    while port.now_us < until_us and port.alive:
        sleep_ms = life.wake(r, port, cause)
        cause = port.sleep(r[record.SLEEP_KIND], sleep_ms)
    return cause, port.now_us, port.used, port.alive
