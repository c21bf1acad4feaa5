"""A check as a page tells it: each scenario's first seed in full, judged over all of them."""

from typing import Any

from host_sim.lab import seeds
from host_sim.lab.check import Asked, Checked
from host_sim.lab.report import again, document
from host_sim.lab.report.document import Beside
from host_sim.lab.seeds import Job
from host_sim.progress import Progress, silent
from host_sim.sim import engines
from host_sim.sim.wakelog import Log


def logged(job: Job, progress: Progress = silent) -> Log:
    """A run with its log."""
    return again.named(job.name, job.changes).log(progress)


def of(
    asked: list[Asked],
    checked: list[Checked],
    changes: tuple[str, ...],
    since: str,
    progress: Progress,
) -> list[dict[str, Any]]:
    """The page's data; `since` names what they are compared with."""
    jobs = [one.jobs(changes)[0] for one in asked]
    logs = seeds.each(logged, jobs, sum(engines.wakes(one.given) for one in asked), progress)
    return [
        document.of(log, Beside(None, one.why, since, one), share=1 / len(asked))
        for log, one in zip(logs, checked, strict=True)
    ]
