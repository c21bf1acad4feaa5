"""What the parts of a wake cost on a board when no frame is lost, in femtocoulombs.

Frames go at 1 Mbit/s, and the access point is on channel 1: the first that is scanned.
"""

from collections.abc import Iterable

from host_sim.hardware import mac, states
from host_sim.hardware.board import Board
from host_sim.hardware.states import Part, Way

FC_PER_UC = 10**9
FC_PER_MC = 10**12


def air_us(part: Part) -> int:
    """How long a part's frames are on the air."""
    return part.frames * mac.air_us(part.bytes)


def state_fc(board: Board, state: str, us: int) -> int:
    """So long in a state."""
    return us * board.current_na[states.NAMES.index(state)]


def air_fc(board: Board, parts: Iterable[Part], level: int) -> int:
    """The frames of some parts on the air, at one of the eleven transmit levels."""
    return sum(map(air_us, parts)) * board.file.radio.tx.current_na[level]


def listening_fc(board: Board, part: Part, key: str = "passphrase") -> int:
    """A part of a join but for its frames; the network's key is derived, or "stored"."""
    return state_fc(board, part.state, board.join_us(part.phase, key) - air_us(part))


def join_fc(board: Board, join: Iterable[Part], level: int, key: str = "passphrase") -> int:
    """A whole join."""
    parts = list(join)
    listening = sum(listening_fc(board, part, key) for part in parts)
    return listening + air_fc(board, parts, level)


def message_fc(board: Board, level: int, message: Part = states.MESSAGE) -> int:
    """A message of one reading, and its acknowledgement awaited."""
    return listening_fc(board, message) + air_fc(board, [message], level)


def time_out_fc(board: Board, part: Part, us: int) -> int:
    """An answer awaited in vain: a node that has its address sleeps between beacons meanwhile."""
    if part not in (*states.JOIN[3:], states.MESSAGE) or us <= mac.AWAKE_US:
        return state_fc(board, part.state, us)
    rest_us = us - mac.AWAKE_US
    return state_fc(board, part.state, mac.AWAKE_US) + state_fc(board, "modem_sleep", rest_us)


def lost_fc(board: Board, way: Way) -> int:
    """What it would cost if each question of a remembered join and a message were lost once.

    It is sent in vain, at 20 dBm, until the MAC gives up, and then waited for.
    """
    na = board.file.radio.tx.current_na[-1]
    return sum(
        part.asks
        * (
            mac.TRIES * mac.air_us(part.bytes) * na
            + state_fc(board, part.state, mac.TRIES * mac.GAP_US)
            + time_out_fc(board, part, part.wait_us)
        )
        for part in (*way.cached, way.message)
    )
