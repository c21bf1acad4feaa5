"""boot.py of a version on trial: in the end the version is the node's own, or the one before is.

It is sent as it stands here, with a last part that names the slots (tools.provision.version). It
needs no file of either version, as any of them may be damaged. What has happened lies in /trial, a
letter an event: it has to outlive a cut of the power, which the RTC's memory does not. How the
trial ends is written there too, before it is done, and done at the next start if not at this one:
the boot.py of that end, which lies ready, is renamed over this one.
"""

# mypy: ignore-errors

import gc
import os
import sys

import machine

EVENTS = "/trial"
BEGUN, SILENT, DELIVERED = "bsd"  # a wake began; it ends in sleep, after a report or without one
OWN = "own"
MOST = 3  # wakes without a report
STARTING_MS = 90000  # as main.py's, which may be damaged
SILENT_MS = 120000  # joins wait a minute after a failure, two after another: each wake tries
DELIVERED_MS = 1000
GARBAGE = 4096  # bytes of it at most: no version is to fail by the heap that this file takes
HOUR_MS = 3600000


class Trial:
    """Told of each wake of the version in `slot`; `other` is the one before."""

    def __init__(self, slot, other):
        self.slot = slot
        self.other = other

    def begin(self, reset=machine.DEEPSLEEP_RESET):
        """Let a wake begin after this reset, or end the trial, which resets the chip.

        One after a sleep that was not deep begins without.
        """
        events, _, verdict = self.told().partition("\n")
        if verdict:
            self._end(verdict)
        if not events and reset == machine.WDT_RESET:
            machine.reset()  # that was of what ran before, and main.py rests after it
        by_hand = reset in (machine.PWRON_RESET, machine.SOFT_RESET)
        asleep = reset == machine.DEEPSLEEP_RESET and events[-1:] != BEGUN
        if events and not by_hand and not asleep:
            self.back("it hung" if reset == machine.WDT_RESET else "it crashed")
        ended = events.replace(BEGUN, "")
        if DELIVERED in ended[:-1]:  # and it has started from what it retained
            self._decide(OWN)
        delivered = DELIVERED in ended
        if events.count(BEGUN) >= MOST + delivered:
            self.back("it did not start again" if delivered else "no report in three wakes")
        self._note(BEGUN)
        gc.threshold(GARBAGE)

    def ended(self, delivered):
        """A wake is about to end in sleep, after a report or without one; how long in ms."""
        delivered = delivered or DELIVERED in self.told()
        self._note(DELIVERED if delivered else SILENT)
        return DELIVERED_MS if delivered else SILENT_MS

    def back(self, why):
        """Have the version before back, for a reason or an exception."""
        text = why if isinstance(why, str) else repr(why)
        try:
            with open(self.other + "/torpor.log", "a") as file:
                file.write("version %s taken back: %s\n" % (self.slot, text))
                if isinstance(why, BaseException):
                    sys.print_exception(why, file)
        except OSError:
            pass  # a full file system costs the line
        self._decide(text)

    def told(self):
        """What has happened, and behind a line's end how it is to end."""
        try:
            with open(EVENTS) as file:
                return file.read()
        except OSError:
            return ""

    def _note(self, text):
        with open(EVENTS, "a") as file:
            file.write(text)

    def _decide(self, verdict):
        try:
            self._note("\n" + verdict)
        except OSError:
            pass
        self._end(verdict)

    def _end(self, verdict):
        own = verdict == OWN
        memory = machine.RTC()
        memory.memory(memory.memory()[:1])  # what was retained is not the other's; outputs stay
        try:
            os.rename("/boot.own" if own else "/boot.back", "/boot.py")
        except OSError:
            machine.deepsleep(HOUR_MS)
        how = "is the node's own" if own else "was taken back: " + verdict
        print("torpor: %s %s" % (self.slot, how))
        machine.reset()
