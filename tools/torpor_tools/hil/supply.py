"""A Nordic Power Profiler Kit II as the node's supply: it feeds, switches and measures."""

import time

import numpy as np

from host_sim.trace.formats.part import RATE_HZ
from torpor_tools.hil.bench import Supply as Settings
from torpor_tools.ppk2 import Ppk2


class Supply(Ppk2):
    """Off until it is switched on. Every figure is what the kit tells by its own calibration."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.port, "source", settings.mv)

    def charge_uc(self, for_s: float) -> float:
        """The charge that the node takes in this time, µC; by the time it is the mean in µA.

        Raises OSError when samples were lost: then there is no figure.
        """
        wanted, seen, held, total_ua = round(RATE_HZ * for_s), 0, 0, 0.0
        deadline = time.monotonic() + for_s + 1
        with self:
            while seen < wanted and time.monotonic() < deadline:
                samples_ua = self.read()[0][: wanted - seen]
                seen += len(samples_ua)
                held += int(np.isfinite(samples_ua).sum())
                total_ua += float(np.nansum(samples_ua, dtype=np.float64))
        if held < wanted:
            raise OSError(f"{held:,} samples of {wanted:,}")
        return total_ua / RATE_HZ
