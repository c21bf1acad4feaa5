"""What recordings cannot tell of a scenario's wakes, and what to calibrate by what they can."""

from collections import Counter
from collections.abc import Iterator, Sequence

from host_sim.hardware import states
from host_sim.lab.verdict import TOLD, Verdict
from host_sim.lab.wakes import Predicted
from host_sim.trace.cut.wakes import Cut

# What of a board a phase rests on.
CALIBRATED: dict[str | None, str] = {
    "start": "the start",
    "radio off": "the start",
    "awake": "our code, and waiting",
    "sensing": "the sensors",
    "on air": "the join and the message",
    "radio on": "the join and the message",
}


def calibrate(judged: Verdict) -> str:
    """What to calibrate first, in a line."""
    if abs(judged.all_mc) <= judged.half_mc:
        return "nothing to calibrate by this: the difference lies within its interval"
    seen = [name for name in judged.more_mc if name in ("sleep", *(k.kind for k in judged.lines))]
    most = max(seen, key=lambda name: abs(judged.more_mc[name]))
    share = abs(judged.more_mc[most]) / sum(map(abs, judged.more_mc.values()))
    if most == "sleep":
        return f"calibrate first: the sleep current, {share:.0%} of the difference"
    parts = [line for line in judged.lines if line.kind == most and line.phase and line.told]
    apart = {line.phase: abs(line.recorded_mc - line.predicted_mc) for line in parts}
    what = CALIBRATED[max(apart, key=lambda phase: apart[phase])] if apart else "it"
    return f"calibrate first: {what}, in wakes of {most}: {share:.0%} of the difference"


def of(predicted: Predicted, cuts: Sequence[Cut], judged: Verdict) -> Iterator[str]:
    """What these recordings cannot tell, and why."""
    slowest_hz = min(cut.recording.rate_hz for cut in cuts)
    step_ua = max(cut.step_ua for cut in cuts)
    sleep = judged.sleep
    if not sleep.judged:
        why = f"the instrument's step is {step_ua:g} µA, its offset not known"
        if sleep.scatter_ma > sleep.step_ma:
            why = "there are none, or too different ones"
        yield f"sleep cannot be judged: {1000 * sleep.predicted_ma:g} µA predicted, and {why}"
    short = dict(_short(predicted, judged, 1 / slowest_hz))
    if short:
        told = ", ".join(f"{name} ({seconds * 1000:g} ms)" for name, seconds in short.items())
        yield (
            f"at {slowest_hz:.4g} Hz, what is under {1000 * TOLD / slowest_hz:.3g} ms is met by "
            f"chance, unless the instrument's samples are means: {told}"
        )
    left = sum((cut.why for cut in cuts), Counter[str]())
    if left:
        yield "left out: " + ", ".join(
            f"{n} {'wake' if n == 1 else 'wakes'} {why}" for why, n in left.items()
        )
    if "full join" in {line.kind for line in judged.lines}:
        yield (
            "it holds a full join, as after power-on: a node sends at full power at first, "
            "and more charge than a settled one"
        )
    if judged.far:
        yield f"wakes of twice or half of any predicted: {judged.far}; is this its scenario?"
    if judged.unsure:
        yield f"wakes that may as well be of another kind, by charge and duration: {judged.unsure}"
    if any(cut.recording.digital is not None and not cut.marked for cut in cuts):
        yield "D0 and D1 do not follow the current: no marker pins"
    yield "an error of the instrument's gain is in every figure"


def _short(predicted: Predicted, judged: Verdict, period_s: float) -> Iterator[tuple[str, float]]:
    """States of the usual wakes that are shorter than two samples, and how long they last."""
    seen = {line.kind for line in judged.lines}
    for kind in predicted.kinds:
        for state, us, _ in kind.usual() if kind.name in seen else ():
            if us / 1e6 < TOLD * period_s:
                yield states.NAMES[state], us / 1e6
