"""The port on the chip, of a node whose ULP reads channels while the CPU sleeps deeply.

config.json has of it, beside what torpor.esp32 says,

    {"monitor": {"binary": "dWxwAAw...", "words": {"count": 199, "due": 200, "channels": 203},
                 "channels": [0, 1, 2], "every_ms": 100000}}

with the channels in the program's order, and in the entry of an analog one "ulp_nv". The sensors
need power while the CPU sleeps, the bus pull-ups.
"""

import machine

from torpor.drivers import scale
from torpor.esp32 import Esp32Port, fault
from torpor.policy.sleep import DEEP
from torpor.port import FAULT, RECALLED

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from torpor.drivers.monitor import Monitor


class MonitoringPort(Esp32Port):
    """The contract of torpor.port but for pins, outputs and detectors."""

    def __init__(self, config: dict) -> None:
        super().__init__(config)
        self.monitored_by: Monitor | None = None
        self.armed = False
        self.scales: dict[int, scale.Sht3x | scale.Analog] = {}

    def monitor(self, channel: int, low: int, high: int, looks: int) -> None:
        try:
            ulp, place, scaled = self._ulp(), self._place(channel), self._scale(channel)
            marks = scaled.raw(low + 1), scaled.raw((low + high) // 2), scaled.raw(high) - 1
            if not self.armed:
                ulp.forget(len(self.config["monitor"]["channels"]))
                self.armed = True
            ulp.mark(place, *marks, looks)
        except Exception as error:  # one driver must not cost the node
            fault(error)

    def monitored(self, channel: int) -> int:
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            return 0
        return self._ulp().count(self._place(channel))

    def recalled(self, channel: int, age: int) -> int:
        if age >= RECALLED:
            return FAULT
        try:
            return self._scale(channel).value(self._ulp().recalled(self._place(channel), age))
        except Exception as error:
            return fault(error)

    def sleep(self, kind: int, ms: int) -> int:
        ulp = self._ulp()
        if self.armed and kind == DEEP:
            ulp.start(self.config["monitor"]["every_ms"])
        else:
            ulp.forget(len(self.config["monitor"]["channels"]))
            ulp.stop()
        self.armed = False
        return super().sleep(kind, ms)

    def _scale(self, channel: int) -> "scale.Sht3x | scale.Analog":
        if channel not in self.scales:
            self.scales[channel] = scale.of(self.config["channels"][channel])
        return self.scales[channel]

    def _place(self, channel: int) -> int:
        place: int = self.config["monitor"]["channels"].index(channel)
        return place

    def _ulp(self) -> "Monitor":
        """The ULP's program; it is loaded unless a deep sleep has kept it."""
        if self.monitored_by is None:
            from torpor.drivers.monitor import Monitor
            from torpor.drivers.ulp import loaded

            words = self.config["monitor"]["words"]
            self.monitored_by = loaded(self, "monitor", lambda binary: Monitor(binary, words))
            if machine.reset_cause() == machine.DEEPSLEEP_RESET:
                # Its timer may be on: a light sleep in this wake must not cost the CPU the bus.
                self.monitored_by.stop()
        return self.monitored_by
