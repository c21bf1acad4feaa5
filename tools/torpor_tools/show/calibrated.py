"""What torpor calibrate found, as a document and as tables."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import msgspec
from rich.table import Table

from host_sim.hardware import states
from host_sim.hardware.board import Board
from host_sim.hardware.boardfile import Step
from host_sim.trace.cut import segment
from host_sim.trace.fit import calibrate, fit, judge
from host_sim.trace.fit.calibrate import Calibration
from host_sim.trace.fit.evidence import Evidence
from torpor_tools.show import output


@dataclass(frozen=True)
class Single:
    """A wake's predicted charge and where a single one lies with 95 %; None where unknown."""

    records: int
    mc: float
    ci95_mc: tuple[float, float] | None


@dataclass(frozen=True)
class Calibrated:
    """A calibration with the board before and after it, and what it rests on."""

    found: Calibration
    before: Board
    after: Board
    evidence: list[Evidence]

    def document(self) -> dict[str, object]:
        """Keys are stable."""
        found = self.found
        return {
            "board": self.after.file.name,
            "states": {name: asdict(estimate) for name, estimate in found.currents.items()},
            "tx": found.tx and {"dbm": found.tx[0], "ma": found.tx[1]},
            "phases": {name: asdict(duration) for name, duration in found.phases.items()},
            "beacon_nc": fit.beacon_nc(found.currents, segment.BEACON_S),
            "wakes": {name: msgspec.to_builtins(steps) for name, steps in found.wakes.items()},
            "single_wakes": {name: list(map(asdict, self.single(name))) for name in found.wakes},
            "not_calibrated": found.missing,
            "doubts": found.doubts,
        }

    def show(self) -> None:
        """Print it."""
        found, show = self.found, output.console.print
        show(self._states())
        if found.phases:
            show()
            show(self._phases())
        if beacon_nc := fit.beacon_nc(found.currents, segment.BEACON_S):
            show(f"a beacon costs {beacon_nc / 1e6:,.3f} mC over idling")
        show(f"not calibrated: {', '.join(found.missing) or 'none'}")
        for name, steps in found.wakes.items():
            show()
            show(_recipe(name, steps))
            for one in self.single(name):
                of = f" of {one.records:,} records" if one.records else ""
                within = "{:,.2f} … {:,.2f}".format(*one.ci95_mc) if one.ci95_mc else "unknown"
                show(f"a wake{of}: {one.mc:,.2f} mC, 95 % of single ones: {within}")

    def single(self, wake: str) -> Iterator[Single]:
        """What a wake is predicted to take at each number of records that was fitted."""
        for records in sorted({one.records or 0 for one in self.evidence if one.wake == wake}):
            mc = judge.charge_mc(self.after, wake, records)
            yield Single(records, mc, judge.interval_mc(self.after, wake, records, self.evidence))

    def _states(self) -> Table:
        grid = output.table(
            f"{self.after.file.name}, calibrated",
            "state",
            "before, mA",
            "now, mA",
            "95 % interval",
            "spread, mA",
            "time, s",
            "files",
        )
        for name, estimate in self.found.currents.items():
            ci95 = estimate.ci95_ma
            at = states.NAMES.index(name)
            grid.add_row(
                name,
                f"{self.before.current_na[at] / 1e6:,.3f}",
                f"{self.after.current_na[at] / 1e6:,.3f}",
                f"{ci95[0]:,.3f} … {ci95[1]:,.3f}" if ci95 else "one stretch",
                f"{estimate.sd_ma:,.3f}",
                f"{estimate.seconds:,.2f}",
                f"{len(estimate.recordings)}",
            )
        if self.found.tx:
            name = calibrate.level_name(self.found.tx[0])
            at = states.NAMES.index(name)
            was, now = (board.current_na[at] / 1e6 for board in (self.before, self.after))
            grid.add_row(name, f"{was:,.1f}", f"{now:,.1f}", "", "", "", "")
        return grid

    def _phases(self) -> Table:
        grid = output.table("", "phase", "before, ms", "now, ms", "95 % interval", "times", "files")
        for name, duration in self.found.phases.items():
            low, high = (1000 * s for s in duration.ci95_s or (0.0, 0.0))
            grid.add_row(
                name,
                f"{self.before.phase_us(name) / 1000:,.1f}",
                f"{self.after.phase_us(name) / 1000:,.1f}",
                f"{low:,.1f} … {high:,.1f}" if duration.ci95_s else "one time",
                f"{duration.times:,}",
                f"{len(duration.recordings)}",
            )
        return grid


def _recipe(name: str, steps: list[Step]) -> Table:
    grid = output.table(
        f"wake {name}", "state", "time, ms", "a record, ms", "charge, mC", "a record, mC"
    )
    for step in steps:
        grid.add_row(
            step.state,
            f"{step.duration_us / 1000:,.1f}",
            f"{step.per_record_us / 1000:+,.1f}" if step.per_record_us else "",
            f"{(step.charge_nc or 0) / 1e6:,.2f}",
            f"{step.per_record_nc / 1e6:+,.3f}" if step.per_record_nc else "",
        )
    return grid
