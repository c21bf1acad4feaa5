"""Figures that others published of MicroPython boards, predicted from the board files.

Source of all: glenn20/upy-esp32-experiments, its READMEs (Nordic PPK2, boards on USB: 15 mA beside
the ESP32, none beside the ESP32-S3). What the boards were fitted on is in fits(). Durations of
what is predicted are taken as published, since nothing here could know them.
"""

from host_sim.hardware import board, mac, price, states
from host_sim.hardware.board import Board
from tests.fidelity.drawn import Draw, as_filed
from tests.fidelity.row import GLENN20, Row

FULL = 10  # level of 20 dBm
ESP32, S3 = "lolin32_lite", "xiao_esp32s3"
WHOLE = ("MQTT", "POST", "longest")  # in what goes from reset to sleep
BESIDE_MA = 15  # what the ESP32's board draws beside the chip

# operation: duration in ms, charge in mC.
START_MS, START_MC = 70, 3.32  # ESP32: start of a frozen _boot.py and back to deep sleep
DHCP_MS, DHCP_MC = 1626, 204.3  # ESP32: start and connect by DHCP
POST_MS, POST_MC = 2928, 341.3  # the same and an HTTP POST
TAIL_MS, TAIL_MC = 4900, 490  # the longest of those
MQTT_MS, MQTT_MC = 774, 108.6  # ESP32: start, connect with a static address, MQTT message
LOST_MS, LOST_MC = 144.9 - 118.8, 15.43 - 7.68  # an ESP-NOW message that nobody acknowledges
ESPNOW_BYTES = 50  # of that message: 24 MAC, 15 of ESP-NOW, 7, and the check (ESP-IDF, esp_now.rst)


# window, interval in ms, and published mA with pm=(window, interval)
_DUTY = {
    ESP32: ("ESP32", ((75, 200, 56.0), (75, 300, 47.0), (50, 500, 36.0), (10, 500, 31.0))),
    S3: ("ESP32-S3", ((75, 200, 67.0), (75, 300, 57.0), (50, 500, 50.0), (10, 500, 45.0))),
}


def _mc(of: Board, state: str, ms: float) -> float:
    """So long in a state of a board."""
    return price.state_fc(of, state, round(ms * 1000)) / price.FC_PER_MC


def _beside_mc(ms: float) -> float:
    return BESIDE_MA * ms / 1000


def _row(what: str, unit: str, predicted: float, published: float, how: str = "predicted") -> Row:
    return Row(what, unit, predicted, published, how, GLENN20, part=_part(what))


def _part(what: str) -> str:
    if "ESP-NOW" in what:
        return "listening" if "listening" in what else "ESP-NOW"
    return "whole wake" if any(word in what for word in WHOLE) else "join"


def fits(as_it_may_be: Draw = as_filed) -> list[Row]:
    """What the ESP32's join was fitted on, as the board file gives it back."""
    esp32 = as_it_may_be(board.load(ESP32))
    out = []
    for what, ms, mc, join, messages in (
        ("connect with a static address", 734.3, 100.2, states.CACHED_JOIN[:3], 0),
        ("the same and an MQTT message", MQTT_MS, MQTT_MC, states.CACHED_JOIN, 1),
        ("connect by DHCP", DHCP_MS, DHCP_MC, states.JOIN[:3], 0),
    ):
        fc = price.join_fc(esp32, join, FULL) + messages * price.message_fc(esp32, FULL)
        own_mc = START_MC + _beside_mc(ms - START_MS) + fc / price.FC_PER_MC
        us = sum(esp32.phase_us(part.phase) for part in join)
        own_ms = START_MS + (us + messages * esp32.phase_us("message")) / 1000
        out.append(_row(f"ESP32: {what}", "mC", own_mc, mc, "fitted"))
        out.append(_row(f"ESP32: {what}", "ms", own_ms, ms, "fitted"))
    air_us = (mac.TRIES - 1) * mac.air_us(ESPNOW_BYTES)
    idle_us = (mac.TRIES - 1) * mac.GAP_US
    fc = air_us * esp32.file.radio.tx.current_na[FULL] + price.state_fc(esp32, "listen", idle_us)
    lost_ms = (air_us + idle_us) / 1000
    lost_mc = fc / price.FC_PER_MC + _beside_mc(lost_ms)
    what = "ESP32: an ESP-NOW message that found nobody, beyond one that arrived"
    out.append(_row(what, "ms", lost_ms, LOST_MS, "fitted"))
    out.append(_row(what, "mC", lost_mc, LOST_MC, "fitted"))
    return out


def predictions(as_it_may_be: Draw = as_filed) -> list[Row]:
    """All that is predicted, nothing of which was fitted."""
    esp32, s3 = (as_it_may_be(board.load(name)) for name in (ESP32, S3))
    sent_ms, post_ms, tail_ms = 118.8 - START_MS, POST_MS - DHCP_MS, TAIL_MS - POST_MS
    out = [
        _row(
            "ESP32: start and one ESP-NOW message, 118.8 ms",
            "mC",
            START_MC + _mc(esp32, "listen", sent_ms) + _beside_mc(sent_ms),
            7.68,
        ),
        _row(
            "ESP32: connect by DHCP and an HTTP POST, 2,928 ms",
            "mC",
            DHCP_MC + _mc(esp32, "listen", post_ms) + _beside_mc(post_ms),
            POST_MC,
        ),
        _row(
            "ESP32: the longest of those, 4.9 s",
            "mC",
            POST_MC + _mc(esp32, "listen", tail_ms) + _beside_mc(tail_ms),  # time-outs, disturbed
            TAIL_MC,
        ),
    ]
    for name, (chip, rows) in _DUTY.items():
        of = {ESP32: esp32, S3: s3}[name].file.states
        off_ma, on_ma = (of[one].current_na / 1e6 for one in ("idle", "listen"))
        for window_ms, interval_ms, published_ma in rows:
            out.append(
                _row(
                    f"{chip}: ESP-NOW listening {window_ms} of {interval_ms} ms",
                    "mA",
                    off_ma + (on_ma - off_ma) * window_ms / interval_ms,
                    published_ma,
                )
            )
    return out
