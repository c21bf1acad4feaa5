"""States by the digital channels, where the firmware said on its pins what it was doing."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.cut import pyramid, segment
from host_sim.trace.cut.intervals import Intervals
from host_sim.trace.cut.segment import Found, Segment
from host_sim.trace.recording import Recording
from host_sim.trace.spool import chunks

POWER_ON = "power_on"  # a start of which the beginning may be missing
SLEEP = segment.NAMES[segment.DEEP_SLEEP]
LIGHT_SLEEP = segment.NAMES[segment.LIGHT_SLEEP]


def parse(text: str) -> dict[int, str]:
    """`0=sleep,1=boot,0b10=tx`: state by pattern, of which bit i is channel i. BadInput else."""
    out = {}
    for word in text.split(","):
        pattern, _, state = word.partition("=")
        try:
            number = int(pattern, 0)
        except ValueError:
            number = -1
        if not 0 <= number < 256 or not state.isidentifier():
            raise BadInput(f"no label {word or text!r}", remedy="write 0=sleep,1=boot")
        out[number] = SLEEP if state == "sleep" else state
    return out


def find(
    recording: Recording,
    states: Mapping[int, str],
    where: Path,
    progress: Progress = silent,
) -> Found:
    """A segment for each run of a pattern; one without a state is named by what is high in it.

    A chip lets its pins go as it falls asleep, and they are low while it starts. So what draws as
    if awake is no sleep: at the end of one it is `boot`, at its beginning still what was before,
    which at the beginning of the recording is `power_on`. One that ends without a start, where
    others end in one, is a light sleep: a sensor warms up.
    BadInput where the recording, read from the file `where`, has no digital channels.
    """
    if recording.digital is None:
        raise BadInput("no digital channels", where=where, remedy="leave --labels out")
    starts, before, at = [np.zeros(1, np.int64)], recording.digital[0], 0
    for chunk in chunks(recording.digital):
        starts.append(np.flatnonzero(np.diff(chunk, prepend=before)) + at)
        before, at = chunk[-1], at + len(chunk)
    edges = np.concatenate(starts)
    names = [states.get(p) or _high(p, recording) for p in recording.digital[edges].tolist()]
    bounds = [*edges.tolist(), at]
    found = [Segment(*one) for one in zip(names, bounds, bounds[1:], strict=False)]
    built = pyramid.build(recording, progress)
    awoken = _awoken(found, segment.awake(built, recording.rate_hz))
    return Found(list(_joined(awoken)), None, built)


def _joined(found: Iterable[Segment]) -> Iterator[Segment]:
    """Neighbours of one state as one: what is drawn as pins are let go is no time of its own."""
    for state, alike in groupby(found, lambda one: one.state):
        first, *rest = alike
        yield Segment(state, first.start, rest[-1].end if rest else first.end)


def _awoken(found: list[Segment], awake: Intervals) -> Iterator[Segment]:
    """The segments with the ends of each sleep by what is drawn there.

    Where the board draws as if awake in all of its sleeps, that is what it draws asleep.
    """
    sleeps = [one for one in found if one.state == SLEEP]
    at = np.array([(one.start, one.end - 1) for one in sleeps], np.int64).reshape(-1, 2)
    within = dict(zip(sleeps, awake.holds(at.ravel()).reshape(-1, 2).tolist(), strict=True))
    draws_less = any(first != last or first < 0 for first, last in within.values())
    starts = any(first != last and last >= 0 for first, last in within.values())
    before = POWER_ON
    for one in found:
        first, last = within.get(one, (-1, -1))
        start, end = one.start, one.end
        if first != last:
            start = int(awake.end[first]) if first >= 0 else start
            end = int(awake.start[last]) if last >= 0 else end
        elif first >= 0 and before == POWER_ON and draws_less:
            start = end
        if one.start < start:
            yield Segment(before, one.start, start)
        if start < end:
            light = starts and one.state == SLEEP and end == one.end and one != found[-1]
            yield Segment(LIGHT_SLEEP if light else one.state, start, end)
        if end < one.end:
            yield Segment("boot", end, one.end)
        before = one.state


def _high(pattern: int, recording: Recording) -> str:
    high = [name for bit, name in enumerate(recording.channels) if pattern >> bit & 1]
    return "+".join(high) or "none"
