"""The ULP's driver on the fake chip: what it loads is run by the emulator."""

from typing import Any

import pytest

from host_sim.ulp import Ulp
from tests.firmware import rig
from tools.fakes import world
from torpor.ulp.assemble import AssemblyError

MICROPHONE, DOOR = 34, 33


def run(stage: Any, answer: int, level: int) -> bool:
    """Run the ULP once over the chip's memory, as its timer would; whether it woke the CPU."""
    memory = world.state["memory"]
    pads = level << 8  # GPIO 33 is RTC channel 8
    ulp = Ulp(stage.program, "esp32", lambda unit, channel: answer, lambda: pads)
    for address in memory:
        ulp.memory[(int(address) - 0x50000000) // 4] = memory[address]
    woke = ulp.run(world.state["ulp"]["entry"] // 4).woke
    for address in memory:
        memory[address] = ulp.memory[(int(address) - 0x50000000) // 4]
    return woke


def test_a_microphone_wakes_at_its_threshold() -> None:
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 0
    stage = rig.ulp.UlpStage("esp32", "adc", MICROPHONE)
    stage.load()
    stage.arm(50, 300)
    assert state["ulp"] == {"period_us": 50_000, "wakes": 1, "entry": 0}
    assert not run(stage, 299, 0)
    assert run(stage, 300, 0)
    assert (stage.score(), stage.looks()) == (300, 2)


def test_arming_anew_keeps_the_looks_and_forgets_the_score() -> None:
    state = rig.power_on()
    state["pins"][str(DOOR)] = 1
    stage = rig.ulp.UlpStage("esp32", "edges", DOOR)
    stage.load()
    stage.arm(5, 2)
    assert not run(stage, 0, 1)  # the level that it had when it was armed
    assert not run(stage, 0, 0)
    assert run(stage, 0, 1)
    stage.arm(5, 2)
    assert (stage.score(), stage.looks()) == (0, 3)
    assert not run(stage, 0, 0)


def test_no_score_reaches_a_mark_beyond_16_bits() -> None:
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 0
    stage = rig.ulp.UlpStage("esp32", "adc", MICROPHONE)
    stage.load()
    stage.arm(50, 0x10000)
    assert not run(stage, 4095, 0)


@pytest.mark.parametrize(("what", "pin", "name"), [("adc", 4, "channel"), ("edges", 34, "iomux")])
def test_a_pin_it_cannot_look_at_is_refused(what: str, pin: int, name: str) -> None:
    with pytest.raises(AssemblyError, match=f"{name} is neither"):
        rig.ulp.UlpStage("esp32", what, pin)
