"""A Nordic Power Profiler Kit II as the node's supply: it feeds, switches and measures."""

import time

from ppk2_api.ppk2_api import PPK2_API
from serial import SerialException

from host_sim.errors import BadInput
from tools.hil.bench import Supply as Settings

RATE = 100_000  # samples a second (Nordic, PPK2 user guide)
READ_S = 0.01


class Supply:
    """Off until it is switched on. Every figure is what the kit tells by its own calibration."""

    def __init__(self, settings: Settings) -> None:
        try:
            self.kit = PPK2_API(settings.port, timeout=1, exclusive=True)
        except SerialException:
            remedy = "is a PPK2 there, and no other program at it?"
            raise BadInput("cannot be opened", where=settings.port, remedy=remedy) from None
        if not self.kit.get_modifiers():
            raise BadInput("no PPK2 answers", where=settings.port, remedy="name its first port")
        self.kit.use_source_meter()
        self.kit.set_source_voltage(settings.mv)

    def on(self) -> None:
        """Feed the node."""
        self.kit.toggle_DUT_power("ON")

    def off(self) -> None:
        """Stop feeding it."""
        self.kit.toggle_DUT_power("OFF")

    def charge_uc(self, for_s: float) -> float:
        """The charge that the node takes in this time, µC; the mean is that by the time, in µA.

        Raises OSError when samples were lost: then there is no figure.
        """
        data = bytearray()
        wanted = 4 * round(RATE * for_s)
        self.kit.start_measuring()
        deadline = time.monotonic() + for_s + 1
        while len(data) < wanted and time.monotonic() < deadline:
            data += self.kit.get_data()
            time.sleep(READ_S)
        self.kit.stop_measuring()
        if len(data) < wanted:
            raise OSError(f"{len(data) // 4:,} samples of {wanted // 4:,}")
        samples_ua, _ = self.kit.get_samples(bytes(data[:wanted]))
        return float(sum(samples_ua)) / RATE

    def close(self) -> None:
        """Let go of it; it feeds on."""
        self.kit.ser.close()
