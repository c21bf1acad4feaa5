"""What a scenario replays: segments of recordings or digests, laid out to be drawn from."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from host_sim.engine import replay
from host_sim.engine.parts import REPLAY_ROW
from host_sim.errors import BadInput
from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Replay

Segment = tuple[int, int]  # duration in µs, mean current in nA


def parts(scenario: Scenario) -> dict[str, Any]:
    """The parts of a run that it draws from recordings, in the order of the scenario's replays."""
    rows = [0] * (replay.KEYS * REPLAY_ROW)
    every: list[Segment] = []
    for one in scenario.file.replay:
        some = segments(scenario, one, one.recordings)
        at = replay.key(one.of) * REPLAY_ROW
        rows[at : at + REPLAY_ROW] = len(every), len(some)
        every += some
    us, na = [us for us, _ in every], [na for _, na in every]
    return {"replay": rows, "replay_us": us, "replay_na": na}


def segments(scenario: Scenario, one: Replay, names: tuple[str, ...]) -> list[Segment]:
    """The segments meant in some of a replay's files; BadInput for a file without any."""
    wanted = one.segments or one.of
    paths = [scenario.path.parent / name for name in names]
    return [part for path in paths for part in _of_file(path, _changed_ns(path), wanted)]


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0  # the reader says what is wrong


@lru_cache(maxsize=256)  # a run asks at its start and for its report, a comparison twice that
def _of_file(path: Path, changed_ns: int, wanted: str) -> list[Segment]:
    """The segments of one state in a file that was last changed then."""
    from host_sim.trace import reader  # most runs replay nothing, and its formats take their time
    from host_sim.trace.cut import digest

    rows = digest.load(path) if digest.is_digest(path) else digest.rows(reader.read(path))
    some = [row for row in rows if row.state == wanted]
    if not some:
        have = ", ".join(sorted({row.state for row in rows}))
        raise BadInput(f"no {wanted} in it", where=path, remedy=f"segments: one of {have}")
    us = [max(1, round(row.duration_s * 1e6)) for row in some]
    return [(us, round(row.charge_mc * 1e12 / us)) for us, row in zip(us, some, strict=True)]
