"""What no node can do with less: its sleep, and the fewest starts and joins that its service needs.

Whoever knew what is to come would wake only to tell, and tell several channels at once. So often at
least it has to tell: a heartbeat each period and its window, and of the channel that changes most
whenever no single value is within `delta` of all that was, but for what passes within the time that
news may wait. Each word, and each edge of a contact that no lighter sleep could bridge, costs a
start and a join, too. What a pull-up draws through the contact, it draws all the time. It starts as
a node without our library does. Joins are taken as remembered, with a stored key, at the lowest
power and with no frame lost. The bound is valid, and lower than what can be reached: channels do
not change at the same times.
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
    told = max(us / 1e6 / (node.report.period_s + node.report.late_s), _most_told(scenario, world))
    happened = _edges_and_words(scenario, world)
    pulled_fc = (world.current_na[states.DEEP_SLEEP] - board.current_na[states.DEEP_SLEEP]) * us
    start_fc, join_fc = _start_fc(board), _tell_fc(board, node)
    if node.kind == "switch":  # it has joined, and stays
        message_fc = round(told) * price.message_fc(board, 0)
        charge_fc = price.state_fc(board, "modem_sleep", us) + pulled_fc + message_fc
        return Bound(scenario.file.days, charge_fc)
    each_fc = [min(start_fc + join_fc, bridged) for bridged in happened]
    charge_fc = price.state_fc(board, "deep_sleep", us) + pulled_fc + round(sum(each_fc))
    charge_fc += round(told) * (start_fc + join_fc)
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


def _edges_and_words(scenario: Scenario, parts: Parts) -> list[float]:
    """Of each word and a contact's news, what staying associated since the last would draw."""
    end_us = build.end_us(scenario)
    heard = zip(parts.hearing.event_word, parts.hearing.event_us, strict=True)
    happened = outside.news_us(parts, scenario.file.node.watch)
    happened += [at for word, at in heard if word]
    at_us = sorted(at for at in happened if at < end_us)
    na = dict(zip(states.NAMES, scenario.board.current_na, strict=True))
    gaps = np.diff([-np.inf, *at_us])
    return [gap * (na["modem_sleep"] - na["deep_sleep"]) for gap in gaps.tolist()]


def _start_fc(board: Board) -> int:
    return price.state_fc(board, "boot", board.phase_us("boot"))


def _tell_fc(board: Board, node: Node) -> int:
    """A remembered join with a stored key and a message, at the lowest power."""
    way = costs.way(node)
    join_fc = price.join_fc(board, way.cached, 0, "stored")
    return join_fc + price.message_fc(board, 0, way.message)
