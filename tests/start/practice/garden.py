"""The garden's sensor as a careful author writes it for MicroPython, without a library of ours.

A plain timer wakes it. A reading that changed enough waits in RTC memory until it is due; all that
waits goes in one message, and so does the last reading where nothing changed for a while.
"""

# mypy: ignore-errors

from struct import calcsize, pack, unpack
from time import ticks_diff, ticks_ms

from machine import ADC, I2C, RTC, WDT, Pin, deepsleep
from micropython import const
from sht3x import SHT3x

WAKE_MS = const(300000)
LIGHT_EVERY = const(3)  # wakes
BATTERY_EVERY = const(72)
HEARTBEAT = const(36)
LONGEST_RETRY = const(12)
DELTA = (50, 300, 150, 50)  # centi-°C, centi-%, W/m², mV
WITHIN = (6, 6, 12, 36)  # wakes that news may wait

VERSION = const(1)
STATE = "<BBII4h64s"  # version, failures, wakes, wake of the next message, last values, addresses
FAILURES = const(1)
WAKES = const(2)
DUE = const(3)
LAST = const(4)
LEASE = const(8)
NEVER = const(-32768)
ENTRY = "<IBh"  # wake, channel, value
QUEUE_BYTES = const(280)


def wake():
    """One wake: measure, tell what is due, sleep."""
    started = ticks_ms()
    watchdog = WDT(timeout=30000)
    rtc = RTC()
    state, queue = restored(rtc.memory())
    now = state[WAKES]
    read = measured(now)
    for channel, value in read:
        if abs(value - state[LAST + channel]) >= DELTA[channel]:
            state[LAST + channel] = value
            queue += pack(ENTRY, now, channel, value)
            if not state[FAILURES]:
                state[DUE] = min(state[DUE], now + WITHIN[channel])
    if now >= state[DUE]:
        for channel, value in () if queue else read:
            queue += pack(ENTRY, now, channel, value)
        queue = told(state, queue, watchdog)
    state[WAKES] = now + 1
    rtc.memory(pack(STATE, *state) + queue[-QUEUE_BYTES:])
    deepsleep(max(1000, WAKE_MS - ticks_diff(ticks_ms(), started)))


def restored(memory):
    """What the last wake kept, and what waits; or a fresh start."""
    size = calcsize(STATE)
    if len(memory) < size or memory[0] != VERSION:
        return [VERSION, 0, 0, 0, NEVER, NEVER, NEVER, NEVER, b""], b""
    return list(unpack(STATE, memory)), memory[size:]


def measured(now):
    """Channel and value of what this wake reads; a sensor that fails is left out."""
    read = []
    try:
        temperature, humidity = SHT3x(I2C(0, sda=Pin(21), scl=Pin(22))).measure()
        read.append((0, temperature))
        read.append((1, humidity))
    except OSError:
        pass
    if now % LIGHT_EVERY == 0:
        read.append((2, millivolts(34)))
    if now % BATTERY_EVERY == 0:
        read.append((3, 2 * millivolts(35)))
    return read


def millivolts(pin):
    """At a pin."""
    return ADC(Pin(pin), atten=ADC.ATTN_11DB).read_uv() // 1000


def told(state, queue, watchdog):
    """Send what waits; what still does."""
    now = state[WAKES]
    waiting = [
        unpack(ENTRY, queue[at : at + calcsize(ENTRY)])
        for at in range(0, len(queue), calcsize(ENTRY))
    ]
    try:
        import link

        readings = [(channel, value, (now - at) * 300) for at, channel, value in waiting]
        state[LEASE] = link.send(readings, state[LEASE].rstrip(b"\0").decode(), watchdog)
        state[FAILURES] = 0
        state[DUE] = now + HEARTBEAT
        return b""
    except Exception:
        state[FAILURES] = min(state[FAILURES] + 1, 8)
        state[DUE] = now + min(1 << state[FAILURES], LONGEST_RETRY)
        state[LEASE] = b""  # the next try asks for an address
        return queue
