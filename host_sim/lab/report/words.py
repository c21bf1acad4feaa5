"""What states, decisions and causes mean, in a line each, for a reader who sees them first."""

from host_sim.hardware import states

STATES = {
    "deep_sleep": "asleep: RAM is lost, what is retained is kept",
    "light_sleep": "asleep: RAM is kept, the radio is off",
    "modem_sleep": "associated, the radio off between beacons",
    "idle": "awake and waiting, the radio off",
    "boot": "from reset to the node's own code",
    "cpu": "the node's own code, up to its first decision",
    "sense": "a sensor is read, or a detector's stage looks",
    "scan": "looking for the access point",
    "associate": "authentication, association, handshake",
    "address": "DHCP, or one announcement of a kept address",
    "connect": "ARP, TCP and MQTT to the broker",
    "listen": "a message is under way, the receiver on",
}
TRANSMIT = "a burst at {dbm:g} dBm"

DECISIONS = {
    "sleep": "nothing to do: sleep, and the current under it",
    "scheduled": "a task at its own time, and the start of a wake by the timer",
    "coalesced": "a task taken early, because the node was awake",
    "look": "the start of a wake by the detector or the ULP, and the detector's looks",
    "event": "what the detector let pass, or a button's action",
    "delta": "a delivery because a value moved",
    "heartbeat": "a delivery because it was time",
    "retry": "a delivery tried again after a loss",
    "safe": "safe mode after a crash loop",
}

# As torpor.port numbers them.
CAUSES = ("power-on", "timer", "pin", "detector or ULP", "crash", "surge")

NODE = "start, sleep, and what belongs to no task"
REPORT, WATCH = "deliveries", "the detector"


def state(name: str) -> str:
    """What a state is."""
    if name in STATES:
        return STATES[name]
    level = states.NAMES.index(name) - states.TX
    return TRANSMIT.format(dbm=states.TX_LEVELS_DBM[level])
