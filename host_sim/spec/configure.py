"""From a node's file and its board to what the device reads: names to indices, numbers to costs."""

from typing import Any

from host_sim.hardware import cell, price
from host_sim.hardware.board import Board
from host_sim.hardware.mac import RATES
from host_sim.spec import costs, nodefile
from host_sim.spec.device import (
    Backoff,
    Cascade,
    Channel,
    Device,
    Energy,
    Sleep,
    Spread,
    Stage,
    Task,
    TxPower,
    as_config,
)
from host_sim.spec.nodefile import Node, channel_index
from host_sim.units import MINUTE_US
from host_sim.world.wifi import HALF_LOST_DBM
from torpor.policy import schedule, sleep, txpower

MOST_S = schedule.MAX_SLEEP_MS // 1000
MOST_UC_MS = 5_000
FAILURES_PERCENT = 8
MOST_RATE_UC_MIN = 372_827  # a day of which stays within 31 bits
# The S2's and S3's timer of the ULP has 24 bits of a clock that may be as fast as 150 kHz, by which
# that is 111 s (ESP-IDF 5.5.5, ulp_common.c).
MOST_ULP_MS = 100_000
MOST_MC = 1 << 28  # of a store: what is planned with it stays within 31 bits
MOST_UC = 1 << 26  # of one service: what the scheduler adds up stays within 31 bits

# Modes that a person understands, as data: the highest level allowed (index into the eleven), and
# how often over a lost question counts. docs/policies.md has what each of them costs and brings.
MODES = {"through-wall": (10, 4), "standard": (10, 1), "eco": (7, 1)}


def device_config(node: Node, board: Board, seed: int = 1) -> dict[str, Any]:
    """config.json of a node on a board; `seed` is what its chances begin with."""
    return as_config(device(node, board, seed))


def device(node: Node, board: Board, seed: int = 1) -> Device:
    """The same as structures; nodes of one home need different seeds."""
    watch, battery = node.watch, node.battery
    return Device(
        kind=node.kind,
        cache_join=1,
        lease_min=node.lease_h * 60,
        report_task=len(node.task),
        watch_task=len(node.task) + 1,
        watch_channel=channel_index(node, watch.channel) if watch else -1,
        battery_channel=(
            channel_index(node, battery.channel) if battery and battery.channel else -1
        ),
        ulp_ms=ulp_ms(node, board),
        tasks=[*(_task(node, board, task) for task in node.task), _report(node, board)],
        channels=[Channel(one.delta, one.within_s * 1000) for one in node.channel],
        txpower=_txpower(node, board),
        energy=_energy(node, battery, board) if battery else Energy(),
        sleep=_sleep(node, board),
        cascade=_cascade(watch) if watch else Cascade(),
        spread=Spread(within_ms=node.report.spread_s * 1000, seed=seed % 65_537),
        backoff=_backoff(node, board) if node.kind == "sensor" else Backoff(),
    )


def _task(node: Node, board: Board, task: nodefile.Task) -> Task:
    return Task(
        channels=[channel_index(node, name) for name in task.channels],
        period_ms=task.period_s * 1000,
        early_ms=task.early_s * 1000,
        late_ms=task.late_s * 1000,
        priority=nodefile.priority(node, task),
        radio=0,
        cost_uc=min(MOST_UC, costs.measure_uc(node, board, task)),
        warmup_ms=task.warmup_ms,
        longest_ms=_longest_s(node, task) * 1000,
        ulp=int(task in node.monitored(board.chip)),
    )


def _longest_s(node: Node, task: nodefile.Task) -> int:
    """How long a task may go unserved while nothing moves; 0: as its period has it.

    By default half of what a channel's news may wait is lent to its readings: one that comes so
    much later is told so much sooner, and a change is told by the same time as ever. Lent whole, it
    costs the log too much where a value jumps out of a rest. Where every reading is news there is
    none to lend, nor is the cell's, which sets the mode.
    """
    channels = [one for one in node.channel if one.name in task.channels]
    cells = node.battery.channel if node.battery else None
    if any(one.delta == 0 or one.name == cells for one in channels):
        return 0
    longest_s = task.longest_s or task.period_s + min(one.within_s for one in channels) // 2
    return min(longest_s, MOST_S) if longest_s > task.period_s else 0


def ulp_ms(node: Node, board: Board) -> int:
    """From one reading of the ULP to the next: an equal part of the shortest period, or 0."""
    periods_ms = [task.period_s * 1000 for task in node.monitored(board.chip)]
    if not periods_ms:
        return 0
    shortest_ms = min(periods_ms)
    return shortest_ms // -(-shortest_ms // MOST_ULP_MS)


