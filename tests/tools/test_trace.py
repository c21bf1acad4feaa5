from pathlib import Path

import pytest

from host_sim.trace.cut import digest
from tests.answered import answered
from tests.refused import refused
from torpor_tools import cli

PPK2 = "Timestamp(ms),Current(uA)\n0,100\n1,100\n2,50000\n3,50000\n"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "r.csv"
    path.write_text(PPK2)
    return path


def test_info_as_json(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = answered(capsys, "trace", "info", str(recording))
    assert facts["samples"] == 4
    assert facts["rate_hz"] == 1000
    assert facts["duration_s"] == 0.004
    assert facts["charge_mc"] == pytest.approx(0.1002)
    assert set(facts["current_ma"]) == {"min", "median", "mean", "p99", "max"}
    assert facts["gaps"] == []


def test_digest_writes_what_it_prints(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "d.csv"
    rows = answered(capsys, "trace", "digest", str(recording), "-o", str(out))["segments"]
    assert len(digest.load(out)) == len(rows)


def test_a_sleep_of_microamperes_is_seen_in_a_digest(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ua = [10] * 500 + [50_000] * 500
    rows = "".join(f"{ms},{one}\n" for ms, one in enumerate(ua))
    recording.write_text(PPK2.splitlines(keepends=True)[0] + rows)
    assert cli.run(["trace", "digest", str(recording)]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[3:5] for row in shown if row[0] == "deep_sleep"] == [["0.0100", "0.010"]]


def test_validate_says_what_its_error_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["validate"]) == 0
    assert "errors of fit" in capsys.readouterr().out
    verdict = answered(capsys, "validate")
    (judged,) = verdict["wakes"]
    assert judged["fitted"]
    assert judged["recorded_mc"] == pytest.approx(318.16, abs=0.01)


@pytest.mark.parametrize(
    "args",
    [
        ["trace", "info", "missing.csv"],
        ["trace", "info", "."],
        ["trace", "digest", "missing.csv", "-o", "out.csv"],
        ["trace", "digest", "r.csv", "-o", "no/such/folder.csv"],
        ["validate", "missing.csv"],
        ["validate", "--wake", "nothing"],
        ["validate", "--board", "nothing"],
        ["validate", "--board", "xiao_esp32c3"],
        ["validate", "sleeps.csv"],
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    args: list[str],
    recording: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(recording.parent)
    Path("sleeps.csv").write_text(PPK2.replace("50000", "100"))
    refused(args, recording.parent, capsys)
