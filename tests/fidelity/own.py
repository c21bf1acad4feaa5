"""Torpor's own path beside what others measured of its parts: start, join, message, sleep.

Each predicted figure is computed from board files by the simulator's own code; the interval is what
the uncertainty of their numbers leaves open. None of the nodes measured ran Torpor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from host_sim.hardware import board, uncertain
from host_sim.hardware.chip import CHIPS
from host_sim.ulp.watch import watch
from tests.fidelity import drawn, listening, published, starts
from tests.fidelity.drawn import Draw
from tests.fidelity.row import Row
from tests.ulp.everywhere import PIN
from torpor.ulp.assemble import assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

ULP_LOOKS = ((10, 8.5), (50, 20), (100, 37))  # a second, µA
ULP_ASLEEP_UA = 5  # ESP-IDF's own measurement of the chip; our boards draw more
ASLEEP = ("firebeetle_esp32", "firebeetle_esp32_e")  # with as little beside the chip as may be


@cache
def rows() -> list[Row]:
    """Every figure that somebody measured, by the parts of a wake."""
    return [*_with_intervals(), *_listening(), *_asleep()]


def _by_glenn20(draw: Draw = drawn.as_filed) -> list[Row]:
    return [*starts.rows(draw), *published.fits(draw), *published.predictions(draw)]


def _with_intervals() -> list[Row]:
    between = drawn.intervals(lambda draw: [one.predicted for one in _by_glenn20(draw)])
    some = zip(_by_glenn20(), between, strict=True)
    return [replace(one, interval=interval) for one, interval in some]


def _listening() -> Iterable[Row]:
    state = board.load(listening.BOARD).file.states["listen"]
    far = 1 + uncertain.percent(state) / 100
    for name, recorded_ma, ma in listening.judged():
        what = f"ESP32-C5: listening, {name}"
        between = ma / far, ma * far
        by = "XiFi, INA219"
        yield Row(what, "mA", ma, recorded_ma, "predicted", by, between, "listening")


def _asleep() -> Iterable[Row]:
    for name in ASLEEP:
        of = board.load(name)
        state = of.file.states["deep_sleep"]
        chip_ua = CHIPS[of.file.chip].asleep_na / 1000
        what = f"{of.file.title}, by its chip's datasheet"
        by = state.source.partition(",")[0]
        measured_ua = state.current_na / 1000
        yield Row(what, "µA", chip_ua, measured_ua, "predicted", by, part="sleep")
    for hz, measured_ua in ULP_LOOKS:
        what = f"ESP32, deep sleep with {hz} looks a second by the ULP"
        by = "ESP-IDF, ulp_adc"
        yield Row(what, "µA", ulp_ua(hz), measured_ua, "predicted", by, part="sleep")


def ulp_ua(hz: int) -> float:
    """A chip asleep whose ULP converts four times a look, so many looks a second."""
    esp32, looks = board.load("lolin32_lite"), 1000
    seen = watch(
        assemble(PROGRAMS["adc"], "esp32", names("esp32", PIN["esp32"]["adc"])),
        esp32,
        [0] * looks,
        1_000_000 // hz,
        1,
    )
    return ULP_ASLEEP_UA + 1000 * seen.ulp_nc / seen.duration_us


def told(some: Sequence[Row]) -> str:
    """How far what was predicted is off, in words."""
    predicted = [row for row in some if row.how == "predicted"]
    errors = sorted(abs(row.error_pct) for row in predicted)
    known = [row for row in predicted if row.interval]
    held = sum(row.held for row in known)
    within = sum(error <= 5 for error in errors)
    mean, most = sum(errors) / len(errors), errors[-1]
    return (
        f"{len(predicted)} of {len(some)} figures are predicted, {within} of them within 5 %; the "
        f"mean of absolute\nerrors is {mean:.1f} %, the largest {most:.1f} %. {len(known)} of them "
        f"have an interval; it holds {held}."
    )