def _report(node: Node, board: Board) -> Task:
    """The delivery."""
    report = node.report
    return Task(
        channels=[],
        period_ms=report.period_s * 1000,
        early_ms=report.early_s * 1000,
        late_ms=report.late_s * 1000,
        priority=report.priority,
        radio=1,
        cost_uc=min(MOST_UC, costs.join_uc(node, board)),
        warmup_ms=0,
        longest_ms=0,
    )


def _txpower(node: Node, board: Board) -> TxPower:
    highest, weight = MODES[node.mode]
    retry_uc = weight * price.lost_fc(board, costs.way(node)) // price.FC_PER_UC
    return TxPower(
        lowest=0,
        highest=highest,
        sensitivity_dbm=round(HALF_LOST_DBM + RATES["1M"].sensitivity_db),
        retry_uc=min(txpower.MAX_UC, retry_uc),
        questions=txpower.JOIN_QUESTIONS if node.link == "wifi" else 0,
        burst_uc=costs.burst_uc(node, board),
    )


def _energy(node: Node, battery: nodefile.Battery, board: Board) -> Energy:
    """A budget is of all that is drawn: sleep is taken off it, and a start has its price."""
    budget_uc, asleep_uc = battery.budget_mc_per_hour * 1000, costs.sleep_uc_per_hour(node, board)
    start_uc = costs.wake_uc(board)
    if node.deepest_sleep == "deep":
        start_uc += costs.boot_uc(board)
    return Energy(
        low_permille=battery.low_percent * 10,
        critical_permille=battery.critical_percent * 10,
        target_h=battery.target_days * 24,
        budget_uc_min=max(60, budget_uc - asleep_uc) // 60 if budget_uc else 0,
        start_uc=min(MOST_UC, start_uc),
        air_uc_ms=min(MOST_UC_MS, costs.uc(board, "associate", 1000)),
        capacity_mc=min(MOST_MC, round(battery.capacity_mah * 3_600)) if battery.harvested else 0,
        ocv_mv=list(cell.CELLS[battery.chemistry].ocv_mv),
    )


def _sleep(node: Node, board: Board) -> Sleep:
    return Sleep(
        light_ms=costs.light_ms(board),
        deep_ms=costs.deep_ms(board),
        deepest=sleep.DEEP if node.deepest_sleep == "deep" else sleep.LIGHT,
        associated=int(node.kind == "switch"),
        lingers=int(node.kind == "sensor" and _is_woken_by_a_pin(node)),
        start_ms=_start_ms(node, board),
    )


def _start_ms(node: Node, board: Board) -> int:
    """From the end of a sleep to the node's own code; from light sleep that is nothing."""
    if node.kind == "switch" or node.deepest_sleep == "light":
        return 0
    return (board.phase_us("boot") + board.phase_us("wake_cpu")) // 1000


def _is_woken_by_a_pin(node: Node) -> bool:
    return node.watch is not None and node.watch.interval_ms == 0


def _backoff(node: Node, board: Board) -> Backoff:
    """Failures may take a part of what the node draws at least, detector and events left out.

    As much again, for half a day, is the credit that they begin with (torpor.policy.backoff): a day
    of them comes to an eighth, which leaves room for what is priced too low.
    """
    start_uc = costs.boot_uc(board) + costs.wake_uc(board)
    asleep = "deep_sleep" if node.deepest_sleep == "deep" else "light_sleep"
    report_s = node.report.period_s
    pace_s = {task.name: _longest_s(node, task) or task.period_s for task in node.task}
    pace_s |= {task.name: report_s for task in node.monitored(board.chip)}
    uc_min = (
        costs.uc(board, asleep, MINUTE_US)
        + start_uc * 60 // min([report_s, *pace_s.values()])
        + costs.join_uc(node, board) * 60 // report_s
        + sum(costs.measure_uc(node, board, one) * 60 // pace_s[one.name] for one in node.task)
    )
    return Backoff(
        rate_uc_min=min(MOST_RATE_UC_MIN, uc_min * FAILURES_PERCENT // 100),
        cpu_uc_ms=costs.uc(board, "cpu", 1000),
        air_uc_ms=costs.uc(board, "associate", 1000),
        start_uc=start_uc,
        usual_ms=_delivery_us(node, board) // 1000,
        lost_ms=costs.way(node).lost_us // 1000,
    )


def _delivery_us(node: Node, board: Board) -> int:
    """A join that asks for an address, and a message: the first delivery when nothing is lost."""
    way = costs.way(node)
    return sum(board.join_us(part.phase, node.key) for part in (*way.full, way.message))


def _cascade(watch: nodefile.Watch) -> Cascade:
    stages = [Stage(one.margin, round(one.ratio * 16), one.band) for one in watch.stages]
    return Cascade(
        stages=stages,
        interval_ms=watch.interval_ms,
        false_per_day=watch.false_per_day,
        events_per_day=watch.events_per_day,
        asks=watch.asks,
        hold_ms=watch.hold_s * 1000,
    )
