"""A processor in the loop: MicroPython decides, over a line that loses, doubles and flips bytes."""

import os
import pty
import tty
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.spec import scenario
from tests.tools.loop import in_the_loop
from torpor import pil
from torpor_tools import cli
from torpor_tools import loop as tool
from torpor_tools.commands import pil as command
from torpor_tools.provision import firmware

FRAME = st.tuples(
    st.integers(0, 255),
    st.integers(0, len(pil.CALLS) - 1),
    *[st.integers(-(2**31), 2**31 - 1)] * 5,
)


def test_the_check_is_the_published_one() -> None:
    assert pil.crc16(b"123456789") == 0x29B1  # CRC-16/CCITT-FALSE in the catalogue of CRCs


@given(st.lists(FRAME, max_size=5), st.binary(max_size=40), st.integers(1, 30))
def test_frames_come_through_noise_between_them(
    frames: list[tuple[int, ...]], noise: bytes, step: int
) -> None:
    noise = noise.replace(bytes([pil.SYNC]), b"")
    stream = noise.join([b"", *(pil.pack(*frame) for frame in frames), b""])
    out = []
    held = b""
    for at in range(0, len(stream), step):
        frame, held = pil.take(held + stream[at : at + step])
        while frame:
            out.append(frame)
            frame, held = pil.take(held)
    assert out == frames


@given(FRAME, FRAME, st.integers(0, pil.SIZE - 1), st.integers(1, 255))
def test_a_damaged_frame_costs_itself_only(
    damaged: tuple[int, ...], whole: tuple[int, ...], at: int, flip: int
) -> None:
    data = bytearray(pil.pack(*damaged))
    data[at] ^= flip
    frame, _ = pil.take(bytes(data) + pil.pack(*whole))
    assert frame == whole


@pytest.mark.parametrize(("name", "days"), [("garden", "1"), ("door", "1"), ("plug", "0.02")])
def test_the_processor_decides_as_the_simulation(name: str, days: str) -> None:
    world, plain, _ = in_the_loop(name, days, 0)
    assert len(plain) > 100
    assert tool.difference(plain, world.calls) is None
    assert max(world.allocated) == 0
    assert world.repeated == 0


@pytest.mark.parametrize(
    "heap",
    [71_000, *(pytest.param(n, marks=pytest.mark.slow) for n in range(71_250, 72_250, 250))],
)
def test_a_heap_that_is_collected_in_a_wake_changes_no_count(tmp_path: Path, heap: int) -> None:
    """It fills up at another place with each size, at some between two calls.

    The firmware as bytecode: its compiler would need a larger heap, which no wake fills.
    """
    firmware.compile_tree(tmp_path)
    world, _, _ = in_the_loop("garden", "0.05", 0, heap, tmp_path)
    assert set(world.allocated) == {0}


def test_a_noisy_line_changes_nothing() -> None:
    world, plain, line = in_the_loop("garden", "0.2", 500)
    assert tool.difference(plain, world.calls) is None
    assert line.damaged > 20
    assert world.repeated > 0


def test_another_decision_is_found_and_named() -> None:
    chosen = scenario.load("garden", ("days=0.01",))
    plain = tool.simulated(chosen)
    other = [*plain]
    other[5] = (*other[5][:-1], other[5][-1] + 1)
    said = tool.difference(plain, other)
    assert said
    assert said.startswith("call 5: ")
    assert tool.difference(plain, plain[:-1]) == (
        f"call {len(plain) - 1}: sleep({plain[-1][1]}, {plain[-1][2]}) = {plain[-1][3]} here, "
        "nothing more there"
    )


def test_a_silent_port_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "WAIT_S", 0)
    master, slave = pty.openpty()
    tty.setraw(slave)
    port = os.ttyname(slave)
    assert cli.run(["pil", "garden", "--port", port]) == 2
    assert capsys.readouterr().err == (
        f"torpor: {port}: does not answer; press its RESET button; is MicroPython on it?\n"
    )
    os.close(slave)
    os.close(master)
