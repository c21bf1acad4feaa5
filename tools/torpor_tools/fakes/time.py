"""The chip's clocks in the fake world: ticks_ms() restarts at boot, time_ns() runs on."""

# mypy: ignore-errors

try:
    import utime as real  # by that name the node finds this module
    from utime import *  # noqa: F403
except ImportError:
    pass  # CPython: the modules under test need no more than what follows

import world

PERIOD = 1 << 30


def ticks_ms():
    return (world.now_ms() - world.state["boot_ms"]) % PERIOD


def ticks_us():
    return ticks_ms() * 1000 % PERIOD


def ticks_add(ticks, delta):
    if not -PERIOD // 2 < delta < PERIOD // 2:
        raise OverflowError("ticks interval overflow")  # extmod/modtime.c:191
    return (ticks + delta) % PERIOD


def ticks_diff(a, b):
    return (a - b + PERIOD // 2) % PERIOD - PERIOD // 2


def time():
    return world.clock_now_ms() // 1000


def time_ns():
    return world.clock_now_ms() * 1000000


def localtime(seconds=None):
    return gmtime(seconds)


def gmtime(seconds=None):
    return real.gmtime(time() if seconds is None else seconds)[:8]


def sleep(seconds):
    world.advance(int(seconds * 1000))


def sleep_ms(ms):
    world.advance(max(ms, 0))  # extmod/modtime.c


def sleep_us(us):
    world.advance(us // 1000)
