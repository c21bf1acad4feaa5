"""A recording as a page: what is in the file, and what Chromium shows of it."""

import json
import re
import shutil
import subprocess
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host_sim.trace.draw import view
from tests.trace.drawn import HOLE, TITLE, curves, holed, labelled


def test_a_page_holds_the_title_and_the_curves_and_asks_no_network() -> None:
    recording = holed(HOLE)
    text = view.document(recording, curves(recording), TITLE)
    assert f"<title>{escape(TITLE)}</title>" in text
    assert "<script src" not in text
    assert text.count("</script>") == 3  # ours: none within a name ends one
    found = re.search('type="application/json">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert data["gaps"] == [[HOLE.start_s, HOLE.length_s]]
    for state, (name, (at_s, ma)) in zip(data["states"], curves(recording).items(), strict=True):
        assert state["name"] == name
        assert np.array_equal(np.frombuffer(b64decode(state["s"]), "<f8"), at_s)
        packed = np.frombuffer(b64decode(state["ma"]), "<f4")
        assert np.array_equal(packed, ma.astype(np.float32), equal_nan=True)


# The page in a frame of a given size, and what can be seen of it there.
FRAME = """<!doctype html><body><iframe id="f" width="{width}" height="{height}"></iframe><script>
const frame = document.getElementById("f");
frame.srcdoc = {page};
setTimeout(() => {{
  const inside = frame.contentDocument, root = inside.documentElement, said = {{
    over: [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight],
    ticks: [...inside.querySelectorAll(".ytick text")].map(one => one.textContent),
    gaps: [...inside.querySelectorAll(".annotation text")].map(one => one.textContent),
    keys: [...inside.querySelectorAll("#keys button")].map(one =>
      [one.textContent, one.getBoundingClientRect().right]),
    plot: inside.querySelector("#plot").getBoundingClientRect().height,
  }};
  document.body.textContent = "SAID" + JSON.stringify(said) + "SAID";
}}, 3000);
</script>"""


def shown(page: str, folder: Path, width: int, height: int) -> Any:
    """What Chromium shows of a page; skips, saying so, where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium")
    (folder / "frame.html").write_text(
        FRAME.format(
            width=width, height=height, page=json.dumps(page).replace("</script", "<\\/script")
        ),
        encoding="utf-8",
    )
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu"]
    command += ["--disable-background-networking", f"--user-data-dir={folder / 'profile'}"]
    command += ["--dump-dom", "--virtual-time-budget=10000", "--window-size=1600,1000"]
    done = subprocess.run(
        [*command, (folder / "frame.html").as_uri()], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.split("SAID")[1].replace("&lt;", "<").replace("&amp;", "&"))


@pytest.mark.parametrize(("width", "height"), [(420, 800), (800, 600), (1400, 900)])
def test_a_page_fits_its_window(width: int, height: int, tmp_path: Path) -> None:
    recording = holed(HOLE)
    said = shown(view.document(recording, curves(recording), TITLE), tmp_path, width, height)
    assert said["over"] == [0, 0]  # no scrollbar
    assert {"100 µA", "0", "100 mA"} <= set(said["ticks"])
    assert said["gaps"] == ["7.391 s"]
    assert [key for key, _ in said["keys"]] == [*curves(recording), "gap: not recorded"]
    assert max(right for _, right in said["keys"]) <= width
    assert said["plot"] >= 260


def test_twenty_keys_fit_a_telephone(tmp_path: Path) -> None:
    recording, found = labelled(20)
    said = shown(view.document(recording, curves(recording, found), "r.csv"), tmp_path, 420, 800)
    assert said["over"] == [0, 0]
    assert len(said["keys"]) == 20
    assert max(right for _, right in said["keys"]) <= 420
