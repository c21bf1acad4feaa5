"""Many nodes on one clock: whose turn it is, and what they send one another.

The next to act is the one that wakes first, of several the one with the lowest number: a run is a
function of its nodes and their seeds. A sleep that nobody else can end is simulated at once, one
on which a command may come when its time is over: by then every command is there that was sent
before. What others do during a wake is seen late by at most that wake.
"""

from host_sim.engine.ether import Ether
from host_sim.engine.port import SimPort

AWAKE = -1


class Home:
    """The nodes, and the order of their turns.

    ports      the nodes' ports
    records    their records
    never_us   the turn of a node that is done, behind all others
    cause      what woke each of them
    kind, ms   the sleep that each has still to begin; AWAKE: none
    turn       when it acts next (µs), times the number of nodes, plus its own number
    first      a tournament: cell 1 is whose turn it is, cell i that of cells 2i and 2i + 1, and the
               last half the nodes themselves (Knuth, volume 3, 5.4.1): O(log n) a turn
    ether      their channel
    """

    def __init__(self, ports: list[SimPort], records: list[list[int]], ether: Ether) -> None:
        self.ports = ports
        self.records = records
        self.nodes = len(ports)
        self.never_us = (1 << 62) // self.nodes
        self.cause = [0] * self.nodes
        self.kind = [AWAKE] * self.nodes
        self.ms = [0] * self.nodes
        self.ether = ether
        leaves = 1 << (self.nodes - 1).bit_length()
        self.leaves = leaves
        # Leaves without a node stand for one that never acts.
        self.first = [self.nodes] * leaves + [min(i, self.nodes) for i in range(leaves)]
        self.turn = [ports[i].now_us * self.nodes + i for i in range(self.nodes)]
        self.turn.append(self.never_us * self.nodes)
        for i in range(self.nodes):
            self.play(i)

    def next_us(self) -> int:
        """When somebody acts next."""
        return self.turn[self.first[1]] // self.nodes

    def plan(self, node: int, at_us: int) -> None:
        """A node acts next at this instant."""
        self.turn[node] = at_us * self.nodes + node
        self.play(node)

    def play(self, node: int) -> None:
        """Settle anew who comes first in each match that a node is in."""
        first, turn = self.first, self.turn
        match = (self.leaves + node) >> 1
        while match:
            one, other = first[2 * match], first[2 * match + 1]
            first[match] = one if turn[one] <= turn[other] else other
            match >>= 1

    def settle(self) -> None:
        """Hand over the commands that the broker has; one ends the sleep of a node that listens."""
        mail = self.ether.mail
        for row in range(0, self.ether.mails * 3, 3):
            receiver, at_us = mail[row], mail[row + 2]
            self.ports[receiver].deliver(mail[row + 1], at_us)
            if self.kind[receiver] != AWAKE and at_us < self.turn[receiver] // self.nodes:
                self.plan(receiver, at_us)
        self.ether.mails = 0
