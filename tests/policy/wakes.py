"""Play randomised wakes and print what was decided, as checksums to compare between interpreters.

`-m tests.policy.wakes SEED WAKES` prints, each 1,000 wakes and at the end, the number of wakes, a
CRC-32 of all port calls, sleeps and kinds of sleep, and one of the record after each wake.
"""

import sys
from array import array
from binascii import crc32

from tests.policy.randomport import Random, RandomPort, configuration
from tests.policy.rig import MICROPYTHON, locked
from torpor import ahead, node, record, retain, sensor, switch
from torpor.config import configure
from torpor.policy import sleep
from torpor.policy.ticks import add
from torpor.port import COLD, CRASH, NONE, PIN, TIMER, WATCH

EVERY = 1000


def plain(size):
    """A record in the interpreter's fastest form."""
    return array("i", bytes(4 * size)) if MICROPYTHON else [0] * size


class Play:
    """One node after the other, each for some wakes, as main.py would run it."""

    def __init__(self, seed: int, blank=plain) -> None:
        self.random = Random(seed)
        self.port = RandomPort(self.random)
        self.r = blank(record.SIZE)
        self.before = blank(record.SIZE)
        self.left = 0
        self.cause = COLD
        self.decided = 0
        self.kept = 0

    def start(self) -> None:
        """Set another node up."""
        random = self.random
        config = configuration(random)
        configure(self.r, config)
        self.port.battery = config["battery_channel"]
        self.port.bad = (1, 2, 4, 16, 64, 256)[random.below(6)]
        self.port.rssi = -30 - random.below(70)
        self.port.begin_at(random.up_to(0x3FFFFFFF))
        self.port.armed_ms = NONE
        self.left = 1 + random.below(400)
        self.cause = COLD

    def step(self) -> None:
        """One wake, and the sleep behind it; what was decided goes into the checksums."""
        if self.left == 0:
            self.start()
        self.left -= 1
        port = self.port
        port.logged = 0
        crash = self.random.one_in(16) or (self.cause == CRASH and not self.random.one_in(4))
        if crash:
            self.before[:] = self.r
        began = port.clock
        with locked:
            ms = self.wake()
        port.note(12, ms, self.r[record.SLEEP_KIND])
        self.decided = crc32(memoryview(port.log)[: port.logged], self.decided)
        if crash:
            self.r[:] = self.before
            if self.random.one_in(4):
                node.surged(self.r, port.clock)
            else:
                node.crashed(self.r, port.clock, self.random.below(2))
            node.begin(self.r, self.cause, began)
            self.cause = CRASH
        else:
            self.cause = self.sleep(ms)
        words = self.r if MICROPYTHON else array("i", self.r)
        self.kept = crc32(words, self.kept)

    def wake(self) -> int:
        """What main.py calls: the ms to sleep."""
        self.port.armed_ms = NONE
        if self.r[record.KIND] == record.SWITCH:
            ms = switch.wake(self.r, self.port, self.cause)
        else:
            ms = sensor.wake(self.r, self.port, self.cause)
        if node.plans(self.r):
            ahead.plan(self.r)
        return ms

    def sleep(self, ms: int) -> int:
        """Sleep as long as was asked for, or less when something happens, or far too long."""
        random = self.random
        port = self.port
        happens = random.one_in(4)
        if happens:
            port.clock = add(port.clock, random.below(ms + 1))
        else:
            port.clock = add(port.clock, ms)
        if random.one_in(256):
            port.clock = add(port.clock, random.below(0x3FFFFFFF))
        if happens and port.armed_ms > 0:
            return WATCH
        if happens and (port.armed_ms == 0 or self.r[record.SLEEP_KIND] == sleep.MODEM):
            return PIN
        return TIMER

    def restore(self) -> None:
        """Through the retained bytes and back, as in deep sleep."""
        data = retain.pack(self.r, 7)
        self.kept = crc32(data, self.kept)
        for i in range(len(self.r)):
            self.r[i] = 0
        if retain.unpack(data, self.r, 7) != retain.OK:
            raise ValueError("the record did not come back")


def play(seed: int, wakes: int, blank=plain):
    """Lines to compare: wakes so far, CRC-32 of the decisions, CRC-32 of the records."""
    node = Play(seed, blank)
    for done in range(1, wakes + 1):
        node.step()
        if done % EVERY == 0 or done == wakes:
            node.restore()
            yield "%d %08x %08x" % (done, node.decided, node.kept)


if __name__ == "__main__":
    for line in play(int(sys.argv[1]), int(sys.argv[2])):
        print(line)
