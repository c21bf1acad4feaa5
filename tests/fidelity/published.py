"""Figures that others published of MicroPython boards, predicted from half of them.

Source of all: glenn20/upy-esp32-experiments, its READMEs (Nordic PPK2). No model was tuned on what
is predicted; durations are taken as published, since nothing here could know them.
"""

from dataclasses import dataclass

# operation: duration in ms, charge in mC; boards supplied through USB unless said.
BOOT_MS, BOOT_MC = 70, 3.32  # ESP32: start of a frozen _boot.py and back to deep sleep
STATIC_MS, STATIC_MC = 734.3, 100.2  # the same, and a Wi-Fi connect with a static address
S3_BOOT_MS, S3_BOOT_MC = 47.0, 1.7  # ESP32-S3: start without validation of its image
S3_IMAGE_MS, S3_IMAGE_MC = 217, 14.2  # that validation
S3_SPIRAM_MS, S3_SPIRAM_MC = 12.5, 0.7  # collecting the garbage of its SPIRAM
RADIO_MA = {"ESP32": (28.9, 100.0), "ESP32-S3": (43.8, 104.0)}  # radio off and on, 3.3 V


@dataclass(frozen=True)
class Prediction:
    """A published figure beside the predicted one."""

    what: str
    unit: str
    published: float
    predicted: float
    how: str

    @property
    def error_pct(self) -> float:
        """Predicted against published."""
        return 100 * (self.predicted / self.published - 1)


# window, interval in ms, and published mA with pm=(window, interval)
_DUTY = {
    "ESP32": ((75, 200, 56.0), (75, 300, 47.0), (50, 500, 36.0), (10, 500, 31.0)),
    "ESP32-S3": ((75, 200, 67.0), (75, 300, 57.0), (50, 500, 50.0), (10, 500, 45.0)),
}
FITTED = (
    "ESP32: the start (70 ms, 3.32 mC), the connect with a static address (734.3 ms, 100.2 mC), "
    "radio off 28.9 mA and on 100 mA; ESP32-S3: the start (47 ms, 1.7 mC), the validation "
    "(217 ms, 14.2 mC), SPIRAM (12.5 ms, 0.7 mC), radio off 43.8 mA and on 104 mA"
)


def predictions() -> list[Prediction]:
    """All that is predicted: ten figures, from nine others."""
    connect_ma = (STATIC_MC - BOOT_MC) / (STATIC_MS - BOOT_MS) * 1000
    out = [
        Prediction(
            "ESP32: connect and one MQTT message, 774 ms",
            "mC",
            108.6,
            BOOT_MC + connect_ma * (774 - BOOT_MS) / 1000,
            "the start, then the connect's current for the rest",
        ),
        Prediction(
            "ESP32: start and one ESP-NOW message, 118.8 ms",
            "mC",
            7.68,
            BOOT_MC + RADIO_MA["ESP32"][1] * (118.8 - BOOT_MS) / 1000,
            "the start, then the radio on for the rest",
        ),
        Prediction(
            "ESP32-S3: from _boot.py through main.py to sleep, 350 ms",
            "mC",
            23.6,
            S3_BOOT_MC
            + S3_IMAGE_MC
            + S3_SPIRAM_MC
            + RADIO_MA["ESP32-S3"][0] * (350 - S3_BOOT_MS - S3_IMAGE_MS - S3_SPIRAM_MS) / 1000,
            "its three parts, then the radio off for the rest",
        ),
    ]
    for chip, rows in _DUTY.items():
        off_ma, on_ma = RADIO_MA[chip]
        for window_ms, interval_ms, published_ma in rows:
            out.append(
                Prediction(
                    f"{chip}: ESP-NOW listening {window_ms} of {interval_ms} ms",
                    "mA",
                    published_ma,
                    off_ma + (on_ma - off_ma) * window_ms / interval_ms,
                    "duty cycle between radio off and on",
                )
            )
    return out
