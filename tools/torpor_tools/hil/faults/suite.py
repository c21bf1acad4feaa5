"""Faults of a board, one after the other, and what its node makes of each.

A deep sleep is seen by the ROM's line at its end, or by a port that goes with it; one of hours by
silence: a node that is awake answers a Ctrl-C, or its watchdog bites. It serves when the broker has
acknowledged a report. A fault bit where the node's way to that sleep was another than without it.
"""

import ast
import re
import time
from contextlib import suppress
from typing import NamedTuple

from host_sim.errors import BadInput
from host_sim.lab.faults.kinds import RESET
from host_sim.lab.faults.oracle import SERVE_S, SLEEP_S, Outcome
from torpor.port import WATCHDOG_MS
from torpor_tools.hil.faults import case as cases
from torpor_tools.hil.faults import opened, programs
from torpor_tools.hil.faults.broker import ILLS, Broker
from torpor_tools.hil.faults.case import (
    AT_AN_INSTANT,
    BOOT,
    CRASHING,
    MAIN,
    OF_A_FILE,
    POWER_ON,
    STARTS,
    UNREAD,
    UNTIL_MENDED,
    Case,
)
from torpor_tools.hil.faults.config import PERIOD_MS
from torpor_tools.hil.faults.guest import Guest
from torpor_tools.hil.node import AWAY, Node, NotSeen

STARTED = f"rst:|{re.escape(AWAY)}"
SLEPT = f"rst:0x5 |{re.escape(AWAY)}"
RESTARTED = re.compile("rst:0x(?!5 )")
WAKE_S = 100.0  # within which a node that is well wakes
ANSWER_S = 5.0  # to a Ctrl-C
BITES_S = WATCHDOG_MS / 1000 + 3
TRIES = 2  # of a start: a wake that was interrupted on the air has the next one's join wait
PROMPT = ">>> "
AT_THE_REPL = "awake at the REPL"
NOTICED = "it made a difference, and no start reads that file"


class Seen(NamedTuple):
    """A node's way to its first sleep: whether it reported, its restarts, and what it logged."""

    reported: bool = True
    restarts: int = 0
    log: str = ""


