"""Otii 3 projects, made by the layout that the otiio package documents."""

import json
from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.trace import reader
from tests.trace import seeds
from tests.trace.seeds import MADE_A


def test_an_otii3_project(tmp_path: Path) -> None:
    channels = [("mc", "current", 4000.0, MADE_A), ("mv", "voltage", 1000.0, [3.0, 4.0])]
    stub = seeds.otii3(tmp_path, [*channels, ("av", "voltage", 1000.0, [9.0, 9.0])])
    recording = reader.read(stub)
    assert recording.rate_hz == 4000
    assert recording.current_ua.tolist() == pytest.approx([a * 1e6 for a in MADE_A])
    assert recording.voltage_v is not None
    assert recording.voltage_v.tolist() == [3.0] * 4 + [4.0] * 4


@pytest.mark.parametrize("volts", [[3.0], []])
def test_an_otii3_voltage_that_is_too_short_is_left_out(tmp_path: Path, volts: list[float]) -> None:
    stub = seeds.otii3(
        tmp_path, [("mc", "current", 4000.0, MADE_A), ("mv", "voltage", 1000.0, volts)]
    )
    assert reader.read(stub).voltage_v is None


def test_an_otii3_project_in_doubt_is_refused(tmp_path: Path) -> None:
    both = [("mc", "current", 4000.0, MADE_A), ("ac", "current", 4000.0, MADE_A[::-1])]
    stub = seeds.otii3(tmp_path, both)
    with pytest.raises(BadInput, match="several currents among the channels mc, ac; give --chan"):
        reader.read(stub)
    assert reader.read(stub, channel="ac").current_ua[3] == pytest.approx(20_000)
    data = tmp_path / "data"
    layout = data / f"versions/{seeds.OTII3}/data/project.json"
    project = json.loads(layout.read_text())
    for change, says in (
        ({"recordings": project["recordings"] * 2}, "the project has 2 recordings"),
        ({"recordings": []}, "the project has 0 recordings"),
        ({"recordings": 7}, "project.json: not a project"),
    ):
        layout.write_text(json.dumps(project | change))
        with pytest.raises(BadInput, match=says):
            reader.read(stub)
    project["recordings"][0]["measurements"][0]["data"]["id"] = "../../../etc"
    layout.write_text(json.dumps(project))
    with pytest.raises(BadInput, match="no data folder"):
        reader.read(stub, channel="mc")
    (data / "data/project/b1/samples.dat").write_bytes(b"123456789")
    with pytest.raises(BadInput, match=r"samples.dat: cut off"):
        reader.read(stub, channel="ac")
    (data / "meta/project_format").write_text("18")
    with pytest.raises(BadInput, match="project format 18; project format 17 is read"):
        reader.read(stub)
    (data / "meta/project_format").unlink()
    (data / "meta/saved_version").unlink()
    with pytest.raises(BadInput, match="saved_version: no such file"):
        reader.read(stub)
