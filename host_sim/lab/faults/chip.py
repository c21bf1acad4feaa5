"""A chip in virtual time: from reset to the next, as firmware/main.py and torpor.rescue have it."""

from random import Random
from typing import Any

from host_sim.hardware.states import CPU, IDLE, LISTEN
from host_sim.lab.faults.kinds import BROWN_OUT, HANG, POWER_CUT
from host_sim.lab.faults.port import Down, FaultyPort, Reading, Slept, readings
from torpor import record, retain, start
from torpor.policy import report
from torpor.policy.sleep import DEEP
from torpor.port import COLD, CRASH, SURGE, TIMER

FINGERPRINT = 1
SECOND_US = 1_000_000
WATCHDOG_US = 300 * SECOND_US  # torpor.esp32, WATCHDOG_MS
MINUTE_MS, HOUR_MS = 60_000, 3_600_000  # main.py's minute at the REPL, and its sleep behind it
RTC_BYTES = 2047


class Chip:
    """A node's firmware on a port; `cause` is that of its next wake."""

    def __init__(self, port: FaultyPort, device: dict[str, Any], cause: int = COLD) -> None:
        self.port, self.device, self.cause = port, device, cause

    def fork(self) -> "Chip":
        """The same chip from here on."""
        return Chip(self.port.fork(), self.device, self.cause)

    def wake(self) -> None:
        """One start, up to the next."""
        port = self.port
        port.moment = 0
        try:
            start.live(port, self.device, FINGERPRINT, self.cause)
        except Slept as slept:
            self.cause = int(slept.args[0])
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
        self.cause = CRASH
        if kind == HANG:
            port.failed_us += WATCHDOG_US
            port.spend(LISTEN if port.on_air or port.joined else CPU, WATCHDOG_US)
        elif kind == BROWN_OUT:
            self.cause = SURGE if port.on_air else COLD
        elif kind == POWER_CUT:
            self.cause, port.output = COLD, 0
            port.memory = Random(port.now_us).randbytes(RTC_BYTES)
        self._reset()
        if kind == HANG:
            self._rest(MINUTE_MS, HOUR_MS)

    def _reset(self) -> None:
        port = self.port
        port.joined = port.on_air = False
        port.armed_ms = port.commanded = -1
        port.wake_up(DEEP, TIMER)

    def _rest(self, awake_ms: int, asleep_ms: int) -> None:
        """A sensor sleeps deeply; a switch works its button meanwhile and keeps its cause."""
        port = self.port
        port.asleep_us, port.asleep_used = port.now_us, port.used
        if self.is_switch:
            port.spend(IDLE, awake_ms * 1000)  # in naps of 50 ms
        else:
            self.cause = super(FaultyPort, port).sleep(DEEP, asleep_ms)

    def _rescued(self) -> None:
        """An exception reached main.py."""
        if self.is_switch:
            self._rest(HOUR_MS, 0)
            self.cause = CRASH
            self._reset()
        else:
            self.port.joined = self.port.on_air = False
            self.port.spend(IDLE, MINUTE_MS * 1000)
            self._rest(0, HOUR_MS)

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
