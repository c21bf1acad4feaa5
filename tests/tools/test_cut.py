"""torpor trace digest, plot and diff, as they are called."""

import json
from pathlib import Path

import numpy as np
import pytest

from host_sim.trace.cut import segment
from host_sim.trace.draw import view
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording
from tests.refused import refused
from tests.trace.waves import wave
from torpor_tools import cli

HELTEC = "esp32/heltec-esp32-lora32"


@pytest.fixture
def wakes(tmp_path: Path) -> Path:
    """Two wakes of 1 s, in a PPK2 file at 1 kS/s."""
    path = tmp_path / "wakes.csv"
    ppk2.write(path, wave(*[(0.1, 0.5), (50, 1), (0.1, 0.5)] * 2))
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.run(["trace", *arguments]) == 0
    return capsys.readouterr().out


def test_the_digest_of_two_wakes(wakes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "digest", str(wakes), "--json", "--level", "cpu=50"))
    assert [part["state"] for part in document["segments"]] == [
        *("deep_sleep", "boot") * 2,
        "deep_sleep",
    ]
    starts = [wake["start_s"] for wake in document["wakes"]]
    assert starts == pytest.approx([0.5, 2.5])
    assert [wake["charge_mc"] for wake in document["wakes"]] == pytest.approx([50, 50])
    assert document["sleep_ma"] == pytest.approx(0.1)
    assert document["charge_mc"] == pytest.approx(100.2)
    assert "wake at 2.500 s: 1.000 s, 50.00 mC" in printed(capsys, "digest", str(wakes))


def test_the_extra_charge_of_a_disturbed_channel_is_listening(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet, disturbed = (
        str(recordings / HELTEC / f"wifi/{name}_b.csv.xz")
        for name in ("no_interference", "interferences")
    )
    difference = json.loads(printed(capsys, "diff", quiet, disturbed, "--json"))
    assert difference["more_mc"] == pytest.approx(475.8, abs=0.1)
    states = {line["state"]: line for line in difference["states"]}
    listen_mc = states["listen"]["charge_mc"]
    assert listen_mc[1] - listen_mc[0] > 0.95 * difference["more_mc"]
    assert states["tx"]["times"][1] > 1.3 * states["tx"]["times"][0]
    said = printed(capsys, "diff", quiet, disturbed)
    assert "98% listen" in said
    assert "26 more bursts" in said


def test_a_digest_is_compared_like_its_recording(
    wakes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "d.csv"
    printed(capsys, "digest", str(wakes), "-o", str(out))
    assert json.loads(printed(capsys, "diff", str(wakes), str(out), "--json"))[
        "more_mc"
    ] == pytest.approx(0, abs=1e-3)


def test_where_more_charge_went_is_a_sentence_and_less_is_a_figure(
    wakes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.csv"
    ppk2.write(more, wave((0.1, 0.5), (51, 1), (0.1, 0.5)))
    said = printed(capsys, "diff", str(wakes), str(more)).splitlines()
    assert said[-1] == "+1.00 mC: 100% boot"
    assert [row.split()[-1] for row in said if row.startswith("boot")] == ["+1.00"]
    assert printed(capsys, "diff", str(more), str(wakes)).splitlines()[-1] == "-1.00 mC"


def test_shares_are_of_what_rose_where_other_states_fell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what was left they were 150 %."""
    files = []
    for boot, listen, idle in ((10, 10, 10), (16, 12, 6)):  # mA for 1 s each
        rows = [("deep_sleep", 0), ("boot", boot), ("listen", listen), ("idle", idle)]
        lines = ["# recording: x", "state,start_s,duration_s,mean_ma,sd_ma,peak_ma,charge_mc"]
        lines += [f"{state},{s},1,{ma},0,{ma},{ma}" for s, (state, ma) in enumerate(rows)]
        files.append(tmp_path / f"{boot}.csv")
        files[-1].write_text("\n".join([*lines, "deep_sleep,4,1,0,0,0,0", ""]))
    said = printed(capsys, "diff", *map(str, files)).splitlines()[-1]
    assert said == "+4.00 mC, +8.00 mC without what fell: 75% boot, 25% listen"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["trace", "diff", "d.csv", "d.csv"], "no FILE is a recording"),
        (["validate", "d.csv"], "no RECORDING is a recording"),
    ],
)
def test_how_to_read_a_recording_is_for_no_digest(
    line: list[str],
    said: str,
    wakes: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(wakes.parent)
    printed(capsys, "digest", "wakes.csv", "-o", "d.csv")
    assert said in refused([*line, "--unit", "uA"], wakes.parent, capsys)


@pytest.mark.parametrize(("name", "start"), [("p.png", b"\x89PNG"), ("p.html", b"<!doctype html>")])
def test_a_recording_is_drawn(
    name: str, start: bytes, wakes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = wakes.parent / name
    printed(capsys, "plot", str(wakes), "-o", str(out))
    data = out.read_bytes()
    assert data.startswith(start)
    if name == "p.html":
        assert b"deep_sleep" in data
        assert b"<script src" not in data  # it needs no network


@pytest.mark.parametrize("samples", [1_000_003, 5_000_000])
def test_peaks_of_a_long_recording_are_drawn(samples: int) -> None:
    ua = np.full(samples, 50_000, np.float32)
    ua[654_321] = 300_000
    recording = Recording("test", 100_000.0, ua)
    at_s, ma = view.curve(recording, segment.find(recording), 8_000)
    assert len(ma) <= 8_000
    assert ma.max() == 300
    assert at_s[int(np.argmax(ma))] == pytest.approx(6.54321, abs=0.02)


def test_each_point_is_drawn_in_its_states_colour() -> None:
    recording = wave((0.8, 1), (50, 1), (0.8, 1))
    found = segment.find(recording)
    curves = view.by_state(recording, found, view.curve(recording, found, 8_000))
    assert list(curves) == ["deep_sleep", "boot"]
    assert np.nansum(curves["boot"][1]) == pytest.approx(50 * 1000 + 0.8)  # and on to the sleep
    assert np.isnan(curves["deep_sleep"][1]).sum() == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plot", "wakes.csv", "-o", "out.gif"], "no format ends in .gif; one of .html"),
        (["plot", "wakes.csv", "-o", "no/such.png"], "its folder does not exist"),
        (["digest", "wakes.csv", "--level", "cpu"], "the level in mA"),
        (["digest", "wakes.csv", "--level", "cpu=-1"], "the level in mA"),
        (["digest", "wakes.csv", "--labels", "0=boot"], "wakes.csv: no digital channels;"),
        (
            ["digest", "wakes.csv", "--labels", "0=boot", "--board", "xiao_esp32c3"],
            "leave --board out",
        ),
        (["digest", "wakes.csv", "--board", "nothing"], "no board named nothing"),
        (["diff", "wakes.csv", "asleep.csv"], "asleep.csv: holds no wake;"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    says: str,
    wakes: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(wakes.parent)
    ppk2.write(Path("asleep.csv"), wave((0.01, 0.1)))
    assert says in refused(["trace", *arguments], wakes.parent, capsys)
