"""The fake chip's ULP: its timer, its memory, and what a reset leaves of it."""

import sys
from binascii import a2b_base64
from typing import Any

import pytest

from tests.firmware import rig
from tests.firmware.reader import config
from torpor_tools.fakes import world

BINARY = a2b_base64(config()["monitor"]["binary"])


@pytest.fixture
def fake(state: dict[str, Any]) -> Any:
    return sys.modules["torpor_tools.fakes.esp32"]


def runs(answers: list[tuple[bool, bool]]) -> list[int]:
    """When each run was; world.ulp answers these one by one."""
    at: list[int] = []

    def run() -> tuple[bool, bool]:
        at.append(world.now_ms())
        return answers[len(at) - 1]

    world.ulp = run
    return at


@pytest.mark.parametrize("wakes", [True, False])
def test_a_run_ends_the_sleep_if_it_may(state: dict[str, Any], fake: Any, wakes: bool) -> None:
    at = runs([(False, True), (False, True), (True, False)])
    ulp = fake.ULP()
    ulp.set_wakeup_period(0, 100_000_000)
    ulp.run(0)
    fake.wake_on_ulp(wakes)
    rig.machine.lightsleep(500_000)
    assert at == [101_000, 201_000, 301_000]
    assert state["slept"] == [["light", 300_000 if wakes else 500_000]]
    assert state["wake_reason"] == (world.ULP if wakes else world.TIMER)
    rig.machine.lightsleep(500_000)
    assert len(at) == 3  # it stopped its own timer


def test_the_timer_goes_on_while_the_cpu_is_awake_and_by_the_slow_clock(
    state: dict[str, Any], fake: Any
) -> None:
    at = runs([(False, True)] * 9)
    state["drift_ppm"] = 10_000
    ulp = fake.ULP()
    ulp.set_wakeup_period(0, 1_000_000)
    ulp.run(0)
    world.advance(2_500)
    rig.machine.lightsleep(1_000)
    assert at == [4_020]  # the first two were no runs
    assert state["slept"] == [["light", 1_010]]


def test_a_sleep_s_own_end_comes_before_a_run_at_that_time(
    state: dict[str, Any], fake: Any
) -> None:
    at = runs([(True, False)])
    ulp = fake.ULP()
    ulp.set_wakeup_period(0, 1_000_000)
    ulp.run(0)
    fake.wake_on_ulp(True)
    rig.machine.lightsleep(1_000)
    assert (at, state["wake_reason"]) == ([], world.TIMER)


@pytest.mark.parametrize(
    ("chip", "asked_s", "period_s"),
    [
        ("esp32", 1_000, 1_000),
        ("esp32s2", 186, 186),
        ("esp32s2", 187, 0),
        ("esp32s3", 123, 123),
        ("esp32s3", 124, 0),
    ],
)
def test_the_s2_and_s3_count_to_24_bits(
    state: dict[str, Any], fake: Any, chip: str, asked_s: int, period_s: int
) -> None:
    """Of 90 and 136 kHz; what is longer wraps round to less than a second."""
    state["chip"] = chip
    fake.ULP().set_wakeup_period(0, asked_s * 1_000_000)
    assert state["ulp"]["period_us"] // 1_000_000 == period_s


def test_what_the_idf_refuses(state: dict[str, Any], fake: Any) -> None:
    ulp = fake.ULP()
    for binary, code in (
        (b"", 0x104),
        (BINARY[:-4], 0x104),
        (b"ulq" + BINARY[3:], 0x106),
        (BINARY + bytes(2040), 0x104),
    ):
        with pytest.raises(OSError) as refused:  # noqa: PT011  its number is looked at
            ulp.load_binary(0, binary)
        assert refused.value.args == (code,)
    assert state["memory"] == []
    with pytest.raises(OSError):  # noqa: PT011
        ulp.set_wakeup_period(5, 1_000)
    with pytest.raises(OverflowError):
        ulp.set_wakeup_period(0, 1 << 31)
    ulp.load_binary(0, BINARY)
    assert len(state["memory"]) > len(BINARY) // 4
    with pytest.raises(IndexError):
        rig.machine.mem32[rig.machine.SLOW_MEMORY + 4 * len(state["memory"])]


def test_a_restart_keeps_program_and_timer_and_a_power_cut_nothing(
    state: dict[str, Any], fake: Any
) -> None:
    ulp = fake.ULP()
    ulp.load_binary(0, BINARY)
    ulp.set_wakeup_period(0, 100_000_000)
    ulp.run(0)
    fake.wake_on_ulp(True)
    with pytest.raises(SystemExit):
        rig.machine.deepsleep(1_000)
    assert (state["ulp"]["wakes"], state["ulp"]["next_ms"]) == (0, 101_000)
    assert state["memory"]
    world.cut_power(state)
    assert (state["ulp"], state["memory"]) == ({}, [])
