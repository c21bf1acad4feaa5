"""Listening on the ESP32-C5, on recordings that its board was not fitted on, as digests.

python -m tests.fidelity.listening RECORDINGS    digest them anew, from their folder
"""

import sys
from pathlib import Path

from host_sim.hardware import board
from host_sim.trace.fit import evidence, fit
from tests.fidelity import unseen

BOARD = "esp32c5"
FOLDER = board.BOARDS / BOARD / "unseen"
SOURCE = "XiFi, github.com/sjain166/XiFi, PowerTests, ESP32-C5 with an INA219 at 100 Hz"
FILES = ("10B_WiFi.csv", "512B_WiFi.csv")


def judged() -> list[tuple[str, float, float]]:
    """File, recorded mA as a fit would have it, the board's mA."""
    profile = board.load(BOARD)
    predicted_ma = profile.file.states["listen"].current_na / 1e6
    rows = []
    for name in FILES:
        found = fit.currents([evidence.read(FOLDER / name)])
        rows.append((name, found["listen"].mean_ma, predicted_ma))
    return rows


def main(recordings: Path) -> None:
    """Digest every recording."""
    for name in FILES:
        cited, states = f"esp32c5-xifi/{name}", {"listen": "listen"}
        text = unseen.digested(recordings / name, cited, SOURCE, states=states)
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    main(Path(sys.argv[1]))