class Suite:
    """A board with its guest, and the broker that this reports to."""

    def __init__(self, node: Node, broker: Broker, guest: Guest) -> None:
        self.node, self.broker, self.guest = node, broker, guest
        self.usual: dict[str, Seen] = {}  # of each start, without a fault
        self.reports = self.mark = 0  # when the fault began, of the broker's and the node's text
        node.start()

    def wake_ms(self) -> int:
        """How long a wake takes from the ROM's line to its report's end."""
        self._well()
        self.node.expect(SLEPT, WAKE_S)
        began = time.monotonic()
        self._reports(WAKE_S)
        return max(1, int((time.monotonic() - began) * 1000))

    def reads(self) -> cases.Reads:
        """The files that each start reads, told by the node, which has no fault.

        Its way is another start's: the watch takes of its memory.
        """
        out = {}
        for start in STARTS:
            self.usual[start] = self._usual(start)
            self._way(start, opened.WATCH)
            self.node.interrupt(anew=False)
            read = map(self.guest.name, self.node.exec(opened.OPENED).split())
            out[start] = sorted({BOOT, *read} & self.guest.sizes.keys())
            self._mend(Case("", 0))
        return out

    def _usual(self, start: str) -> Seen:
        """Its way without a fault; BadInput where that does not go well, either."""
        for _ in range(TRIES):
            seen = self._way(start)._replace(log=self._mend(Case("", 0)))
            if start == CRASHING or seen == Seen():
                return seen
        told = (seen.log.splitlines() or ["no report"])[-1]
        what = f"the start by {start} does not go well without a fault ({told})"
        raise BadInput(what, where=self.node.port, remedy="mend that first")

    def _way(self, start: str, watch: str = "") -> Seen:
        """Its way from a start to its sleep, without a fault."""
        self._well()
        self._begin(watch + programs.begun(self.guest, start), start)
        self.node.expect(SLEPT, WAKE_S)
        return self._seen()

    def judge(self, case: Case) -> Outcome:
        """Have one fault in a node that is well; what it made of it, and how long that took."""
        self._well()
        bit = None
        if case.kind in AT_AN_INSTANT:
            self.node.expect(SLEPT, WAKE_S)
            before = self.broker.reports
            time.sleep(case.at / 1000)
            bit = self.broker.reports == before  # else the wake was over
            self.node.reset() if case.kind == RESET else self._ctrl_c()
        elif case.kind in ILLS:
            self.broker.ill = case.kind
            self._forget()
            self.node.expect(SLEPT, WAKE_S)  # the wake after this one is all of it ill
            self._from_here()
        else:
            self._begin(programs.fault(case, self.guest), case.start)
        return self._outcome(case, bit)

    def _outcome(self, case: Case, bit: bool | None) -> Outcome:
        began = time.monotonic()
        awake = self._awake(case)
        slept_s = time.monotonic() - began
        seen = self._seen()
        if case.kind in UNTIL_MENDED:
            seen = seen._replace(log=self._mend(case))
        self.broker.ill = ""
        over = time.monotonic()
        limit = awake if case.file in (BOOT, MAIN) and awake == AT_THE_REPL else ""
        faults = [awake] if awake and not limit else []
        if not faults and not self._reports(SERVE_S):
            faults.append(f"does not serve within {SERVE_S:,} s")
        served_s = time.monotonic() - over
        if faults or case.kind not in (*UNTIL_MENDED, *AT_AN_INSTANT, *ILLS):
            seen = seen._replace(log=seen.log + self._mend(case))
        if bit is None:
            bit = seen != self.usual.get(case.start, Seen())
        if bit and case.kind == UNREAD:
            faults.append(NOTICED)
        return Outcome(slept_s, served_s, 0.0, faults, bit, limit)

    def _well(self) -> None:
        """Wait for a report, and for the sleep behind it."""
        if not self._reports(WAKE_S):
            raise NotSeen(f"no report in {WAKE_S:g} s of a node that is well")
        self._forget()

    def _forget(self) -> None:
        """What was printed up to now is not waited for."""
        self.node.read()
        self.node.used = len(self.node.text)

    def _from_here(self) -> None:
        """What the node does from now on is its way to sleep."""
        self.reports, self.mark = self.broker.reports, self.node.used

    def _seen(self) -> Seen:
        """Its way up to what was last expected; of its log it does not tell."""
        restarts = RESTARTED.findall(self.node.text[self.mark : self.node.used])
        return Seen(self.broker.reports > self.reports, len(restarts))

    def _reports(self, within_s: float) -> bool:
        """Whether a report comes in this time; what the board prints is read meanwhile."""
        before, until = self.broker.reports, time.monotonic() + within_s
        while self.broker.reports == before and time.monotonic() < until:
            self.node.read()
        return self.broker.reports > before

    def _awake(self, case: Case) -> str:
        """What is wrong where it has not been in deep sleep soon enough."""
        may_rest = case.kind in UNTIL_MENDED
        with suppress(NotSeen):
            ended = self.node.expect(
                f"{SLEPT}|{PROMPT}" if case.kind in OF_A_FILE else SLEPT, SLEEP_S
            )
            return AT_THE_REPL if ended[0] == PROMPT else ""
        return "" if may_rest and self._is_deaf() else f"not asleep within {SLEEP_S} s"

    def _is_deaf(self) -> bool:
        """Whether it neither answers nor resets for longer than a watchdog lets a node hang."""
        seen, until = b"", time.monotonic() + BITES_S
        while time.monotonic() < until:
            self.node.type(b"\x03")
            seen += self.node.read(0.2)
        return PROMPT.encode() not in seen and b"rst:" not in seen

    def _ctrl_c(self) -> None:
        """Stop the wake, if it is not over, and have the node start again as who leaves does."""
        self.node.type(b"\x03")
        seen, until = b"", time.monotonic() + ANSWER_S
        while PROMPT.encode() not in seen and time.monotonic() < until:
            seen += self.node.read()
        if PROMPT.encode() in seen:
            self.node.type(b"\x04")

    def _begin(self, program: str, start: str) -> None:
        """Have a program run at the REPL, and then the start that it ends in, or by the line.

        All that the node does is due in that start, as the wake that this takes may be over.
        """
        self.node.interrupt(nap_s=WAKE_S, timeout_s=WAKE_S)
        self._log()
        self._from_here()
        if start == POWER_ON:
            self.node.exec(program)
            self._forget()
            self.node.reset()
        else:
            self.node.begin(f"import time\ntime.sleep_ms({PERIOD_MS})\n{program}")
        with suppress(NotSeen):
            self.node.expect(STARTED, PERIOD_MS / 1000 + ANSWER_S)
        self.mark = self.node.used

    def _log(self) -> str:
        """What it has logged, which is gone then; in the raw REPL only."""
        told = self.node.exec(programs.LOG.format(folder=self.guest.folder))
        log: bytes = ast.literal_eval(told or "b''")
        return log.decode(errors="replace")

    def _mend(self, case: Case) -> str:
        """Have all as it was, and the node start anew; what it had logged."""
        self.node.interrupt(anew=False)  # where main.py is away, boot.py sleeps
        log = self._log()
        self.node.exec(programs.mend(case, self.guest))
        self.node.start()
        return log
