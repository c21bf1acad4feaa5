"""What the parts of a wake cost on a board when no frame is lost, in femtocoulombs.

Frames go at 1 Mbit/s, and the access point is on channel 1: the first that is scanned.
"""

from collections.abc import Iterable

from host_sim.hardware import mac, states
from host_sim.hardware.board import Board
from host_sim.hardware.states import Part

FC_PER_UC = 10**9
FC_PER_MC = 10**12
FRAME_US = mac.air_us(mac.FRAME_BYTES)


def all_frames(join: Iterable[Part]) -> int:
    """The frames of a join."""
    return sum(part.frames for part in join)


def state_fc(board: Board, state: str, us: int) -> int:
    """So long in a state."""
    return us * board.current_na[states.NAMES.index(state)]


def air_fc(board: Board, frames: int, level: int) -> int:
    """So many frames on the air, at one of the eleven transmit levels."""
    return frames * FRAME_US * board.file.radio.tx.current_na[level]


def listening_fc(board: Board, part: Part, key: str = "passphrase") -> int:
    """A part of a join but for its frames; the network's key is derived, or "stored"."""
    return state_fc(board, part.state, board.join_us(part.phase, key) - part.frames * FRAME_US)


def join_fc(board: Board, join: Iterable[Part], level: int, key: str = "passphrase") -> int:
    """A whole join."""
    parts = list(join)
    listening = sum(listening_fc(board, part, key) for part in parts)
    return listening + air_fc(board, all_frames(parts), level)


def message_fc(board: Board, level: int) -> int:
    """A message of one reading, and its acknowledgement awaited."""
    return state_fc(board, "listen", board.phase_us("message") - FRAME_US) + air_fc(board, 1, level)


def time_out_fc(board: Board, state: str, us: int) -> int:
    """An answer awaited in vain: a node that has its address sleeps between beacons meanwhile."""
    if state not in ("connect", "listen"):
        return state_fc(board, state, us)
    rest_us = us - mac.AWAKE_US
    return state_fc(board, state, mac.AWAKE_US) + state_fc(board, "modem_sleep", rest_us)


def lost_fc(board: Board, join: Iterable[Part]) -> int:
    """What it would cost if each question of a join and a message were lost once.

    It is sent in vain, at 20 dBm, until the MAC gives up, and then waited for.
    """
    in_vain_fc = air_fc(board, mac.TRIES, len(states.TX_LEVELS_DBM) - 1)
    return sum(
        part.asks
        * (
            in_vain_fc
            + state_fc(board, part.state, mac.TRIES * mac.GAP_US)
            + time_out_fc(board, part.state, part.wait_us)
        )
        for part in (*join, states.MESSAGE)
    )
