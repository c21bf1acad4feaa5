"""Digests, of waveforms made here and of the recordings themselves."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader
from host_sim.trace.cut import digest, segment
from tests.trace.waves import wave

HELTEC = "esp32/heltec-esp32-lora32"


@given(
    st.lists(
        st.tuples(st.floats(0.01, 400), st.integers(1, 300).map(lambda ms: ms / 1000)),
        min_size=1,
        max_size=20,
    )
)
def test_every_sample_is_in_one_row(parts: list[tuple[float, float]]) -> None:
    recording = wave(*parts)
    rows = digest.rows(recording)
    assert sum(row.charge_mc for row in rows) == pytest.approx(recording.charge_mc)
    ends = [row.start_s + row.duration_s for row in rows]
    assert [row.start_s for row in rows] == pytest.approx([0.0, *ends[:-1]])
    assert ends[-1] == pytest.approx(recording.duration_s)


def test_a_digest_reads_back(tmp_path: Path) -> None:
    rows = digest.rows(wave((0.8, 1), (50, 0.4), (0.8, 0.2)))
    digest.write(tmp_path / "d.csv", rows, {"recording": "made here"})
    back = digest.load(tmp_path / "d.csv")
    assert [row.state for row in back] == [row.state for row in rows]
    assert [row.charge_mc for row in back] == pytest.approx(
        [row.charge_mc for row in rows], rel=1e-5
    )


HEAD = "state,start_s,duration_s,mean_ma,sd_ma,peak_ma,charge_mc\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "state\nboot\n",
        HEAD,
        HEAD + "boot,0,1,50,0,50\n",
        HEAD + "boot,0,1,50,0,50,nan\n",
        HEAD + "boot,0,inf,50,0,50,50\n",
        HEAD + "boot,0,0,50,0,50,50\n",
        HEAD + "boot,0,1,50,0,50,0\n",
        HEAD + "boot,0,1,50,0,50,much\n",
    ],
)
def test_what_is_no_digest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(BadInput, match=r"d\.csv: no digest"):
        digest.load(tmp_path / "d.csv")


def test_a_sleep_lost_in_noise_is_still_a_digest(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(HEAD + "deep_sleep,0,1,-0.01,0.1,0.2,-0.01\n")
    assert digest.load(tmp_path / "d.csv")[0].charge_mc == -0.01


def test_the_facts_of_a_digest_read_back(tmp_path: Path) -> None:
    facts = {"recording": "r.csv", "sha256": "ab", "source": "me: here"}
    digest.write(tmp_path / "d.csv", digest.rows(wave((0.8, 1))), facts)
    assert digest.facts(tmp_path / "d.csv") == facts
    assert digest.is_digest(tmp_path / "d.csv")
    (tmp_path / "r.csv").write_text("Timestamp(ms),Current(uA)\n")
    assert not digest.is_digest(tmp_path / "r.csv")


def test_a_wake_is_what_lies_between_two_sleeps() -> None:
    rows = digest.rows(wave((50, 0.4), (0.8, 1), (50, 0.4), (31, 0.5), (0.8, 1), (50, 0.3)))
    wakes = digest.wakes(rows)
    assert [[row.state for row in wake] for wake in wakes] == [["idle"], ["boot", "idle"], ["boot"]]
    assert digest.wakes(rows[1:2]) == []


@pytest.mark.parametrize(
    ("name", "active_s", "active_mc", "gap_after_s"),
    [
        ("wifi/no_interference_b", 6.19, 318, 6.960),
        ("wifi/interferences_b", 10.8, 794, 17.667),
    ],
)
def test_the_recorded_wakes(
    recordings: Path, name: str, active_s: float, active_mc: float, gap_after_s: float
) -> None:
    recording = reader.read(recordings / HELTEC / f"{name}.csv.xz")
    found = segment.find(recording)
    (wake,) = digest.wakes(digest.of_segments(recording, found))
    assert sum(row.duration_s for row in wake) == pytest.approx(active_s, rel=0.005)
    assert sum(row.charge_mc for row in wake) == pytest.approx(active_mc, rel=0.005)
    (gap,) = recording.gaps
    assert gap.length_s == pytest.approx(7.391, abs=0.001)
    assert gap.start_s == pytest.approx(gap_after_s)
    assert found.beacon_period_s == pytest.approx(0.1024, abs=0.0005)


def test_sleep_is_the_mean_over_all_sleeps() -> None:
    assert digest.sleep_ma(digest.rows(wave((1, 3), (50, 1), (2, 1)))) == pytest.approx(1.25)
    assert digest.sleep_ma(digest.rows(wave((50, 1)))) is None


@pytest.mark.parametrize(("ma", "name"), [(52.4, "cpu_160"), (52.6, "idle"), (45.6, "cpu_160")])
def test_an_idle_level_is_named_where_it_is_near_enough(ma: float, name: str) -> None:
    rows = digest.rows(wave((ma, 1), (0.8, 1)))
    named = digest.named(rows, {"cpu_160": 49.0, "cpu_240": 67.0})
    assert [row.state for row in named] == [name, "deep_sleep"]
