"""Pictures that say who made them."""

from pathlib import Path

import pytest

from host_sim.files import outputs, picture
from tools import cli

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize("ending", picture.ENDINGS)
def test_a_picture_is_of_its_ending_and_is_drawn_anew(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"year{ending}"
    for _ in range(2):
        assert cli.run(["sim", "garden", "--days", "1", "--plot", str(path)]) == 0
        assert path.read_bytes().startswith(STARTS[ending])
    outputs.claim(path, made=picture.made)


def test_a_page_is_drawn_anew(tmp_path: Path) -> None:
    recording, page = tmp_path / "wake.csv", tmp_path / "wake.html"
    rows = "".join(f"{i},{100 if i < 900 else 50_000}\n" for i in range(1000))
    recording.write_text(f"Timestamp(ms),Current(uA)\n{rows}")
    for _ in range(2):
        assert cli.run(["trace", "plot", str(recording), "-o", str(page)]) == 0
    assert "<html" in page.read_text()[:100]
