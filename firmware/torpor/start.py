"""From reset to sleep: restore or configure, one wake, retain, sleep.

The record is retained before the wake with its count of crashes raised and the tick at which the
wake began, and after it with the count back at zero: a wake that never ends leaves its mark, and
what it cost is waited for (torpor.policy.backoff).
"""

import sys
from array import array

from torpor import kept, life, node, record, retain
from torpor.policy import schedule
from torpor.port import COLD, CRASH, FELL, PIN, SURGE, TIMER, WATCH, Port

OPEN_MS = 5000  # after a power-on, to interrupt it: USB of a chip's own is there when it is awake
_WHY = {
    retain.EMPTY: "no record",
    retain.TORN: "a torn record",
    retain.OLD: "a record of another version",
    retain.FOREIGN: "a record of another configuration",
}


def run(path: str | None, mount: object = None) -> None:
    """Live: on the chip until deep sleep ends the interpreter, else for good.

    Without a path it is for what is kept of one, and over at once where there is nothing; `mount`
    is then told the path when a file is asked for.
    """
    from torpor.esp32 import attend, cause, memory, opened

    try:
        held = memory()
        woken_by = cause(held)
        config = None
        if woken_by in (TIMER, PIN, WATCH) and "trial" not in sys.modules:
            config = kept.unpacked(held, path)
        held = b""  # of the 2 KB a wake that joins has need
        if config is None:
            if path is None:
                return
            config = kept.read(path)
        if mount:
            kept.mounts.append((mount, config["path"]))
        port = opened(config)
        if "markers" in config["pins"] or "trial" in sys.modules:
            port = observed(port, config)
        live(port, config, woken_by)
    except KeyboardInterrupt:
        attend()
        raise


def observed(port: Port, config: dict) -> Port:
    """The port of a node that a logic analyser watches, or that is on trial."""
    if "markers" in config["pins"]:
        from torpor.markers import MarkedPort

        port = MarkedPort(port, config["pins"]["markers"])  # type: ignore[assignment]
    if "trial" in sys.modules:
        from torpor.trial import TrialPort, hurry

        hurry(config)
        port = TrialPort(port)  # type: ignore[assignment]
    return port


def live(port: Port, config: dict, cause: int) -> None:
    """Wake after wake, for good: a port that is to end it raises out of sleep()."""
    r: list[int] = array("i", bytes(4 * record.SIZE))  # type: ignore[assignment]
    fingerprint = config["fingerprint"]
    reset = cause
    cause, minutes = restore(r, port, config, reset)
    if r[record.KIND] == record.SWITCH:
        if cause != COLD or reset in (CRASH, FELL):  # it may have been pressed meanwhile
            r[record.OUTPUT] = port.setting(0)
        port.actuate(0, r[record.OUTPUT])  # before all else: only a power cut opens the relay
    elif cause == reset == COLD:
        port.retain(retain.pack(r, fingerprint))  # after a brown-out from here on nobody is there
        port.wait(OPEN_MS)
    while True:
        ms = 0
        if minutes == 0:
            crashes = r[record.CRASHES]
            r[record.CRASHES] = crashes + 1
            r[record.STARTED] = port.ticks_ms()
            port.retain(retain.pack(r, fingerprint))
            r[record.CRASHES] = crashes
            try:
                ms = life.wake(r, port, cause)
                if node.plans(r):
                    plan(r)
            except Exception as error:  # whatever it is must not end the node
                if "trial" in sys.modules:
                    raise
                minutes = failed(r, port, fingerprint, error)
        if minutes:
            ms = node.lie_low(r, port, minutes)
            minutes = 0
        r[record.STARTED] = node.OVER
        port.retain(retain.pack(r, fingerprint))
        cause = port.sleep(r[record.SLEEP_KIND], ms)
        settled()


def settled() -> None:
    """The interpreter outlived a sleep: all is loaded, and collecting often has no use any more."""
    import gc

    gc.threshold(-1)  # MicroPython's; main.py has set it


def plan(r: list[int]) -> None:
    """Look ahead, as few nodes do: those that harvest."""
    from torpor import ahead

    ahead.plan(r)


def failed(r: list[int], port: Port, fingerprint: int, error: Exception) -> int:
    """A wake raised this; the minutes to lie low."""
    log(error)
    output = r[record.OUTPUT]
    retain.unpack(port.retained(), r, fingerprint)
    r[record.OUTPUT] = output  # where the relay is by now
    return node.crashed(r, port.ticks_ms(), 0) or 1


def restore(r: list[int], port: Port, config: dict, cause: int) -> tuple[int, int]:
    """Fill the record from what was retained, or anew; cause of the first wake, and minutes to it.

    Whatever the reset is called, a good record says that the wake before did not end in sleep.
    """
    status = retain.unpack(port.retained(), r, config["fingerprint"])
    if status == retain.OK and cause in (TIMER, PIN, WATCH) and r[record.WAKES]:
        return cause, 0
    return begun(r, port, config, cause, status)


def begun(r: list[int], port: Port, config: dict, cause: int, status: int) -> tuple[int, int]:
    """The same of a start that goes on with no wake of before."""
    if status == retain.OK:
        now, minutes = port.ticks_ms(), 0
        if r[record.WAKES] == 0:  # the very first one crashed
            schedule.start(r, record.SCHEDULE, now, 0)
        if cause in (TIMER, PIN, WATCH):
            return cause, 0
        if cause == SURGE:
            node.surged(r, now)
        else:
            minutes = node.crashed(r, now, cause == FELL)
        return CRASH, minutes
    if cause not in (COLD, SURGE):
        log("starting clean: " + _WHY[status])
    from torpor.config import configure  # a wake that goes on has no use for it

    configure(r, config if "tasks" in config else kept.read(config["path"]))
    r[record.CLOCK] = r[record.STARTED] = port.ticks_ms()
    return COLD, 0


def log(what: str | BaseException) -> None:
    """Have it in the log. A good start has no use for what that takes; a bad one may lack it."""
    try:
        if kept.mounts:
            kept.mount()
        import rescue  # type: ignore[import-not-found]

        rescue.log(what)
    except Exception:
        pass
