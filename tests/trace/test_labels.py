"""States named by digital channels, on a recording made here and a genuine one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.trace import reader, spool
from host_sim.trace.cut import digest, labels
from tests.trace.waves import wave


@pytest.mark.parametrize("chunk", [1 << 20, 640, 64])
def test_states_are_those_of_the_patterns(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool.chunks, "__defaults__", (chunk,))
    digital = np.repeat([0, 1, 3, 0, 2], [500, 200, 300, 400, 600]).astype(np.uint8)
    recording = replace(wave((50, 2)), digital=digital, channels=("D0", "D1"))
    found = labels.find(recording, labels.parse("0=sleep,1=boot"), Path("wake"))
    rows = digest.of_segments(recording, found)
    assert [(row.state, row.duration_s) for row in rows] == [
        ("deep_sleep", 0.5),
        ("boot", 0.2),
        ("D0+D1", 0.3),
        ("deep_sleep", 0.4),
        ("D1", 0.6),
    ]


def test_pins_that_are_let_go_before_the_chip_sleeps_end_no_stretch() -> None:
    """What still draws then belongs to what was before: one time on the air, and not two."""
    digital = np.repeat([0, 1, 3, 0], [500, 200, 300, 1000]).astype(np.uint8)
    current = np.repeat([50.0, 50_000.0, 50.0], [500, 540, 960]).astype(np.float32)
    recording = replace(wave((2, 2)), current_ua=current, digital=digital, channels=("D0", "D1"))
    found = labels.find(recording, labels.parse("0=sleep,1=cpu,3=air"), Path("wake"))
    assert [(one.state, one.start, one.end) for one in found.segments] == [
        ("deep_sleep", 0, 500),
        ("cpu", 500, 700),
        ("air", 700, 1040),
        ("deep_sleep", 1040, 2000),
    ]


@pytest.mark.parametrize("text", ["", "0", "sleep", "0=", "x=boot", "256=boot", "-1=boot", "0=a b"])
def test_no_label_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="write 0=sleep,1=boot"):
        labels.parse(text)


def test_a_recording_without_channels_is_refused() -> None:
    with pytest.raises(BadInput, match="wake: no digital channels; leave --labels out"):
        labels.find(wave((1, 1)), {0: "deep_sleep"}, Path("wake"))


def test_a_genuine_file_is_cut_where_its_pins_change(recordings: Path) -> None:
    file = "formats/ppk2-csv/fossketeers_uno_r4_crypto_100kHz_D0-D7.csv.xz"
    recording = reader.read(recordings / file)
    found = labels.find(recording, {255: "waiting"}, Path(file))
    rows = digest.of_segments(recording, found)
    assert len(rows) == 25
    assert rows[-1].state == "waiting"
    assert sum(row.charge_mc for row in rows) == pytest.approx(668.011, abs=0.001)
