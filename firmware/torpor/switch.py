"""A switch node: it stays associated, drives a relay, reads a meter and obeys button and broker."""

from torpor import node, record
from torpor.port import COLD, EVENT, NONE, PIN, Port


def wake(r: list[int], port: Port, cause: int) -> int:
    """One step between two modem sleeps; the ms to the next, of kind r[SLEEP_KIND].

    Button and broker are obeyed before all else: whatever fails behind it, they were.
    """
    now = port.ticks_ms()
    port.feed()
    node.begin(r, cause, now)
    why = 0
    if cause == COLD:  # the power was away, and with it what was told of the relay
        tell(r, now)
    elif cause == PIN:
        why = EVENT
        port.account(r[record.REPORT_TASK], EVENT)
        command = port.command()
        turn(r, port, command if command != NONE else 1 - r[record.OUTPUT], now)
    node.serve(r, port, why, now)
    return node.rest(r, port)


def turn(r: list[int], port: Port, value: int, now: int) -> None:
    """Set the relay and tell of it at once."""
    r[record.OUTPUT] = value
    port.actuate(0, value)
    tell(r, now)


def tell(r: list[int], now: int) -> None:
    """Tell how the relay is."""
    channel = r[record.WATCH_CHANNEL]
    if channel >= 0:
        node.tell(r, channel, r[record.OUTPUT], now)
