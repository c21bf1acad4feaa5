"""A recording beside a run: of each kind of wake one that was recorded, and how all compare."""

from pathlib import Path
from typing import Any

from host_sim.lab import match, verdict, wakes
from host_sim.lab.report.waves import packed
from host_sim.progress import Progress
from host_sim.spec.scenario import Scenario
from host_sim.trace.cut.wakes import Recorded
from host_sim.trace.recording import Recording, drawn


def of(
    scenario: Scenario,
    recording: Recording,
    path: Path,
    progress: Progress,
) -> dict[str, Any]:
    """The page's data; BadInput where no wake of the recording can be judged."""
    predicted = wakes.predict(scenario, progress)
    cut = match.cut(predicted, recording, path)
    by_kind: dict[str, list[Recorded]] = {}
    for wake in cut.wakes:
        by_kind.setdefault(match.match(wake, predicted.kinds).kind.name, []).append(wake)
    return {
        "file": path.name,
        "wakes": [
            {"kind": name.partition(",")[0]} | _curve(recording, _median(some))
            for name, some in by_kind.items()
        ],
        "kinds": [
            {
                "kind": line.kind,
                "times": line.times,
                "recorded_mc": line.recorded_mc,
                "predicted_mc": line.predicted_mc,
                "error_pct": line.error_pct if line.told else None,
            }
            for line in verdict.judge(predicted, [cut]).lines
            if line.phase is None
        ],
    }


def _median(some: list[Recorded]) -> Recorded:
    """The one of median charge."""
    return sorted(some, key=lambda wake: wake.mc)[len(some) // 2]


def _curve(recording: Recording, wake: Recorded) -> dict[str, Any]:
    """The samples of a wake, as far as a picture shows them."""
    first = round(wake.rows[0].start_s * recording.rate_hz)
    ua = recording.current_ua[first : first + round(wake.seconds * recording.rate_hz)]
    return {"ua": packed(drawn(ua), "<f4"), "s": wake.seconds, "mc": wake.mc}
