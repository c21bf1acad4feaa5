"""The radio channel that the nodes of a home share, its access point and its broker.

A frame has a sender, an instant, a length and a power; whoever is near enough hears it, by path
loss over the distance (log-distance model, Rappaport, Wireless Communications, section 4.9). A
sender that hears another waits (carrier sense); one that does not hear it may collide at the
receiver, which still gets the stronger of two frames where it is CAPTURE_QDB above the other.

Wakes are simulated one behind the other, in the order of their starts. So the node that woke first
does not see the frames of one that woke while it was awake; the later one sees all of its.
Ints and int lists only, compiled with the port.
"""

BUCKET_US = 32_768
BUCKETS = 4_096  # two minutes of frames: no wake lasts longer
DEPTH = 96  # frames that begin in one bucket
LONGEST_US = 20_000  # a frame (hardware/mac.py)

SENSE_QDBM = -82 * 4  # carrier sense of a Wi-Fi preamble (IEEE 802.11-2016, 17.3.10.6)
CAPTURE_QDB = 10 * 4  # what a frame needs above another (Ware et al., 2000: capture of 802.11b)
FREE, SPOILT = 0, 1  # less than the end of any frame (µs)
LATENCY_US = 20_000  # I: from one node's acknowledged report to another's command, by the broker


class Ether:
    """Who is where, and what is on the air.

    nodes      how many there are; the access point is party number `nodes`. One: nothing is shared
    x_cm, y_cm places of the nodes, and of the access point behind them
    loss_qdb   path loss in quarter-dB by the square of the distance (path_qdb(), world/pathloss.py)
    frame_us, frame_end_us, frame_sender, frame_qdbm
               frames on the air, DEPTH cells a bucket of time; `bucket` says of which time each is
    last_us    the end of the last of them
    links      what a report sets off: sender, channel, receiver a row
    mail       commands on their way: receiver, value, instant (µs), `mails` rows
    hits       frames lost by collision; waits: frames that had to wait for others
    """

    def __init__(
        self,
        nodes: int,
        x_cm: list[int],
        y_cm: list[int],
        loss_qdb: list[int],
        links: list[int],
    ) -> None:
        shared = nodes > 1
        self.nodes = nodes
        self.x_cm = x_cm
        self.y_cm = y_cm
        self.loss_qdb = loss_qdb
        self.frame_us = [0] * (BUCKETS * DEPTH * shared)
        self.frame_end_us = [0] * (BUCKETS * DEPTH * shared)
        self.frame_sender = [0] * (BUCKETS * DEPTH * shared)
        self.frame_qdbm = [0] * (BUCKETS * DEPTH * shared)
        self.bucket = [-1] * (BUCKETS * shared)
        self.frames = [0] * (BUCKETS * shared)
        self.links = links
        self.mail = [0] * (len(links) * shared)
        self.mails = 0
        self.last_us = 0
        self.hits = 0
        self.waits = 0

    def path_qdb(self, one: int, other: int) -> int:
        """Path loss between two parties."""
        x = self.x_cm[one] - self.x_cm[other]
        y = self.y_cm[one] - self.y_cm[other]
        square = x * x + y * y
        octave = 0
        while square >= 32:
            square >>= 1
            octave += 1
        return self.loss_qdb[octave * 16 + (square - 16 if square >= 16 else 0)]

    def add(self, sender: int, at_us: int, air_us: int, qdbm: int) -> None:
        """A frame goes on the air."""
        number = at_us // BUCKET_US
        at = number % BUCKETS
        if self.bucket[at] != number:
            self.bucket[at] = number
            self.frames[at] = 0
        if self.frames[at] < DEPTH:
            cell = at * DEPTH + self.frames[at]
            self.frame_us[cell] = at_us
            self.frame_end_us[cell] = at_us + air_us
            self.frame_sender[cell] = sender
            self.frame_qdbm[cell] = qdbm
            self.frames[at] += 1
            self.last_us = max(self.last_us, at_us + air_us)

    def busy(self, sender: int, receiver: int, at_us: int, air_us: int, qdbm: int) -> int:
        """What a frame would meet on the air: FREE, SPOILT, or the end of what its sender hears.

        Spoilt is what overlaps, at its receiver, another's frame that its sender does not hear.
        """
        if at_us >= self.last_us:
            return FREE
        found = FREE
        least_qdbm = qdbm - self.path_qdb(sender, receiver) - CAPTURE_QDB
        for number in range((at_us - LONGEST_US) // BUCKET_US, (at_us + air_us) // BUCKET_US + 1):
            at = number % BUCKETS
            if self.bucket[at] != number:
                continue
            for cell in range(at * DEPTH, at * DEPTH + self.frames[at]):
                end_us = self.frame_end_us[cell]
                if end_us <= at_us or self.frame_us[cell] >= at_us + air_us or end_us <= found:
                    continue
                other = self.frame_sender[cell]
                if other == sender:
                    continue
                if self.frame_qdbm[cell] - self.path_qdb(other, sender) >= SENSE_QDBM:
                    found = end_us
                elif (
                    found == FREE
                    and self.frame_qdbm[cell] - self.path_qdb(other, receiver) >= least_qdbm
                ):
                    found = SPOILT
        return found

    def report(self, sender: int, channel: int, value: int, at_us: int) -> None:
        """The broker got a reading: commands go to whoever is linked to it, the newest to each."""
        for row in range(0, len(self.links), 3):
            if self.links[row] == sender and self.links[row + 1] == channel:
                receiver = self.links[row + 2]
                cell = 0
                while cell < self.mails * 3 and self.mail[cell] != receiver:
                    cell += 3
                self.mail[cell] = receiver
                self.mail[cell + 1] = 1 if value > 0 else 0
                self.mail[cell + 2] = at_us + LATENCY_US
                self.mails = max(self.mails, cell // 3 + 1)


def alone() -> Ether:
    """A node that shares its channel with nobody."""
    return Ether(1, [0, 0], [0, 0], [0] * 17, [])
