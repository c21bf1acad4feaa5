"""The clock of the fakes' CPU: each chip's, and what becomes of a radio that runs from it."""

from contextlib import nullcontext
from typing import Any

import pytest

from host_sim.hardware.chip import CHIPS
from tests.firmware import rig
from torpor_tools.fakes import world


@pytest.mark.parametrize("chip", CHIPS)
def test_a_clock_is_one_that_the_chip_has(state: dict[str, Any], chip: str) -> None:
    state["chip"] = chip
    taken = {20, 40, 80, 160, 240}
    taken -= {20} if chip == "esp32c5" else set()
    taken -= {240} if chip in ("esp32c3", "esp32c6") else set()
    at = rig.machine.freq()
    assert at == (240 if chip == "esp32c5" else 160) * 1_000_000
    for mhz in (0, 10, 20, 26, 40, 80, 120, 160, 240, 241):
        refused = pytest.raises(ValueError, match=r"frequency must be|^$")
        with nullcontext() if mhz in taken else refused:
            rig.machine.freq(mhz * 1_000_000)
            at = mhz * 1_000_000
        assert rig.machine.freq() == at
    assert state["clocked"] == sorted(taken)


@pytest.mark.parametrize(
    ("chip", "mhz", "then_mhz", "lasts"),
    [
        ("esp32", 160, 80, True),
        ("esp32", 240, 80, False),
        ("esp32", 80, 240, False),
        ("esp32s2", 240, 80, True),
        ("esp32s3", 240, 80, True),
        ("esp32s3", 240, 40, False),
        ("esp32c3", 160, 80, True),
        ("esp32c5", 240, 80, True),
        ("esp32c6", 160, 80, True),
    ],
)
def test_a_started_radio_outlives_a_clock_of_the_same_pll_alone(
    state: dict[str, Any], chip: str, mhz: int, then_mhz: int, lasts: bool
) -> None:
    state["chip"] = chip
    rig.machine.freq(mhz * 1_000_000)
    rig.network.WLAN(0).active(True)
    with nullcontext() if lasts else pytest.raises(NotImplementedError):
        rig.machine.freq(then_mhz * 1_000_000)


@pytest.mark.parametrize(("mhz", "starts"), [(40, False), (80, True)])
def test_a_radio_starts_at_80_mhz_at_least(state: dict[str, Any], mhz: int, starts: bool) -> None:
    rig.machine.freq(mhz * 1_000_000)
    with nullcontext() if starts else pytest.raises(NotImplementedError):
        rig.network.WLAN(0).active(True)


def test_a_clock_is_forgotten_without_power(state: dict[str, Any]) -> None:
    rig.machine.freq(80_000_000)
    world.cut_power(state)
    assert rig.machine.freq() == 160_000_000
