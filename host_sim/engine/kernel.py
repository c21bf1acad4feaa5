"""Virtual time: integer microseconds, and one order for everything that happens.

The world's events are known before the run (events.py); the node's own timer is the one event that
is not, and at the same microsecond it comes after them. So a run is a function of its scenario and
seed, bit for bit.
"""

from host_sim.engine.home import AWAKE, Home
from host_sim.engine.parts import FORGOTTEN, FORGOTTEN_WAKES
from host_sim.engine.port import SimPort
from host_sim.hardware.states import IDLE
from torpor import ahead, life, node, record
from torpor.policy import cascade, report
from torpor.policy.sleep import LIGHT
from torpor.port import COLD

OPEN_US = 5_000_000  # for whoever is at its terminal after a power-on (torpor.start)


def run(r: list[int], port: SimPort, cause: int, until_us: int) -> tuple[int, int, int, bool]:
    """Let the node live until this instant.

    Answers the cause of its next wake, the time (µs), the charge drawn (1,024 fC) and whether its
    cell still lives. The record is handed over a deep sleep as it is: that this equals packing and
    unpacking it, as the chip does, is a test, and long runs do it every so often.
    """
    while port.now_us < until_us and port.alive:
        sleep_ms = woken(r, port, cause)
        cause = slept(r, port, r[record.SLEEP_KIND], sleep_ms)
    return cause, port.now_us, port.used, port.alive


def woken(r: list[int], port: SimPort, cause: int) -> int:
    """One wake, and the plan behind it as torpor.start has it; the ms to sleep."""
    ms = life.wake(r, port, cause)
    if node.plans(r):
        ahead.plan(r)
    return ms


def slept(r: list[int], port: SimPort, kind: int, ms: int) -> int:
    """Sleep; what woke the node. A store that ran dry meanwhile has it begin anew."""
    cause = port.sleep(kind, ms)
    if cause == COLD:
        waiting, dropped = r[record.REPORT + report.QUEUED], r[record.REPORT + report.DROPPED]
        port.count[FORGOTTEN] += waiting + dropped
        port.count[FORGOTTEN_WAKES] += r[record.CASCADE + cascade.FALSE_WAKES]
        for i in range(len(r)):
            r[i] = port.fresh[i]
        if port.now_us < port.end_us:
            port.spend(IDLE, OPEN_US)
    return cause


def run_home(home: Home, until_us: int) -> int:
    """Let the nodes of a home live until this instant; when the next one acts (µs)."""
    while home.next_us() < until_us:
        i = home.first[1]
        port, r = home.ports[i], home.records[i]
        if home.kind[i] != AWAKE:
            began_us = home.next_us()
            home.cause[i] = slept(r, port, home.kind[i], home.ms[i])
            home.kind[i] = AWAKE
            if port.now_us > began_us + port.wake_cpu_us:  # an event that ended no sleep
                home.plan(i, port.now_us)
                continue
        if port.now_us >= port.end_us or not port.alive:
            home.plan(i, home.never_us)
            continue
        ms = woken(r, port, home.cause[i])
        kind = r[record.SLEEP_KIND]
        if port.joined and kind < LIGHT:
            home.kind[i], home.ms[i] = kind, ms
            home.plan(i, min(port.planned_us(ms), port.next_event_us))
        else:
            home.cause[i] = slept(r, port, kind, ms)
            home.plan(i, port.now_us)
        if home.ether.mails:
            home.settle()
    for i in range(home.nodes):
        port = home.ports[i]
        if home.kind[i] != AWAKE and until_us >= port.end_us:  # the run ends in its sleep
            port.sleep(home.kind[i], home.ms[i])
            home.kind[i] = AWAKE
    return home.next_us()
