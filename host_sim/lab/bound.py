"""What no node can do with less: its sleep, and the fewest starts and joins that its service needs.

Whoever knew what is to come would wake only to tell, and tell several channels at once. So often at
least it has to tell: each word and each edge of a contact; a heartbeat where nothing else was told
for its period and its window; and of the channel that changes most whenever no single value is
within `delta` of all that was, but for what passes within the time that news may wait and what
words and edges take along. Each takes a start and a join, unless a lighter sleep since the last
word or edge spares them for less. What a pull-up draws through the contact, it draws all the time.
It starts as a node without our library does. Joins are taken as remembered, with a stored key, at
the lowest power and with no frame lost. The bound is valid, and lower than what can be reached:
channels do not change at the same times.
"""

from dataclasses import dataclass, replace

import numpy as np

from host_sim.engine.parts import CHANNEL_ROW, SERIES, Parts
from host_sim.hardware import price, states
from host_sim.hardware.board import Board
from host_sim.hardware.start import PLAIN
from host_sim.sim import build, outside
from host_sim.spec import costs
from host_sim.spec.nodefile import Node
from host_sim.spec.scenario import Scenario
from host_sim.trace.recording import Floats
from host_sim.world.recordings import DAY_US


@dataclass(frozen=True)
class Bound:
    """Of a run: the charge that the sleep and what it cannot do without take."""

    days: float
    charge_fc: int

    @property
    def average_current_ua(self) -> float:
        """What a node draws that needs no more."""
        return self.charge_fc / (self.days * DAY_US) / 1000


def of(scenario: Scenario) -> Bound:
    """The least that a scenario's service takes."""
    node, board = scenario.file.node, _quickest(scenario.board)
    us, world = build.end_us(scenario), build.parts(scenario)
    happened_us = _edges_and_words(scenario, world)
    silences_us = np.diff([0, *happened_us, us])
    heartbeats = silences_us // (1_000_000 * (node.report.period_s + node.report.late_s))
    told = max(int(heartbeats.sum()), _most_told(scenario, world) - len(happened_us))
    pulled_fc = (world.current_na[states.DEEP_SLEEP] - board.current_na[states.DEEP_SLEEP]) * us
    start_fc, join_fc = _start_fc(board), _tell_fc(board, node)
    if node.kind == "switch":  # it has joined, and stays
        message_fc = told * price.message_fc(board, 0)
        charge_fc = price.state_fc(board, "modem_sleep", us) + pulled_fc + message_fc
        return Bound(scenario.file.days, charge_fc)
    charge_fc = price.state_fc(board, "deep_sleep", us) + pulled_fc
    charge_fc += _happened_fc(board, happened_us, start_fc, join_fc)
    charge_fc += told * (start_fc + join_fc)
    return Bound(scenario.file.days, charge_fc)


def _quickest(board: Board) -> Board:
    """With the start of a node that was written without our library, which is sooner than ours."""
    return replace(board, image=PLAIN.get(board.image, board.image), monitors=False)


def tellings(values: Floats, delta: float, block: int) -> int:
    """How often a value must be told to be within delta of `values`, at least.

    Of each block of so many, one value has to be met: what passes sooner may be missed.
    """
    whole = values[: len(values) // block * block].reshape(-1, block)
    lows, highs = whole.min(axis=1) - delta, whole.max(axis=1) + delta
    count = 0
    low, high = np.inf, -np.inf
    for at_least, at_most in zip(lows.tolist(), highs.tolist(), strict=True):
        low, high = max(low, at_least), min(high, at_most)
        if low > high:  # no value is within delta of all since it was last told
            count += 1
            low, high = at_least, at_most
    return count


def _most_told(scenario: Scenario, parts: Parts) -> int:
    """Of the channel that has to be told most often."""
    file = scenario.file
    most = 0
    for i, channel in enumerate(file.node.channel):
        source, step_us, first, cells = parts.channels[CHANNEL_ROW * i :][:4]
        if source != SERIES or not channel.delta:
            continue
        values = np.asarray(parts.series[first : first + cells], float)
        values = np.resize(values, max(1, build.end_us(scenario) // step_us))
        wait_us = (channel.within_s + _period_s(file.node, channel.name)) * 1_000_000
        most = max(most, tellings(values, channel.delta, max(1, -(-wait_us // step_us))))
    return most


def _period_s(node: Node, channel: str) -> int:
    """How long a change may go unseen: the period of the task that reads it, and its window."""
    periods = [one.period_s + one.late_s for one in node.task if channel in one.channels]
    return min(periods, default=node.report.period_s)


def _edges_and_words(scenario: Scenario, parts: Parts) -> list[int]:
    """When a word is said, and when the contact has something to tell, µs."""
    heard = zip(parts.hearing.event_word, parts.hearing.event_us, strict=True)
    happened = outside.news_us(parts, scenario.file.node.watch)
    happened += [at for word, at in heard if word]
    return sorted(at for at in happened if at < build.end_us(scenario))


def _happened_fc(board: Board, happened_us: list[int], start_fc: int, join_fc: int) -> int:
    """What to tell of each takes, asleep since the last in the way that takes least."""
    na = dict(zip(states.NAMES, board.current_na, strict=True))
    gaps_us = np.diff([0, *happened_us])
    started = np.minimum(start_fc, gaps_us * (na["light_sleep"] - na["deep_sleep"]))
    told = np.minimum(started + join_fc, gaps_us * (na["modem_sleep"] - na["deep_sleep"]))
    return round(float(told.sum()))


def _start_fc(board: Board) -> int:
    return price.state_fc(board, "boot", board.phase_us("boot"))


def _tell_fc(board: Board, node: Node) -> int:
    """A remembered join with a stored key and a message, at the lowest power."""
    way = costs.way(node)
    join_fc = price.join_fc(board, way.cached, 0, "stored")
    return join_fc + price.message_fc(board, 0, way.message)
