"""The Heltec board's numbers are those of its digests, and these those of the recordings."""

from pathlib import Path

import pytest

from host_sim import board, states
from host_sim.errors import BadInput
from host_sim.trace import fit
from host_sim.trace.digest import Row


@pytest.mark.parametrize("name", [fit.WAKE, *fit.BUSY, *fit.ASLEEP])
def test_a_shipped_digest_is_of_its_recording(name: str, recordings: Path, tmp_path: Path) -> None:
    fit.make(recordings / "esp32/heltec-esp32-lora32", name, tmp_path / "fresh.csv")
    assert (tmp_path / "fresh.csv").read_text() == fit.shipped(name).read_text()


def test_the_board_holds_what_was_fitted() -> None:
    heltec = board.load("heltec_wifi_lora_32").file
    fitted = fit.fit(fit.load())
    assert {name: heltec.states[name].current_na for name in fitted.states_na} == fitted.states_na
    assert heltec.radio.tx.current_na == fitted.tx_na
    recipe = {step.state: step.duration_us for step in heltec.wakes["wifi"].phases}
    assert list(recipe) == ["boot", "idle", "listen", "tx_20", "modem_sleep"]
    assert list(recipe.values()) == list(fitted.wake_us.values())
    assert heltec.phases["boot"].duration_us == fitted.wake_us["boot"]


def test_phases_with_the_radio_on_draw_what_listening_does() -> None:
    heltec = board.load("heltec_wifi_lora_32").file
    listen_na = heltec.states["listen"].current_na
    phases = ("scan", "associate", "address", "connect")
    assert {heltec.states[name].current_na for name in phases} == {listen_na}


def row(state: str, duration_s: float, mean_ma: float, peak_ma: float = 0.0) -> Row:
    return Row(state, 0.0, duration_s, mean_ma, 0.0, peak_ma, mean_ma * duration_s)


def test_a_fit_by_hand() -> None:
    wake = [
        row("deep_sleep", 9.0, 1.0),
        row("boot", 0.4, 50.0),
        row("idle", 0.1, 40.0),
        row("idle", 0.5, 30.0),
        row("listen", 0.1, 100.0),
        row("tx", 0.01, 200.0, 300.0),
        row("tx", 0.01, 150.0, 160.0),
        row("listen", 0.02, 110.0),
        row("modem_sleep", 1.0, 36.0),
        row("modem_sleep", 3.0, 40.0),
        row("deep_sleep", 9.0, 1.0),
    ]
    table = {name: [row("deep_sleep", 0.2, 0.8)] for name in fit.ASLEEP}
    table |= {name: [row("idle", 6.0, 34.0), row("idle", 1.0, 30.0)] for name in fit.BUSY}
    table[fit.WAKE] = wake
    fitted = fit.fit(table)
    assert fitted.states_na == {
        "deep_sleep": 800_000,
        "modem_sleep": 39_000_000,
        "idle": 30_000_000,
        "boot": 50_000_000,
        "cpu": 34_000_000,
        "listen": 100_000_000,
    }
    # 1 mC and 0.5 mC over listening, at 200 mA over listening: 7.5 ms of the 20 ms are on the air.
    assert fitted.wake_us == {
        "boot": 400_000,
        "idle": 600_000,
        "listen": 132_500,
        "tx": 7_500,
        "modem_sleep": 4_000_000,
    }
    assert fitted.tx_na[-1] == 300_000_000
    at_11_dbm = states.TX_LEVELS_DBM.index(11.0)
    assert fitted.tx_na[at_11_dbm] == pytest.approx(100e6 + 200e6 * 10 ** (-0.9 * 0.39), abs=1e3)
    assert fitted.tx_na == sorted(fitted.tx_na)


def test_a_folder_without_the_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        fit.make(tmp_path, fit.WAKE, tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
