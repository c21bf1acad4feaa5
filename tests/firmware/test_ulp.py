"""The ULP's driver on the fake chip: what it loads is run by the emulator."""

from base64 import b64encode
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from host_sim.ulp.emulator import Ulp
from tests.firmware import rig
from torpor.policy.loudness import BLOCK, REMEMBERED
from torpor.policy.sleep import DEEP, LIGHT
from torpor.port import NONE, TIMER, WATCH
from torpor.ulp.assemble import Program, assemble
from torpor.ulp.chips import names
from torpor.ulp.programs import PROGRAMS, gates
from torpor_tools.fakes import world

MICROPHONE, DOOR = 34, 33
LOUDNESS = assemble(PROGRAMS["loudness"], "esp32", names("esp32", MICROPHONE))
NODE = {
    "pins": {},
    "channels": [{"name": "word", "driver": "microphone", "pin": MICROPHONE}],
    "watch_channel": 0,
    "ulp": {
        "binary": b64encode(LOUDNESS.binary()).decode(),
        "words": LOUDNESS.labels,
        "gates": gates([400, 200, 48]),
    },
}


def stage_of(what: str, pin: int) -> Any:
    """A stage with a program for the ESP32."""
    program = assemble(PROGRAMS[what], "esp32", names("esp32", pin))
    return rig.drivers["ulp"].UlpStage(program.binary(), program.labels, pin, {})


def run(answer: int | Callable[[], int], level: int) -> bool:
    """Run the ULP once over the chip's memory, as its timer would; whether it woke the CPU."""
    memory = world.state["memory"]
    pads = level << 8  # GPIO 33 is RTC channel 8
    hear = answer if callable(answer) else lambda: answer
    ulp = Ulp(Program(), "esp32", lambda unit, channel: hear(), lambda: pads)
    ulp.memory[: len(memory)] = memory
    woke = ulp.run(world.state["ulp"]["entry"] // 4).woke
    memory[:] = ulp.memory[: len(memory)]
    return woke


def test_a_microphone_wakes_at_its_threshold() -> None:
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 0
    stage = stage_of("adc", MICROPHONE)
    stage.load()
    stage.arm(50, 300)
    assert state["ulp"] == {"period_us": 50_000, "wakes": 1, "entry": 0, "next_ms": 1_051}
    assert not run(299, 0)
    assert run(300, 0)
    assert (stage.score(), stage.looks()) == (300, 2)


def test_arming_anew_keeps_the_looks_and_forgets_the_score() -> None:
    state = rig.power_on()
    state["pins"][str(DOOR)] = 1
    stage = stage_of("edges", DOOR)
    stage.load()
    stage.arm(5, 2)
    assert not run(0, 1)  # the level that it had when it was armed
    assert not run(0, 0)
    assert run(0, 1)
    stage.arm(5, 2)
    assert (stage.score(), stage.looks()) == (0, 3)
    assert not run(0, 0)


def test_no_score_reaches_a_mark_beyond_16_bits() -> None:
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 0
    stage = stage_of("adc", MICROPHONE)
    stage.load()
    stage.arm(50, 0x10000)
    assert not run(4095, 0)


def tone(amplitude: int) -> Callable[[], int]:
    """A microphone at half the supply that hears this amplitude."""
    return cycle((2048 + amplitude, 2048 - amplitude)).__next__


def sleeper(monkeypatch: pytest.MonkeyPatch, *sounds: Callable[[], int]) -> Any:
    """A node whose light sleeps last until the ULP has heard one more of these, or wakes it."""
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 1_650_000  # µV
    node = rig.esp32.opened(NODE)
    left = list(sounds)

    def lightsleep(ms: int) -> None:
        woke = bool(left) and run(left.pop(0), 0)
        state["wake_reason"] = world.ULP if woke else world.TIMER
        state["now_ms"] += state["ulp"]["period_us"] // 1000 if woke else ms

    monkeypatch.setattr(rig.esp32.machine, "lightsleep", lightsleep)
    return node


def word(amplitude: int) -> Callable[[], int]:
    """A microphone that hears a tone of this amplitude for 100 ms and nothing behind it."""
    frames = [amplitude] * 20 + [0] * REMEMBERED * BLOCK
    return iter([2048 + sign * one for one in frames for sign in [1, -1] * 8]).__next__


def test_the_ulp_ends_a_light_sleep_at_the_cascades_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    node = sleeper(monkeypatch, word(20), word(23), word(25))
    monkeypatch.setattr(node, "look", lambda stage: pytest.fail("the CPU looked"))
    node.watch(150, 400, 0)  # 25 of the converter's steps, of 16 each
    assert node.sleep(LIGHT, 600_000) == WATCH
    assert node.ulp.looks() == 3


def test_the_cpu_judges_what_the_ulp_remembers(monkeypatch: pytest.MonkeyPatch) -> None:
    node = sleeper(monkeypatch, tone(80), word(80))
    monkeypatch.setattr(rig.drivers["microphone"].Microphone, "_level", None)  # hears nothing new
    node.watch(150, 400, 0)
    assert node.sleep(LIGHT, 600_000) == WATCH
    assert node.ulp.looks() == 2  # what does not pause woke nobody
    kept = node.ulp.remembered()
    assert len(kept) == REMEMBERED
    assert node.look(0) == kept[0] == pytest.approx(16 * 80, rel=0.1)
    assert node.look(1) == kept[0]
    assert node.look(2) == max(kept) * 16 // 64


def test_a_sleep_that_is_not_armed_stops_the_ulp(monkeypatch: pytest.MonkeyPatch) -> None:
    node = sleeper(monkeypatch, word(100), word(0))
    node.watch(150, 400, 0)
    assert node.sleep(LIGHT, 60_000) == WATCH
    assert world.state["ulp"]["wakes"] == 1
    node.watch(NONE, 0, 0)
    assert node.sleep(LIGHT, 60_000) == TIMER
    assert world.state["ulp"]["wakes"] == 0
    assert run(2048, 0)  # silence passes the mark 0; the run stops its own timer


def test_the_ulp_listens_through_deep_sleep_with_the_program_it_kept() -> None:
    state = rig.power_on()
    state["adc"][str(MICROPHONE)] = 1_650_000
    world.ulp = lambda: (run(word(25), 0), False)
    for looks, reset in ((1, world.PWRON), (2, world.DEEPSLEEP)):
        state["reset_cause"] = reset
        node = rig.esp32.opened(NODE)
        node.watch(150, 400, 0)
        with pytest.raises(SystemExit):
            node.sleep(DEEP, 60_000)
        assert (state["reset_cause"], state["wake_reason"]) == (world.DEEPSLEEP, world.ULP)
        assert node.ulp.looks() == looks
    assert state["slept"] == [["deep", 150], ["deep", 150]]
