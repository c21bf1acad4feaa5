"""The port: the only door between a node and the world.

A node decides in integers and acts through the calls below, nothing else. esp32.py keeps this
contract on the chip, host_sim/engine/port.py in virtual time, and the tests keep it by hand.
Every answer is an int; no call raises: what can go wrong has a value of its own.
"""

from torpor.policy import const
from torpor.policy.patience import LINK_MS
from torpor.policy.sleep import IDLE

# What woke the node: the answer of sleep(), and what main.py hands to the first wake.
COLD = const(0)  # power-on; a brown-out may read alike, and only what is retained tells
TIMER = const(1)  # the time asked for is over
PIN = const(2)  # an edge on the wake pin
WATCH = const(3)  # the first detector stage saw its threshold reached, or the ULP news
CRASH = const(4)  # watchdog, panic or reset: the wake before did not end in sleep
SURGE = const(5)  # power failed while the radio was on, and what was retained outlived it
FELL = const(6)  # as CRASH, and the radio was on

# Why charge is spent: the "decision" of the ledger. account() names one of these.
SLEEP = const(0)  # nothing to do: sleep and the current under it
SCHEDULED = const(1)  # a task at its own time, and the start of a wake by the timer
COALESCED = const(2)  # a task taken early because the node was awake
LOOK = const(3)  # the detector: the start of a wake by it, and the looks of its stages
EVENT = const(4)  # what the detector let pass: its delivery, a button's action
DELTA = const(5)  # a delivery because a value moved
HEARTBEAT = const(6)  # a delivery because it was time
RETRY = const(7)  # a delivery tried again after a loss
SAFE = const(8)  # safe mode after a crash loop
DECISIONS = const(9)

NODE = const(8)  # account()'s task for what belongs to none: start, sleep, safe mode
ACCOUNTS = const(9)  # tasks 0 … 7 and NODE

WATCHDOG_MS = const(9000)  # a hang takes as much charge: longer than any wait for one answer

RECALLED = const(32)  # readings of a channel that the ULP remembers

# Answers that are no measurement, score or command. Outside every reading, inside 31 bits.
FAULT = const(-0x3FFFFFFF)
NONE = const(-1)

# Answers of join() that are no RSSI; a real one is negative (dBm).
NO_AP = const(1)  # not found, or no answer in time
REFUSED = const(2)  # the access point or the broker said no
NO_BROKER = const(3)  # the access point took the node in, the broker did not answer
UNHEARD = const(4)  # no answer to what was sent: nobody is there, or too little power reached them


class Port:
    """The contract. An adapter provides every call; units and guarantees stand with each."""

    def ticks_ms(self) -> int:
        """The node's own clock in ms, modulo 2**30, running on through every kind of sleep.

        It drifts with the chip's slow clock. Never compare two readings: take ticks.diff().
        """
        raise NotImplementedError

    def wait(self, ms: int, kind: int = IDLE) -> None:
        """Let a sensor warm up for 0 <= ms <= 60000, in a kind of policy.sleep.

        LIGHT and deeper is light sleep, which nothing ends early; what is less is awake and idle.
        """
        raise NotImplementedError

    def account(self, task: int, decision: int) -> None:
        """Book what is spent from now on to a task (its index) and a decision (above).

        Free of effect on anything but the books.
        """
        raise NotImplementedError

    def measure(self, channel: int) -> int:
        """One reading of a channel, in the channel's scaled unit, or FAULT.

        Takes the time the sensor takes. A driver that fails costs this reading only.
        """
        raise NotImplementedError

    def look(self, stage: int) -> int:
        """The score (>= 0) of detector stage 0, 1, ..., or FAULT.

        After a wake with WATCH it is of what stage 0 remembers of the sound that woke the node:
        stage 0's own score, and where the ULP listens what the stages behind it need too. Else it
        is of a fresh sample. Each stage costs more than the one before.
        """
        raise NotImplementedError

    def watch(self, interval_ms: int, margin: int, ratio_x16: int) -> None:
        """Arm stage 0 for the next sleep only: wake with WATCH at the first score that is loud.

        interval_ms > 0: the stage looks that often by itself (ULP or light-sleep poll). Loud is
        floor * ratio_x16 / 16 + margin (0 … 65,535) and more; the floor, which each look moves a
        sixteenth of the way to its score, is the stage's own and outlives sleep. Where the ULP
        listens, it also looks on for as long as the stages behind need, and wakes nobody for what
        they would refuse.
        interval_ms == 0: an edge on the wake pin wakes with PIN; the others are not used.
        """
        raise NotImplementedError

    def monitor(self, channel: int, low: int, high: int, looks: int) -> None:
        """Have the ULP read a channel in the next deep sleep only, as often as is configured.

        It wakes with WATCH once so many readings more (at most 65,534) lay at or beyond low and
        high than between them.
        """
        raise NotImplementedError

    def monitored(self, channel: int) -> int:
        """How often it read the channel in the sleep before."""
        raise NotImplementedError

    def recalled(self, channel: int, age: int) -> int:
        """One of these readings, the last being of age 0; FAULT from age RECALLED on.

        One that failed is the one before it.
        """
        raise NotImplementedError

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """Associate and reach the broker at this power (quarter-dBm, one of the eleven levels).

        cached: 1 uses the remembered access point, channel and address; 0 scans for all.
        within_ms: association and address are given up after so long (at most LINK_MS): NO_AP.
        Answers the access point's RSSI in dBm (negative), or NO_AP, REFUSED or NO_BROKER; then
        the radio is off again. Joining while joined answers the RSSI at once.
        """
        raise NotImplementedError

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        """Deliver `count` queued readings, three ints each (channel, value, ticks) from r[first].

        Answers the attempts it took (>= 1) when the broker acknowledged, or 0 when given up
        after its bounded attempts. Acknowledged means stored: the caller may forget the readings.
        """
        raise NotImplementedError

    def leave(self) -> None:
        """Disassociate and switch the radio off. Harmless when not joined."""
        raise NotImplementedError

    def actuate(self, output: int, value: int) -> None:
        """Set an output (relay, LED) to 0 or 1. Pin and polarity are the adapter's."""
        raise NotImplementedError

    def setting(self, output: int) -> int:
        """What an output was set to last, 0 or 1; kept as what is retained is."""
        raise NotImplementedError

    def command(self) -> int:
        """The newest command that arrived since the last call (0 off, 1 on), or NONE."""
        raise NotImplementedError

    def feed(self) -> None:
        """Feed the watchdog, which resets the chip WATCHDOG_MS after it was fed last.

        What takes longer, as join() and send() may, feeds it on its way.
        """
        raise NotImplementedError

    def retain(self, data: bytes) -> None:
        """Keep at most 2,047 bytes across deep sleep and every reset but a power-on."""
        raise NotImplementedError

    def retained(self) -> bytes:
        """What retain() kept last, or whatever the memory holds after a power-on."""
        raise NotImplementedError

    def sleep(self, kind: int, ms: int) -> int:
        """Sleep (a kind of policy.sleep) for 0 <= ms < 2**29, or until armed to wake.

        Answers what woke it (TIMER, PIN, WATCH). On the chip DEEP does not return: the node
        starts anew and main.py learns the cause. DEEP and LIGHT leave the network first; MODEM
        stays associated, in a session that is renewed where it breaks, and a command ends it with
        PIN.
        """
        raise NotImplementedError
