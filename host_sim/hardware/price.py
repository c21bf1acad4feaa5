"""What the parts of a wake cost on a board when no frame is lost, in femtocoulombs."""

from collections.abc import Iterable

from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.hardware.states import Part

FC_PER_UC = 10**9
FC_PER_MC = 10**12


def frames(board: Board, part: Part) -> int:
    """The frames of a part of a join."""
    return part.frames if isinstance(part.frames, int) else getattr(board.file.radio, part.frames)


def all_frames(board: Board, join: Iterable[Part]) -> int:
    """The frames of a join."""
    return sum(frames(board, part) for part in join)


def state_fc(board: Board, state: str, us: int) -> int:
    """So long in a state."""
    return us * board.current_na[states.NAMES.index(state)]


def air_fc(board: Board, frames: int, level: int) -> int:
    """So many frames on the air, at one of the eleven transmit levels."""
    return frames * board.file.radio.frame_us * board.file.radio.tx.current_na[level]


def listening_fc(board: Board, part: Part) -> int:
    """A part of a join but for its frames."""
    air_us = frames(board, part) * board.file.radio.frame_us
    return state_fc(board, part.state, board.phase_us(part.phase) - air_us)


def join_fc(board: Board, join: Iterable[Part], level: int) -> int:
    """A whole join."""
    parts = list(join)
    return sum(listening_fc(board, part) for part in parts) + air_fc(
        board, all_frames(board, parts), level
    )


def message_fc(board: Board, level: int) -> int:
    """A message of one frame, and its acknowledgement awaited."""
    return state_fc(board, "listen", board.phase_us("message")) + air_fc(board, 1, level)
