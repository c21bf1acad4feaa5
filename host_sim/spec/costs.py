"""What a node's doings cost on its board, and how long a sleep must be to be worth it."""

from host_sim.hardware import price, states
from host_sim.hardware.board import Board
from host_sim.spec.nodefile import Channel, Node, Task
from host_sim.units import HOUR_US
from torpor.policy import schedule

# No gap is as long: where a deeper state saves nothing, it is never entered.
NEVER_MS = 2 * schedule.MAX_SLEEP_MS


def uc(board: Board, state: str, us: int) -> int:
    """Charge of a state for a time, µC."""
    return price.state_fc(board, state, us) // price.FC_PER_UC


def way(node: Node) -> states.Way:
    """How its messages come to the broker."""
    return states.WAYS[node.link]


def join_uc(node: Node, board: Board) -> int:
    """Charge of a cached join and a message at full power when nothing is lost, µC."""
    parts = (*way(node).cached, way(node).message)
    listening = sum(price.listening_fc(board, part, node.key) // price.FC_PER_UC for part in parts)
    return listening + burst_uc(node, board)[-1]


def burst_uc(node: Node, board: Board) -> list[int]:
    """Charge of the bursts of a cached join and a message at each level, µC."""
    parts = (*way(node).cached, way(node).message)
    levels = range(len(states.TX_LEVELS_DBM))
    return [price.air_fc(board, parts, level) // price.FC_PER_UC for level in levels]


def measure_uc(node: Node, board: Board, task: Task) -> int:
    """Charge of a task's readings and of their warm-up, µC."""
    all_us, own_uc = 0, 0
    for channel in (one for one in node.channel if one.name in task.channels):
        us = reading_us(channel, board)
        all_us += us
        own_uc += us * channel.read_ua // 1_000_000
    return uc(board, "sense", all_us) + own_uc + _warm_up_uc(node, board, task)


def reading_us(channel: Channel, board: Board) -> int:
    """How long a reading takes: the channel's own time, or the board's."""
    return channel.read_ms * 1000 if channel.read_ms else board.phase_us("measure")


def _warm_up_uc(node: Node, board: Board, task: Task) -> int:
    """In light sleep, unless that costs more or the node stays associated."""
    us = task.warmup_ms * 1000
    if node.kind == "switch":
        return uc(board, "modem_sleep", us)
    if task.warmup_ms < light_ms(board):
        return uc(board, "idle", us)
    return uc(board, "light_sleep", us) + uc(board, "cpu", board.phase_us("light_exit"))


def sleep_uc_per_hour(node: Node, board: Board) -> int:
    """What sleep alone takes of a budget, and the sensors in it; a switch stays associated."""
    state = "modem" if node.kind == "switch" else node.deepest_sleep
    return uc(board, f"{state}_sleep", HOUR_US) + node.standby_na * 3600 // 1000


def boot_uc(board: Board) -> int:
    """Of a start up to the node's own code, µC."""
    return uc(board, "boot", board.phase_us("boot"))


def wake_uc(board: Board) -> int:
    """Of that code in a wake, µC."""
    return uc(board, "cpu", board.phase_us("wake_cpu"))


def light_ms(board: Board) -> int:
    """From how long on a light sleep costs less than to idle."""
    na = dict(zip(states.NAMES, board.current_na, strict=True))
    saved_na = max(1, na["idle"] - na["light_sleep"])
    return min(NEVER_MS, board.phase_us("light_exit") * na["cpu"] // saved_na // 1000 + 1)


def deep_ms(board: Board) -> int:
    """From how long on deep sleep and a start cost less than light sleep."""
    na = dict(zip(states.NAMES, board.current_na, strict=True))
    saved_na = max(1, na["light_sleep"] - na["deep_sleep"])
    boot_fc = board.phase_us("boot") * na["boot"] - board.phase_us("light_exit") * na["cpu"]
    return max(light_ms(board), min(NEVER_MS, boot_fc // saved_na // 1000 + 1))
