"""Joulescope files, written and read."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader
from host_sim.trace.formats import jls
from host_sim.trace.recording import Gap, Recording
from tests.trace import seeds
from tests.trace.conftest import read


@given(
    st.lists(st.floats(0, 5e5, width=32), min_size=2, max_size=60),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30)), max_size=3),
    st.booleans(),
    st.integers(0, 3),
)
@settings(max_examples=60)
def test_what_is_written_as_jls_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    ua: list[float],
    cuts: list[tuple[int, int]],
    with_voltage: bool,
    inputs: int,
) -> None:
    file = tmp_path_factory.mktemp("jls") / "a.jls"
    places = {at: length for at, length in sorted(cuts) if at < len(ua)}
    gaps = tuple(Gap(at / 1000, length / 1000) for at, length in places.items())
    column = np.array(ua, np.float32)
    digital = np.arange(len(ua)).astype(np.uint8) & np.uint8((1 << inputs) - 1)
    given_one = Recording(
        "made",
        1000.0,
        column,
        gaps,
        channels=tuple(f"D{i}" for i in range(inputs)),
        digital=digital if inputs else None,
        voltage_v=column / np.float32(1e5) if with_voltage else None,
    )
    jls.write(file, given_one)
    found = reader.read(file)
    assert (found.format, found.rate_hz) == ("jls", 1000.0)
    np.testing.assert_allclose(found.current_ua, column, rtol=3e-7, atol=1e-6)
    assert [(g.start_s, g.length_s) for g in found.gaps] == [(g.start_s, g.length_s) for g in gaps]
    assert found.channels == given_one.channels
    if inputs:
        assert found.digital is not None
        assert found.digital.tolist() == digital.tolist()
    if with_voltage:
        np.testing.assert_array_equal(found.voltage_v, given_one.voltage_v)


def test_a_long_jls_is_read_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jls, "CHUNK", 1 << 12)
    ua = np.random.default_rng(1).normal(1000, 100, 50_001).astype(np.float32)
    digital = (ua > 1000).astype(np.uint8)
    gap = Gap(12_345 / 1000, 9.999)
    jls.write(path, Recording("made", 1000.0, ua, (gap,), ("D0",), digital))
    found = reader.read(path)
    np.testing.assert_allclose(found.current_ua, ua, rtol=3e-7)
    np.testing.assert_array_equal(found.digital, digital)
    (found_gap,) = found.gaps
    assert (found_gap.start_s, found_gap.length_s) == pytest.approx((gap.start_s, gap.length_s))


def test_a_genuine_recording_goes_through_jls(recordings: Path, path: Path) -> None:
    whole = reader.read(
        recordings / "esp32/esp32-ble-kadoshima/deep-sleep/modeA_trial_006_offA.csv"
    )
    jls.write(path, whole)
    found = reader.read(path)
    assert found.charge_mc == pytest.approx(whole.charge_mc, rel=1e-6)
    assert found.energy_mj == pytest.approx(whole.energy_mj, rel=1e-6)


def test_what_a_jls_cannot_hold_is_refused(path: Path) -> None:
    ua = np.ones(4, np.float32)
    for recording, says in (
        (Recording("made", 996.49, ua), "whole hertz, not 996.49 Hz"),
        (Recording("made", 1e6, ua, (Gap(2e-6, 3600.0),)), "the gaps are too long"),
    ):
        with pytest.raises(BadInput, match=says):
            jls.write(path, recording)
        assert not path.exists()
    with pytest.raises(BadInput, match="cannot be written"):
        jls.write(path / "no" / "folder", Recording("made", 1000.0, ua))


def test_a_jls_that_was_cut_off_is_left_as_it_is(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """pyjls would repair it in place."""
    (whole,) = (seed.data for seed in seeds.made() if seed.name == "made.jls")
    for end in range(16, len(whole), 11):
        with pytest.raises(BadInput, match="cut off, or not closed by the recorder"):
            read(path, whole[:end])
        assert path.read_bytes() == whole[:end]
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    with pytest.raises(BadInput, match="the file is damaged"):
        read(path, bytes(damaged))
    assert capfd.readouterr() == ("", "")  # nor does it print


def test_two_currents_of_a_jls_are_told_apart(path: Path) -> None:
    import pyjls

    with pyjls.Writer(str(path)) as file:
        for source, name in ((1, "in"), (2, "out")):
            file.source_def(source_id=source, name=name)
            file.signal_def(source, source_id=source, sample_rate=100, name=name, units="A")
            file.fsr(source, 0, np.full(10, source, np.float32))
    with pytest.raises(BadInput, match=r"several in A among the signals in \(A\), out \(A\)"):
        reader.read(path)
    assert reader.read(path, channel="out").current_ua.tolist() == [2e6] * 10
    with pytest.raises(BadInput, match="none in A among"):
        reader.read(path, channel="power")
