"""Starts that were measured, beside what the model says of the same: one model, its switches set.

Source of all: glenn20/upy-esp32-experiments, OptimisingMicropythonBootTime, a Nordic PPK2 in the
5 V line of a FeatherS3 (ESP32-S3, 8 MB of PSRAM, MicroPython 1.19.1 and later) and of an ESP32
module. What the boards draw beside the chip, 1.73 and 15 mA asleep, is added to the prediction.

From the parts of the S3's full start the factors were inferred, and from the ESP32's start what its
boot loader takes: those rows are fitted. One count is inferred as well, the flash reads of the S3's
files, whose file system nobody knows: it stands for 241 ms of reading in the picture of _boot.py to
main.py. The other rows are sums of the same parts, recorded as a whole of other builds: predicted.
"""

from pathlib import Path

from host_sim.hardware import board
from host_sim.hardware.board import Board
from host_sim.hardware.chip import CHIPS
from host_sim.hardware.start import Image, Work, total_us
from tests.fidelity.drawn import Draw, as_filed
from tests.fidelity.row import GLENN20, Row

SOURCE = "glenn20/upy-esp32-experiments, OptimisingMicropythonBootTime"
FEATHERS3_NA, ESP32_NA = 1_730_000, 15_000_000  # their boards, asleep
# The S3's file system: reads of 69 bytes, as of a LittleFS that holds boot.py and main.py, so many
# as take 241 ms. Of 350 ms there remain 88 for the collector, 11 for two files to be compiled, and
# the 10 that main.py sleeps.
READS, READ_BYTES, COMPILED_FUEL = 2_155, 2_155 * 69, 1_150_000
FILES = {"files": Work(READS, READ_BYTES, COMPILED_FUEL)}
PREBOOT = {"_boot.py": Work(0, 0, 104_000)}  # 1.0 ms
MAIN_SLEEPS_US = 10_000
LAST = ("collection", "files")  # from _boot.py on

FULL = Image(FILES, validated_kib=1_420, psram=False, gc_init_mib=8, gc_collect_mib=8)
IMAGES = {
    "full": FULL,
    "without validation": Image(FILES, psram=False, gc_init_mib=8, gc_collect_mib=8),
    "frozen": Image(PREBOOT, psram=False, gc_init_mib=8),
    "optimised": Image(PREBOOT, nvs=False, psram=False),
}


def rows(as_it_may_be: Draw = as_filed) -> list[Row]:
    """Time and charge of each, by the boards' own stages."""
    s3, esp32 = (as_it_may_be(bare(chip)) for chip in ("esp32s3", "esp32"))
    return [
        *_pair("ESP32-S3, full start", s3, "full", (635.0, 41.92), "fitted"),
        *_pair("ESP32-S3, without validation", s3, "without validation", (418, 26.5), "predicted"),
        *_pair("ESP32-S3, _boot.py to main.py", s3, "full", (350, 23.6), "fitted", LAST),
        *_pair("ESP32-S3, frozen", s3, "frozen", (70.4, 3.17), "predicted"),
        *_pair("ESP32-S3, optimised", s3, "optimised", (48.8, 1.82), "fitted"),
        *_pair("ESP32, optimised", esp32, "optimised", (70.0, 3.32), "fitted"),
    ]


def bare(chip: str) -> Board:
    """A board with nothing on it but its chip."""
    text = f"""name = "bare"
title = "{chip} alone"
chip = "{chip}"
pins = {{}}
[states.deep_sleep]
current_na = {CHIPS[chip].asleep_na}
tag = "D"
source = "host_sim/hardware/chip.py"
"""
    return board.parsed(text, Path("bare.toml"))


def _pair(
    what: str,
    of: Board,
    image: str,
    published: tuple[float, float],
    how: str,
    only: tuple[str, ...] = (),
) -> tuple[Row, Row]:
    stages = of.modelled(IMAGES[image])
    stages = [one for one in stages if one.name in only or not only]
    slept_us = MAIN_SLEEPS_US if "files" in IMAGES[image].work else 0
    us = total_us(stages) + slept_us
    beside_na = FEATHERS3_NA if of.file.chip == "esp32s3" else ESP32_NA
    fc = sum(stage.us * stage.na for stage in stages) + us * beside_na
    fc += slept_us * of.file.states["idle"].current_na
    ms, mc = published
    return (
        Row(f"{what}, time", "ms", us / 1000, ms, how, GLENN20, part="start"),
        Row(f"{what}, charge", "mC", fc / 1e12, mc, how, GLENN20, part="start"),
    )
