"""A watch kept by the ULP: what its program decides about a series, and what that costs.

Between two runs of the program the ULP is off and the board draws its deep sleep. A run begins with
a wait for the fast oscillator, which belongs to its price, and the converter draws current of its
own. tests/ulp compares the outcome with what Espressif measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from host_sim.errors import BadInput
from host_sim.hardware.board import Board
from host_sim.hardware.chip import ULPS, UlpPrice
from host_sim.ulp.emulator import Ulp
from torpor.ulp.assemble import Program

# Slow clock cycles before a run, ESP-IDF ulp_common.c: 2 to wake the ULP, 2 to prepare its sleep,
# and RTC_CNTL_ULPCP_TOUCH_START_WAIT, which resets to 16.
START_CYCLES = 20


@dataclass(frozen=True)
class Watch:
    """The outcome: which samples (their indices) woke the CPU, in how long, for which charge."""

    wakes: list[int]
    looks: int
    cycles: int
    adc_cycles: int
    duration_us: int
    ulp_nc: int
    sleep_nc: int

    @property
    def charge_nc(self) -> int:
        """All of it, without what the CPU takes once it is awake."""
        return self.ulp_nc + self.sleep_nc


def watch(
    program: Program, board: Board, samples: Sequence[int], period_us: int, threshold: int
) -> Watch:
    """Let the program look at one sample a period, at this threshold.

    A sample is what each conversion of the look answers, or the level of every pin. A CPU that is
    woken goes back to sleep at once and arms the watch again.
    """
    chip = chip_of(board)
    if "threshold" not in program.labels:
        remedy = "name the word that the CPU sets threshold"
        raise BadInput("the program has no threshold", remedy=remedy)
    seen = samples[0] if samples else 0
    ulp = Ulp(program, chip, lambda unit, channel: seen, lambda: -seen)
    _arm(ulp, threshold, seen)
    wakes = []
    cycles = adc_cycles = 0
    for i, seen in enumerate(samples):
        run = ulp.run()
        cycles += run.cycles
        adc_cycles += run.adc_cycles
        if run.woke:
            wakes.append(i)
            _arm(ulp, threshold, seen)
    return _priced(board, ULPS[chip], wakes, len(samples), cycles, adc_cycles, period_us)


def chip_of(board: Board) -> str:
    """The chip of a board, if it has such a ULP."""
    chip = board.file.chip
    if chip not in ULPS:
        remedy = f"boards with one have the chip {', '.join(ULPS)}"
        raise BadInput(f"the {chip} has no FSM ULP", where=board.file.name, remedy=remedy)
    return chip


def _arm(ulp: Ulp, threshold: int, level: int) -> None:
    """What the CPU does before it sleeps (torpor.drivers.ulp)."""
    for name, value in (("threshold", threshold), ("score", 0), ("level", level)):
        if name in ulp.labels:
            ulp[name] = value
    ulp.timer = True


def look(price: UlpPrice, cycles: int, adc_cycles: int) -> tuple[int, int]:
    """Duration (µs) of a look of so many cycles, and its current on top of sleep (nA)."""
    on_us = _on_us(price, 1, cycles)
    return on_us, _ulp_fc(price, 1, cycles, adc_cycles) // on_us


def _on_us(price: UlpPrice, looks: int, cycles: int) -> int:
    return cycles * 1_000_000 // price.fast_hz + looks * START_CYCLES * 1_000_000 // price.slow_hz


def _ulp_fc(price: UlpPrice, looks: int, cycles: int, adc_cycles: int) -> int:
    converting = adc_cycles * 1_000_000 * price.adc_na // price.fast_hz
    return _on_us(price, looks, cycles) * price.active_na + converting


def _priced(
    board: Board,
    price: UlpPrice,
    wakes: list[int],
    looks: int,
    cycles: int,
    adc_cycles: int,
    period_us: int,
) -> Watch:
    """The timer starts at HALT, so a look takes the period and the run."""
    run_us = cycles * 1_000_000 // price.fast_hz
    duration_us = looks * period_us + run_us
    ulp_fc = _ulp_fc(price, looks, cycles, adc_cycles)
    sleep_fc = duration_us * board.file.states["deep_sleep"].current_na
    return Watch(
        wakes, looks, cycles, adc_cycles, duration_us, ulp_fc // 1_000_000, sleep_fc // 1_000_000
    )
