"""What torpor validate tells of a node that runs Torpor: its wakes beside its recordings."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import inf
from pathlib import Path
from typing import Any

from rich.markup import escape

from host_sim.lab import match
from host_sim.lab.verdict import Line, Verdict
from host_sim.lab.wakes import Predicted, phases_of
from host_sim.trace.cut.wakes import Cut
from host_sim.trace.fit import judge
from torpor_tools.show import limits, output


def document(
    predicted: Predicted, paths: Sequence[Path], cuts: Sequence[Cut], judged: Verdict
) -> dict[str, Any]:
    """All that is told, with stable keys and units in their names."""
    scenario = predicted.result.scenario
    whole = [line for line in judged.lines if line.phase is None]
    sleep = judged.sleep
    return {
        "scenario": scenario.name,
        "board": scenario.board.file.name,
        "recordings": [_recording(*pair) for pair in zip(paths, cuts, strict=True)],
        "wakes": [
            _line(line)
            | {"times_in_run": judged.times[line.kind]}
            | {
                "phases": [
                    {"phase": part.phase} | _line(part)
                    for part in judged.lines
                    if part.kind == line.kind and part.phase
                ]
            }
            for line in whole
        ],
        "not_recorded": [name for name in judged.times if name not in {k.kind for k in whole}],
        "unsure_wakes": judged.unsure,
        "far_wakes": judged.far,
        "sleep": {
            "judged": sleep.judged,
            "recorded_ma": sleep.recorded_ma,
            "predicted_ma": sleep.predicted_ma,
            "half_ma": sleep.half_ma if sleep.scatter_ma < inf else None,
        },
        "average_current_ua": _ends(judged.current_ua, judged),
        "battery_life_days": _ends(judged.days, judged),
        "calibrate": limits.calibrate(judged),
        "limits": list(limits.of(predicted, cuts, judged)),
    }


def _ends(figure: Callable[[float], float | None], judged: Verdict) -> dict[str, Any]:
    """A figure by the board, by the recordings, and at the ends of its interval."""
    ends = (figure(judged.all_mc - judged.half_mc), figure(judged.all_mc + judged.half_mc))
    return {
        "by_board": figure(0.0),
        "by_recordings": figure(judged.all_mc),
        "ci95": sorted(ends, key=lambda end: inf if end is None else end),
    }


def _recording(path: Path, cut: Cut) -> dict[str, Any]:
    return {
        "file": path.name,
        "rate_hz": cut.recording.rate_hz,
        "duration_s": cut.recording.duration_s,
        "wakes": len(cut.wakes),
        "left_out": dict(cut.why),
        "marked": cut.marked,
        "step_ua": cut.step_ua,
        "noise_ua": cut.noise_ua,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "recorded": line.times,
        "recorded_s": line.recorded_s,
        "predicted_s": line.predicted_s,
        "recorded_mc": line.recorded_mc,
        "predicted_mc": line.predicted_mc,
        "error_pct": line.error_pct if line.told else None,
        "ci95_pct": line.ci95_pct if line.told else None,
    }


def show(told: dict[str, Any]) -> None:
    """As tables and lines."""
    title = escape(f"{told['scenario']} on {told['board']}, which runs Torpor")
    output.console.print(f"[bold]{title}[/bold]")
    heads = ("\ntimes", "recorded,\ns", "predicted,\ns", "recorded,\nmC", "predicted,\nmC")
    grid = output.table("", "\nwake", *heads, "error, %,\nand 95 %")
    for wake in told["wakes"]:
        grid.add_row(escape(wake["kind"]), str(wake["recorded"]), *_cells(wake))
        for part in wake["phases"]:
            grid.add_row(f"  {part['phase']}", "", *_cells(part))
    output.console.print(grid)
    for line in _lines(told):
        output.console.print(escape(line))


def _cells(line: dict[str, Any]) -> list[str]:
    amounts = [f"{line[f'{who}_s']:.3f}" for who in ("recorded", "predicted")]
    amounts += [f"{line[f'{who}_mc']:,.2f}" for who in ("recorded", "predicted")]
    if line["error_pct"] is None:
        return [*amounts, "-"]
    low, high = line["ci95_pct"] or (0.0, inf)
    return [
        *amounts,
        f"{line['error_pct']:+z.1f} ± {(high - low) / 2:.1f}".replace("inf", "∞"),
    ]


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """What stands under the table."""
    for one in told["recordings"]:
        pins = "with marker pins" if one["marked"] else "without marker pins"
        yield (
            f"{one['file']}: whole wakes: {one['wakes']}, in {one['duration_s']:,.0f} s at "
            f"{one['rate_hz']:,.10g} Hz, step {one['step_ua']:.3g} µA, "
            f"noise {one['noise_ua']:.2g} µA, {pins}"
        )
    if told["not_recorded"]:
        yield f"not recorded, and taken to differ as these: {'; '.join(told['not_recorded'])}"
    sleep = told["sleep"]
    if sleep["judged"]:
        recorded, predicted = sleep["recorded_ma"] * 1000, sleep["predicted_ma"] * 1000
        yield (
            f"sleep: {recorded:,.1f} µA recorded (± {sleep['half_ma'] * 1000:,.1f}), "
            f"{predicted:,.1f} predicted: {100 * (predicted / recorded - 1):+z.1f} %"
        )
    by = "by the recordings" if sleep["judged"] else "by the recordings, with sleep as predicted"
    current, life = told["average_current_ua"], told["battery_life_days"]
    least, most = current["ci95"]
    yield (
        f"mean current: {current['by_board']:,.1f} µA by the board, "
        f"{current['by_recordings']:,.1f} ({least:,.1f} … {most:,.1f}) {by}"
    )
    if life["by_recordings"]:
        least, most = (f"{days:,.0f}" if days else "∞" for days in life["ci95"])
        yield (
            f"battery life: {life['by_board']:,.0f} days by the board, "
            f"{life['by_recordings']:,.0f} ({least} … {most}) {by}: "
            f"{life['by_recordings'] - life['by_board']:+z,.0f} days"
        )
    yield told["calibrate"]
    for limit in told["limits"]:
        yield f"limit: {limit}"


def draw(predicted: Predicted, cuts: Sequence[Cut], path: Path) -> None:
    """The recorded wake of most charge beside its prediction, by phase."""
    from host_sim.trace.draw import plot  # matplotlib takes its time

    cut, wake = max(((cut, wake) for cut in cuts for wake in cut.wakes), key=lambda two: two[1].mc)
    kind = match.match(wake, predicted.kinds).kind
    steps = kind.usual()
    spans, at_s = [], 0.0
    for name, some in groupby(steps, key=lambda step: phases_of(step[0])[not cut.marked]):
        seconds = sum(us for _, us, _ in some) / 1e6
        spans.append((name, at_s, at_s + seconds))
        at_s += seconds
    mc = sum(us * na for _, us, na in steps) / 1e12
    beside = judge.Verdict([judge.Line(kind.name, wake.seconds, at_s, wake.mc, mc)])
    curve = plot.of_recording(cut.recording, wake.rows)
    holes = plot.cuts(cut.recording, wake.rows)
    drawn = plot.steps([(us / 1e6, na / 1e6) for _, us, na in steps])
    scenario = predicted.result.scenario
    title = f"{scenario.name} on {scenario.board.file.name}: {kind.name}"
    plot.wake(beside, curve, holes, drawn, title, path, spans)
