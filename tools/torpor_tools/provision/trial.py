"""boot.py of a version on trial: in the end the version is the node's own, or the one before is.

It is sent as it stands here, behind tidy.py and with a last part that names the slots. It needs no
file of either version, as any of them may be damaged. What has to outlive a cut of the power, which
the RTC's memory does not, lies in /trial, in three lines: what the version's files must come to,
what has happened, a letter an event, and how the trial ends. That is written before it is done, and
done at the next start if not at this one: the boot.py of that end, which lies ready, is renamed
over this one.
"""

# mypy: ignore-errors

import gc
import os
import sys
from binascii import hexlify
from hashlib import sha256

import machine

STATE = "/trial"
LOG = "/torpor.log"
BEGUN, SILENT, DELIVERED = "bsd"  # a wake began; it ends in sleep, after a report or without one
OWN = "own"
MOST = 3  # wakes without a report
STARTING_MS = 90000  # as main.py's, which may be damaged
SILENT_MS = 180000  # joins wait up to two minutes after a failure, three after another
DELIVERED_MS = 1000
GARBAGE = 4096  # bytes of it at most: no version is to fail by the heap that this file takes
HOUR_MS = 3600000
# By a chip's own USB, as a terminal that is opened may; machine has no name for it (MicroPython
# 1.29, modmachine.c:255-258).
USB_RESET = 0


class Trial:
    """Told of each wake of the version in `slot`; `other` is the one before."""

    def __init__(self, slot, other):
        self.slot = slot
        self.other = other

    def begin(self, reset=machine.DEEPSLEEP_RESET):
        """Let a wake begin after this reset, or end the trial, which resets the chip.

        One after a sleep that was not deep begins without.
        """
        wanted, events, verdict = self._told()
        if verdict:
            self._end(verdict)
        if not events and reset == machine.WDT_RESET:
            machine.reset()  # that was of what ran before, and main.py rests after it
        if not events and self._digest() != wanted:
            self.back("a file is damaged")
        by_hand = reset in (USB_RESET, machine.PWRON_RESET, machine.SOFT_RESET)
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
        delivered = delivered or DELIVERED in self._told()[1]
        self._note(DELIVERED if delivered else SILENT)
        return DELIVERED_MS if delivered else SILENT_MS

    def back(self, why):
        """Have the version before back, for a reason or an exception."""
        text = why if isinstance(why, str) else repr(why)
        try:
            with open(self.other + LOG, "a") as file:
                file.write("version %s taken back: %s\n" % (self.slot, text))
                if isinstance(why, BaseException):
                    sys.print_exception(why, file)
        except OSError:
            pass  # a full file system costs the line
        self._decide(text)

    def _told(self):
        """The three lines."""
        try:
            with open(STATE) as file:
                return (file.read() + "\n\n").split("\n")[:3]
        except OSError:
            return "", "", ""

    def _note(self, text):
        with open(STATE, "a") as file:
            file.write(text)

    def _digest(self):
        """SHA-256 of those of all its files but the log, with their names."""
        done = sha256()
        for path in sorted(files(self.slot)):
            if path == self.slot + LOG:
                continue
            one = sha256()
            part = bytearray(512)
            with open(path, "rb") as file:
                while True:
                    count = file.readinto(part)
                    if not count:
                        break
                    one.update(memoryview(part)[:count])
            name = path[len(self.slot) + 1 :]
            done.update(("%s %s\n" % (hexlify(one.digest()).decode(), name)).encode())
        return hexlify(done.digest()).decode()

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
        machine.WDT(timeout=STARTING_MS)
        try:
            os.rename("/boot.own" if own else "/boot.back", "/boot.py")
        except OSError:
            machine.deepsleep(HOUR_MS)
        if own:
            clean()
        compact()  # noqa: F821
        how = "is the node's own" if own else "was taken back: " + verdict
        print("torpor: %s %s" % (self.slot, how))
        machine.reset()


def clean():
    """Leave of a trial how it ended: whatever lies in the root is read past by each start."""
    try:
        with open(STATE, "w") as file:
            file.write("\n\n" + OWN)
        os.remove("/boot.back")
    except OSError:
        pass  # it is there still, and the next deployment takes it


def files(folder):
    """The paths of all files below a folder."""
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] == 0x4000:
            yield from files(path)
        else:
            yield path
