"""The store of a node that harvests: what light fills, and what the node and leakage drain.

Between two looks at it the light is that of the minute, the leakage that of the hour's air, and the
voltage at which the charge goes in that of the store. A store under what its board can start on
switches the node off, and nothing is retained; when enough is in it again, the node starts anew.
"""

from host_sim.engine.parts import GAINED, LEAKED, OFF_US
from host_sim.engine.state import State
from host_sim.hardware.cell import CHARGE_SHIFT, UNIT_FC
from host_sim.hardware.states import DEEP_SLEEP, STATES
from host_sim.units import HOUR_US, MINUTE_US
from torpor.port import DECISIONS, NODE, SAFE

OFF_AT = (NODE * DECISIONS + SAFE) * STATES  # the account of the time without supply


def step(port: State, end_us: int, na: int) -> None:
    """Let a part of a minute pass at a current, at most to this instant."""
    at_us = port.store_us
    minute = at_us // MINUTE_US
    us = min(end_us, (minute + 1) * MINUTE_US) - at_us
    mv = port.battery[min(1000, max(0, port.stored // port.capacity_permille))]
    gain = port.harvest[minute % len(port.harvest)] * us // mv * 1000 >> CHARGE_SHIFT
    gain = min(gain, 1000 * port.capacity_permille - port.stored)
    air = port.air[min(at_us // HOUR_US, len(port.air) - 1)]
    leak = max(0, min(us * port.leak_per_s[air] // 1_000_000, port.stored + gain))
    drawn = us * na >> CHARGE_SHIFT
    port.stored += gain - leak - drawn
    port.store_used += drawn
    port.store_us += us
    port.count[GAINED] += gain
    port.count[LEAKED] += leak


def settle(port: State) -> None:
    """Bring the store up to now: what was drawn meanwhile is taken out at once."""
    while port.store_us < port.now_us:
        step(port, port.now_us, 0)
    port.stored -= port.used - port.store_used
    port.store_used = port.used


def permille(port: State) -> int:
    """The charge left, of a store up to now."""
    if port.harvests:
        settle(port)
    return port.soc_permille()


def gone(port: State) -> bool:
    """Whether the store carries the node no more: a burst was too much, or the next start is."""
    air = port.air[min(port.store_us // HOUR_US, len(port.air) - 1)]
    return not port.alive or port.soc_permille() <= port.off[air]


def lasts(port: State, na: int, end_us: int) -> int:
    """Until when the store carries a sleep at this current, at most to its end."""
    settle(port)
    while port.store_us < end_us and not gone(port):
        step(port, end_us, na)
    return max(port.now_us, port.store_us)


def refill(port: State) -> None:
    """Let the node be without supply until there is enough again, or to the end of the run."""
    settle(port)
    step(port, port.end_us, 0)
    while port.store_us < port.end_us and port.soc_permille() < port.restart_permille:
        step(port, port.end_us, 0)
    us = port.store_us - port.now_us
    port.account_at = OFF_AT
    port.spend_at(DEEP_SLEEP, us, 0)
    cut = 1 if us * port.current_na[DEEP_SLEEP] % UNIT_FC else 0  # nothing is not less than that
    port.extra[OFF_AT + DEEP_SLEEP] += cut
    port.used += cut
    port.count[OFF_US] += us
    port.happen()
    port.joined = False
    port.alive = True
