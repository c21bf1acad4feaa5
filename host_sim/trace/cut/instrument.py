"""What a recording's instrument left out: gaps, what went over its range, what is too short for it.

A digest keeps it in its first lines, where there is any:

    # rate: 1000 Hz
    # gaps: 1 of 7.391 s in all, the longest 7.391 s at 6.96 s
    # clipped: 12 samples
    # step: 100 uA                     of two samples asleep, where sleep is but a few of them
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.cut.digest import ASLEEP, Row
from host_sim.trace.recording import Gap, Recording

MISSING = 0.001  # of the recorded time: gaps of less are within what a fit is held to
ONE_SAMPLE = 1.5  # intervals: a stretch that is shorter holds a single one
# An offset is one to four steps as a rule (INA219: TI SBOS448G, 7.5); half of what is read is much.
USUAL_STEPS, JUDGED = 4, 0.5
WHOLE = 0.02  # of a step, that a whole number of them may be off in 32 bits
LOOKED_AT = 1_000_000  # samples, for the step
NO_GAP = Gap(0.0, 0.0)
_GAPS = re.compile(r"(\d+) of (\S+) s in all, the longest (\S+) s at (\S+) s")


@dataclass(frozen=True)
class Instrument:
    """How a recording was sampled; `longest` is of its gaps, which are `missing_s` in all."""

    rate_hz: float
    gaps: int = 0
    missing_s: float = 0.0
    longest: Gap = NO_GAP
    clipped_samples: int = 0
    step_ua: float = 0.0  # asleep; 0 where it is fine, or not known

    def facts(self) -> dict[str, str]:
        """For the first lines of a digest."""
        found = {"rate": f"{self.rate_hz:.6g} Hz"}
        if self.gaps:
            found["gaps"] = (
                f"{self.gaps} of {self.missing_s:.6g} s in all, "
                f"the longest {self.longest.length_s:.6g} s at {self.longest.start_s:.6g} s"
            )
        if self.clipped_samples:
            found["clipped"] = f"{self.clipped_samples} samples"
        if self.step_ua:
            found["step"] = f"{self.step_ua:.6g} uA"
        return found


def of(recording: Recording, rows: Sequence[Row]) -> Instrument:
    """The instrument of a recording, of which these are the states."""
    gaps = recording.gaps
    return Instrument(
        recording.rate_hz,
        len(gaps),
        sum(gap.length_s for gap in gaps),
        max(gaps, key=lambda gap: gap.length_s, default=NO_GAP),
        recording.clipped_samples,
        _coarse_ua(recording, rows),
    )


def _coarse_ua(recording: Recording, rows: Sequence[Row]) -> float:
    """The instrument's step, where its zero may be off by half of what is asleep or more; else 0.

    The samples of a converter are whole steps.
    """
    asleep = (row for row in rows if row.state == ASLEEP)
    row = max(asleep, key=lambda row: row.duration_s, default=None)
    if row is None:
        return 0.0
    first = round(row.start_s * recording.rate_hz)
    last = first + min(LOOKED_AT, round(row.duration_s * recording.rate_hz))
    read_ua = np.unique(recording.current_ua[first + 1 : last - 1]).astype(np.float64)
    step_ua = float(np.diff(read_ua).min(initial=np.inf))
    if not step_ua * USUAL_STEPS > JUDGED * 1000 * row.mean_ma:
        return 0.0
    steps = read_ua / step_ua
    whole = np.abs(steps - np.rint(steps)).max(initial=0) < WHOLE
    return step_ua if whole and np.isfinite(step_ua) else 0.0


def parse(facts: Mapping[str, str], where: Path) -> Instrument | None:
    """The instrument that a digest's first lines tell; None where they tell none, BadInput else."""
    if "rate" not in facts:
        return None
    gaps = _GAPS.fullmatch(facts.get("gaps", "0 of 0 s in all, the longest 0 s at 0 s"))
    try:
        rate_hz = float(facts["rate"].removesuffix(" Hz"))
        clipped = int(facts.get("clipped", "0").removesuffix(" samples"))
        step_ua = float(facts.get("step", "0").removesuffix(" uA"))
        if not gaps or not rate_hz > 0 or not step_ua >= 0:
            raise ValueError
        missing_s, length_s, start_s = map(float, gaps.groups()[1:])
    except ValueError:
        remedy = "write it anew with torpor trace digest -o"
        raise BadInput(
            "its rate, gaps, clipped or step are none", where=where, remedy=remedy
        ) from None
    return Instrument(rate_hz, int(gaps[1]), missing_s, Gap(start_s, length_s), clipped, step_ua)


def doubts(
    instrument: Instrument, rows: Sequence[Row], claimed: Collection[str] | None = None
) -> Iterator[str]:
    """What to know before a digest is believed, a line each.

    `claimed` are the states that something is concluded from; all, where left out.
    """
    gaps, longest = instrument.gaps, instrument.longest
    if instrument.missing_s > MISSING * sum(row.duration_s for row in rows):
        during = max(
            (row for row in rows if row.start_s <= longest.start_s),
            key=lambda row: row.start_s,
            default=rows[0],
        ).state
        rest = f" of {gaps:,} gaps, {instrument.missing_s:,.3f} s in all" if gaps > 1 else ""
        yield (
            f"{longest.length_s:,.3f} s are missing at {longest.start_s:,.3f} s{rest}, "
            f"in {during}: neither their time nor their charge is counted"
        )
    if instrument.clipped_samples:
        yield (
            f"{instrument.clipped_samples:,} samples at the end of the instrument's range: "
            "more was drawn than they say"
        )
    charge_mc = sum(row.charge_mc for row in rows)
    if charge_mc < 0:
        yield f"{charge_mc:,.2f} mC in all: are its leads reversed, or is its zero off?"
    interval_s = 1 / instrument.rate_hz
    short = [
        state
        for state in dict.fromkeys(row.state for row in rows)
        if state != ASLEEP
        and (claimed is None or state in claimed)
        and median(row.duration_s for row in rows if row.state == state) < ONE_SAMPLE * interval_s
    ]
    if short:
        yield (
            f"a sample each {1000 * interval_s:.3g} ms, and most stretches of {', '.join(short)} "
            "are one: what is shorter is blurred"
        )
