"""Faults of a board, one after the other, and what its node makes of each.

A deep sleep is seen by the ROM's line at its end, or by a port that goes with it; one of hours by
silence: a node that is awake answers a Ctrl-C, or its watchdog bites. It serves when the broker has
acknowledged a report.
"""

import re
import time
from contextlib import suppress

from host_sim.lab.faults.kinds import RESET
from host_sim.lab.faults.oracle import SERVE_S, SLEEP_S, Outcome
from tools.hil.faults import programs
from tools.hil.faults.broker import ILLS, Broker
from tools.hil.faults.case import AT_AN_INSTANT, FILES, Case
from tools.hil.faults.lent import Guest
from tools.hil.node import AWAY, Node, NotSeen
from torpor.port import WATCHDOG_MS

SLEPT = f"rst:0x5 |{re.escape(AWAY)}"
WAKE_S = 100.0  # within which a node that is well wakes
ANSWER_S = 5.0  # to a Ctrl-C
BITES_S = WATCHDOG_MS / 1000 + 3
PROMPT = b">>> "
CATCHES = "main.py"  # the faults of all other files


class Suite:
    """A board with its guest, and the broker that this reports to."""

    def __init__(self, node: Node, broker: Broker, guest: Guest) -> None:
        self.node, self.broker, self.folder = node, broker, guest.folder
        self.files = [name for name in guest.files if name != CATCHES]
        node.start()

    def wake_ms(self) -> int:
        """How long a wake takes from the ROM's line to its report's end."""
        self._well()
        self.node.expect(SLEPT, WAKE_S)
        began = time.monotonic()
        self._reports(WAKE_S)
        return max(1, int((time.monotonic() - began) * 1000))

    def judge(self, case: Case) -> Outcome:
        """Have one fault in a node that is well; what it made of it, and how long that took."""
        self._well()
        if case.kind in AT_AN_INSTANT:
            self.node.expect(SLEPT, WAKE_S)
            time.sleep(case.at / 1000)
            self.node.reset() if case.kind == RESET else self._ctrl_c()
        elif case.kind in ILLS:
            self.broker.ill = case.kind
            self._forget()
            self.node.expect(SLEPT, WAKE_S)  # the wake after this one is all of it ill
        else:
            self._tell(case)
        return self._outcome(case)

    def _outcome(self, case: Case) -> Outcome:
        began = time.monotonic()
        faults = []
        slept = self._sleeps(case)
        slept_s = time.monotonic() - began
        if not slept:
            faults.append(f"not asleep within {SLEEP_S} s")
        if case.kind in FILES:
            self._mend(case)
        self.broker.ill = ""
        over = time.monotonic()
        if slept and not self._reports(SERVE_S):
            faults.append(f"does not serve within {SERVE_S:,} s")
        outcome = Outcome(slept_s, time.monotonic() - over, 0.0, faults)
        if faults or case.kind not in (*AT_AN_INSTANT, *ILLS):
            self._mend(case)
        return outcome

    def _well(self) -> None:
        """Wait for a report, and for the sleep behind it."""
        if not self._reports(WAKE_S):
            raise NotSeen(f"no report in {WAKE_S:g} s of a node that is well")
        self._forget()

    def _forget(self) -> None:
        """What was printed up to now is not waited for."""
        self.node.read()
        self.node.used = len(self.node.text)

    def _reports(self, within_s: float) -> bool:
        """Whether a report comes in this time; what the board prints is read meanwhile."""
        before, until = self.broker.reports, time.monotonic() + within_s
        while self.broker.reports == before and time.monotonic() < until:
            self.node.read()
        return self.broker.reports > before

    def _sleeps(self, case: Case) -> bool:
        """Whether it has been in deep sleep soon enough."""
        with suppress(NotSeen):
            self.node.expect(SLEPT, SLEEP_S)
            return True
        return case.kind in FILES and self._is_deaf()

    def _is_deaf(self) -> bool:
        """Whether it neither answers nor resets for longer than a watchdog lets a node hang."""
        seen, until = b"", time.monotonic() + BITES_S
        while time.monotonic() < until:
            self.node.type(b"\x03")
            seen += self.node.read(0.2)
        return PROMPT not in seen and b"rst:" not in seen

    def _ctrl_c(self) -> None:
        """Stop the wake, if it is not over, and have the node start again as who leaves does."""
        self.node.type(b"\x03")
        seen, until = b"", time.monotonic() + ANSWER_S
        while PROMPT not in seen and time.monotonic() < until:
            seen += self.node.read()
        if PROMPT in seen:
            self.node.type(b"\x04")

    def _tell(self, case: Case) -> None:
        """Make the fault at the REPL; the wake that this takes was a crash."""
        program = programs.fault(case, self.folder, self.files)
        self.node.interrupt(nap_s=WAKE_S, timeout_s=WAKE_S)
        self.node.begin(program)
        if "deepsleep" in program:  # which is none of the node's
            self.node.expect(SLEPT)

    def _mend(self, case: Case) -> None:
        """Have all as it was, and the node start anew."""
        self.node.interrupt()
        self.node.exec(programs.mend(case, self.folder, self.files))
        self.node.start()
