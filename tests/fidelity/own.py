"""Torpor's own path beside what others measured of its parts: start, join, message, sleep.

Each predicted figure is computed from board files by the simulator's own code; the interval is what
the uncertainty of their numbers leaves open. None of the nodes measured ran Torpor.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from host_sim.hardware import board, uncertain
from host_sim.hardware.chip import CHIPS
from host_sim.ulp.watch import watch
from tests.fidelity import drawn, listening, published, starts
from tests.fidelity.drawn import Draw
from torpor.ulp.assemble import assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS

GLENN20 = "glenn20, PPK2"
ULP_LOOKS = ((10, 8.5), (50, 20), (100, 37))  # a second, µA
ADC_PIN = 34
ULP_ASLEEP_UA = 5  # ESP-IDF's own measurement of the chip
ASLEEP = ("firebeetle_esp32", "firebeetle_esp32_e")  # with as little beside the chip as may be
WHOLE = ("MQTT", "POST", "longest")  # in what of `published` goes from reset to sleep


class Row(NamedTuple):
    """A predicted figure beside the measured one; `interval` holds 80 %, None where none is known.

    `how` is fitted where a number of the board was chosen to meet the measured one.
    """

    part: str
    what: str
    unit: str
    predicted: float
    interval: tuple[float, float] | None
    measured: float
    how: str
    by: str

    @property
    def error_pct(self) -> float:
        """Predicted against measured."""
        return 100 * (self.predicted / self.measured - 1)

    @property
    def held(self) -> bool:
        """Whether the interval holds what was measured."""
        return self.interval is not None and self.interval[0] <= self.measured <= self.interval[1]


def rows() -> list[Row]:
    """Every figure that somebody measured, by the parts of a wake."""
    return [*_starts(), *_link(), *_listening(), *_asleep()]


def _starts() -> list[Row]:
    some = starts.rows()
    between = drawn.intervals(lambda draw: [one.predicted for one in starts.rows(draw)])
    return [
        Row("start", one.what, one.unit, one.predicted, of, one.published, one.how, GLENN20)
        for one, of in zip(some, between, strict=True)
    ]


def _published(draw: Draw = drawn.as_filed) -> list[published.Prediction]:
    return [*published.fits(draw), *published.predictions(draw)]


def _link() -> list[Row]:
    some = _published()
    between = drawn.intervals(lambda draw: [one.predicted for one in _published(draw)])
    return [
        Row(
            _part(one.what),
            one.what,
            one.unit,
            one.predicted,
            of,
            one.published,
            "fitted" if one.how.startswith("fitted") else "predicted",
            GLENN20,
        )
        for one, of in zip(some, between, strict=True)
    ]


def _part(what: str) -> str:
    if "ESP-NOW" in what:
        return "listening" if "listening" in what else "ESP-NOW"
    return "whole wake" if any(word in what for word in WHOLE) else "join"


def _listening() -> Iterable[Row]:
    state = board.load(listening.BOARD).file.states["listen"]
    far = 1 + uncertain.percent(state) / 100
    for name, recorded_ma, ma in listening.judged():
        what = f"ESP32-C5: listening, {name}"
        between = ma / far, ma * far
        yield Row("listening", what, "mA", ma, between, recorded_ma, "predicted", "XiFi, INA219")


def _asleep() -> Iterable[Row]:
    for name in ASLEEP:
        of = board.load(name)
        state = of.file.states["deep_sleep"]
        chip_ua = CHIPS[of.file.chip].asleep_na / 1000
        what = f"{of.file.title}, by its chip's datasheet"
        by = state.source.partition(",")[0]
        measured_ua = state.current_na / 1000
        yield Row("sleep", what, "µA", chip_ua, None, measured_ua, "predicted", by)
    for hz, measured_ua in ULP_LOOKS:
        what = f"ESP32, deep sleep with {hz} looks a second by the ULP"
        yield Row(
            "sleep", what, "µA", ulp_ua(hz), None, measured_ua, "predicted", "ESP-IDF, ulp_adc"
        )


def ulp_ua(hz: int) -> float:
    """A chip asleep whose ULP converts four times a look, so many looks a second."""
    esp32, looks = board.load("lolin32_lite"), 1000
    seen = watch(
        assemble(PROGRAMS["adc"], "esp32", names("esp32", ADC_PIN)),
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
