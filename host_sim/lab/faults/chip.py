"""A chip in virtual time: from reset to the next, as firmware/main.py and rescue have it."""

from random import Random
from typing import Any

from host_sim.hardware.states import CPU, IDLE, LISTEN
from host_sim.lab.faults.kinds import BROWN_OUT, CALLS, HANG, POWER_CUT, RESET
from host_sim.lab.faults.port import Down, FaultyPort, Reading, Slept, readings
from torpor import record, retain, start
from torpor.policy import report
from torpor.policy.sleep import DEEP
from torpor.port import COLD, CRASH, FELL, NONE, SURGE, TIMER, WATCHDOG_MS

FINGERPRINT = 1
# firmware/main.py's watchdog is the port's; after an exception it leaves a while at the REPL, a
# minute after a power-on, and sleeps for hours.
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
WINDOW_MS, REST_MS, HUNG_MS = 5_000, 6 * HOUR_MS, 24 * HOUR_MS
MOST_STARTS = 3  # rescue
RTC_BYTES = 2047
OUT_OF_SLEEP = -1


class Chip:
    """A node's firmware on a port.

    cause   that of its next wake
    starts  how many led to no sleep; -1: the next is out of one
    """

    def __init__(self, port: FaultyPort, device: dict[str, Any], cause: int = COLD) -> None:
        self.port, self.device, self.cause = port, device, cause
        self.starts = OUT_OF_SLEEP

    def fork(self) -> "Chip":
        """The same chip from here on."""
        other = Chip(self.port.fork(), self.device, self.cause)
        other.starts = self.starts
        return other

    def wake(self) -> None:
        """One start, up to the next."""
        port = self.port
        port.moment = 0
        try:
            port.pass_by(CALLS[0])
            start.live(port, {**self.device, "fingerprint": FINGERPRINT}, self.cause)
        except Slept as slept:
            self.cause, self.starts = int(slept.args[0]), OUT_OF_SLEEP
        except Down as down:
            self._down(str(down.args[0]))
        except Exception:  # main.py catches it
            self._rescued()

    def moments(self) -> int:
        """How many its next wake has."""
        other = self.fork()
        other.wake()
        return other.port.moment

    def _down(self, kind: str) -> None:
        """A reset of this kind, and what is done about it before the firmware starts."""
        port = self.port
        self.cause = FELL if port.on_air else CRASH
        if kind == HANG:
            port.failed_us += WATCHDOG_MS * 1000
            port.spend(LISTEN if port.on_air or port.joined else CPU, WATCHDOG_MS * 1000)
        elif kind == BROWN_OUT:
            self.cause = SURGE if port.on_air else COLD
        elif kind == POWER_CUT:
            self.cause, port.output = COLD, 0
            port.memory = Random(port.now_us).randbytes(RTC_BYTES)
        self._reset()
        self._again(kind)

    def _reset(self) -> None:
        port = self.port
        port.joined = port.on_air = False
        port.armed_ms = port.commanded = NONE
        port.monitors, port.looked = False, 0
        port.wake_up(DEEP, TIMER)

    def _again(self, kind: str) -> None:
        """rescue.again(): where no sleep led to one start after the other, a rest."""
        if kind == POWER_CUT:
            self.starts = 0
            return
        self.starts = max(0, self.starts)
        if self.starts < (1 if kind == HANG else MOST_STARTS):
            self.starts += 1
        else:
            self._rest(2 * MINUTE_MS, HUNG_MS if kind == HANG else REST_MS)

    def _rest(self, awake_ms: int, asleep_ms: int) -> None:
        """A sensor sleeps deeply; a switch works its button meanwhile and keeps its cause."""
        port = self.port
        port.asleep_us, port.asleep_used, port.armed_ms = port.now_us, port.used, NONE
        port.monitors = False
        if self.is_switch:
            port.spend(IDLE, awake_ms * 1000)  # in naps of 50 ms
        else:
            self.cause = super(FaultyPort, port).sleep(DEEP, asleep_ms)
            self.starts = OUT_OF_SLEEP

    def _rescued(self) -> None:
        """An exception reached main.py: rescue.run()."""
        if self.is_switch:
            self._rest(HOUR_MS, 0)
        elif self.starts != OUT_OF_SLEEP:
            self.port.joined = self.port.on_air = False
            self.port.spend(IDLE, (MINUTE_MS if self.cause == COLD else WINDOW_MS) * 1000)
            self._rest(0, REST_MS)
            return
        self.cause = CRASH
        self._reset()
        self._again(RESET)

    @property
    def is_switch(self) -> bool:
        """It is on the mains."""
        return bool(self.device["kind"] == "switch")

    def knows(self) -> list[int] | None:
        """The record that is retained, or None where there is none that is good."""
        r = [0] * record.SIZE
        return r if retain.unpack(self.port.memory, r, FINGERPRINT) == retain.OK else None

    def queue(self) -> list[Reading]:
        """The readings that wait for the broker."""
        r = self.knows()
        if r is None:
            return []
        return readings(r, record.REPORT + report.QUEUE, r[record.REPORT + report.QUEUED])
