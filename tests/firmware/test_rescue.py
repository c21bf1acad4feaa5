"""What is left of a switch that cannot start: its button, for so long."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.firmware import rig
from tests.firmware.chip import BUTTON, RELAY
from torpor_tools.fakes import world

MINUTE_MS = 60_000


def switch(on: int) -> None:
    """Its config.json, the relay closed by this level."""
    pins = {"wake": BUTTON, "outputs": [{"pin": RELAY, "on": on}]}
    Path("config.json").write_text(json.dumps({"kind": "switch", "pins": pins}))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # where its log goes
    monkeypatch.setattr(sys, "print_exception", lambda what, file: file.write(f"{what}\n"), False)
    switch(1)
    return "config.json"


def test_a_switch_starts_again_after_an_hour(state: dict[str, Any], config: str) -> None:
    began_ms = state["now_ms"]
    with pytest.raises(SystemExit) as ended:
        rig.rescue.run(config, OSError("damaged"))
    assert ended.value.code == world.RESET
    assert 0 <= state["now_ms"] - began_ms - 60 * MINUTE_MS < 100


def test_a_switch_whose_starts_end_in_no_sleep_works_for_two_minutes(
    state: dict[str, Any], config: str
) -> None:
    state["reset_cause"] = world.HARD
    world.hold(state, b"\0")
    for starts in (1, 2, 3, 0):
        began_ms = state["now_ms"]
        rig.rescue.again(config)
        assert world.held(state) == bytes([starts << 5])
        rested_ms = state["now_ms"] - began_ms
        assert rested_ms == 0 if starts else 0 <= rested_ms - 2 * MINUTE_MS < 100


@pytest.mark.parametrize(("on", "presses", "closed"), [(1, 1, 1), (1, 2, 0), (0, 1, 0), (0, 2, 1)])
def test_what_the_button_did_is_kept_for_the_next_start(
    state: dict[str, Any], config: str, on: int, presses: int, closed: int
) -> None:
    """In the bit that torpor.watching has for its first output, which is closed by either level."""
    switch(on)
    state["reset_cause"], state["pins"][str(RELAY)] = world.HARD, 0
    world.hold(state, b"\x61\7" if closed else b"\x63\7")
    for at_ms in range(1_000, 1_000 * (presses + 1), 1_000):
        state["events"] += [[at_ms + 1_000, BUTTON, 0], [at_ms + 1_060, BUTTON, 1]]
    rig.rescue.again(config)
    assert state["pins"][str(RELAY)] == presses % 2
    assert world.held(state) == bytes([1 | closed << 1, 7])
