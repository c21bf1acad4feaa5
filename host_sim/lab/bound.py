"""What no node can do with less: its sleep, and the fewest starts and joins that its service needs.

Whoever knew what is to come would wake only to tell, and tell several channels at once. So often at
least it has to tell: each word and each edge of a contact; a heartbeat where nothing else was told
for its period and its window; and of the channel that changes most whenever no single value is
within `delta` of all that was, but for what passes within the time that news may wait and what
words and edges take along; words and edges whose news may wait are told together. Each takes a
start and a join, unless a lighter sleep since the last word or edge spares them for less; no node
sleeps meanwhile. What sensors and a pull-up draw, they draw all the time.
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
from host_sim.hardware.states import Part
from host_sim.sim import build, outside
from host_sim.spec import costs
from host_sim.spec.nodefile import Node
from host_sim.spec.scenario import Scenario
from host_sim.trace.recording import Floats
from host_sim.units import DAY_US


@dataclass(frozen=True)
class Bound:
    """The least charge of a run: that of its sleep, and of what it cannot do without."""

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
    within_us = _within_us(node)
    happened_us = [at for at in together(_happened(scenario, world), within_us) if at < us]
    silences_us = np.maximum(0, np.diff([0, *happened_us, us]) - within_us)
    heartbeat_us = 1_000_000 * (node.report.period_s + node.report.late_s)
    most_told = max(us // heartbeat_us, _most_told(scenario, world))
    told = max(int((silences_us // heartbeat_us).sum()), most_told - len(happened_us))
    beside_fc = (world.current_na[states.DEEP_SLEEP] - board.current_na[states.DEEP_SLEEP]) * us
    if node.kind == "switch":  # it has joined, and stays
        charge_fc = price.state_fc(board, "modem_sleep", us) + beside_fc
        charge_fc += told * _tell_fc(board, (costs.way(node).message,), "modem_sleep")
        return Bound(scenario.file.days, charge_fc)
    charge_fc = price.state_fc(board, "deep_sleep", us) + beside_fc
    charge_fc += _happened_fc(board, node, silences_us[:-1].astype(float))
    charge_fc += told * (_start_fc(board) + _tell_fc(board, _joined(node), "deep_sleep"))
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


def _happened(scenario: Scenario, parts: Parts) -> list[int]:
    """When a detector is said a word, or the contact that wakes has something to tell, µs."""
    watch = scenario.file.node.watch
    if watch is None:
        return []
    if not watch.interval_ms:
        return outside.news_us(parts, watch)
    heard = zip(parts.hearing.event_word, parts.hearing.event_us, strict=True)
    return sorted(at for word, at in heard if word)


def _within_us(node: Node) -> int:
    """How long words and edges may wait for each other."""
    watched = node.watch.channel if node.watch else None
    return sum(one.within_s * 1_000_000 for one in node.channel if one.name == watched)


def together(happened_us: list[int], within_us: int) -> list[int]:
    """When what happened is told at the latest, as seldom as may be, µs."""
    told_us: list[int] = []
    for at in happened_us:
        if not told_us or at > told_us[-1]:
            told_us.append(at + within_us)
    return told_us


def _happened_fc(board: Board, node: Node, gaps_us: Floats) -> int:
    """Charge of telling all that happened, with the cheapest kind of sleep in each gap before."""
    na = dict(zip(states.NAMES, board.current_na, strict=True))
    started_fc = _start_fc(board) + _tell_fc(board, _joined(node), "deep_sleep")
    lingered_fc = gaps_us * (na["light_sleep"] - na["deep_sleep"])
    lingered_fc += _tell_fc(board, _joined(node), "light_sleep")
    stayed_fc = gaps_us * (na["modem_sleep"] - na["deep_sleep"])
    least_fc = np.minimum(np.minimum(started_fc, lingered_fc), stayed_fc)
    return round(float(least_fc.sum()))


def _joined(node: Node) -> tuple[Part, ...]:
    """A remembered join and a message."""
    way = costs.way(node)
    return (*way.cached, way.message)


def _start_fc(board: Board) -> int:
    """What a start takes more than deep sleep does meanwhile."""
    us = board.phase_us("boot")
    return price.state_fc(board, "boot", us) - price.state_fc(board, "deep_sleep", us)


def _tell_fc(board: Board, parts: tuple[Part, ...], asleep: str) -> int:
    """What these parts take more than that kind of sleep does meanwhile.

    They go at the lowest power, and with a stored key.
    """
    us = sum(board.join_us(part.phase, "stored") for part in parts)
    return price.join_fc(board, parts, 0, "stored") - price.state_fc(board, asleep, us)
