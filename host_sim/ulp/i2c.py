"""An SHT3x on a bus that the ULP drives by its pads, as strict as sensor and bus are.

Datasheet SHT3x-DIS, version 6: a header to read is acknowledged only once the measurement is done,
after 15.5 ms at most (section 4.4). NXP UM10204, table 10, standard mode: a clock is low for 4.7 us
and high for 4 us at least.
"""

from collections.abc import Callable

from host_sim.errors import BadInput
from host_sim.ulp.emulator import Ulp

ADDRESS = 0x44
MEASURE = [0x24, 0x00]
MEASURE_US = 15_500
LEAST_US = (4.7, 4.0)  # of a clock that is low, and high
IDLE, ADDRESSED, TOLD, ASKED = range(4)


class Sht3x:
    """One sensor; `measured` answers the six bytes of a measurement, or None where it is silent."""

    def __init__(
        self,
        ulp: Ulp,
        names: dict[str, int],
        fast_hz: int,
        measured: Callable[[], bytes | None],
    ) -> None:
        self.ulp = ulp
        self.names = names
        self.fast_hz = fast_hz
        self.measured = measured
        self.others = ulp.levels
        self.sda = self.scl = 1
        self.pulls = False  # the sensor holds the data line low
        self.edge_at = 0  # cycle of the clock's last edge
        self.state = IDLE
        self.bits: list[int] = []  # since the last acknowledgement
        self.heard: list[int] = []
        self.data = b""
        self.ready_at = 0  # cycle at which a measurement is done
        ulp.wrote = self.see
        ulp.levels = self.levels

    def levels(self) -> int:
        """Of all pins; of the bus where the pad is the ULP's, and an input."""
        seen = self.others()
        for line, level in (("sda", self.sda), ("scl", self.scl)):
            bit = 1 << self.names[line + "_bit"] - self.names["first_level"]
            seen = seen & ~bit | bit * (level and self._is(line, "mux") and self._is(line, "input"))
        return seen

    def _is(self, line: str, what: str) -> int:
        pad = self.ulp.peripherals.get(self.names[line + "_pad"], 0)
        return pad >> self.names[f"{line}_{what}"] & 1

    def _driven(self, line: str) -> bool:
        return self.ulp.driven >> self.names[line + "_bit"] & self._is(line, "mux") & 1 == 1

    def see(self) -> None:
        """A peripheral was written to: look at both lines."""
        scl = int(not self._driven("scl"))
        if scl != self.scl:
            self.scl = scl
            self._clocked()
        sda = int(not (self._driven("sda") or self.pulls))
        if sda != self.sda and self.scl:
            self._stopped() if sda else self._started()
        self.sda = sda

    def _started(self) -> None:
        self.state, self.bits, self.heard = ADDRESSED, [], []

    def _stopped(self) -> None:
        if self.state == TOLD and self.heard == MEASURE:
            self.data = self.measured() or b""
            self.ready_at = self.ulp.cycles + MEASURE_US * self.fast_hz // 1_000_000
        self.state = IDLE

    def _clocked(self) -> None:
        """An edge of the clock: a bit is taken as it rises, and put as it falls."""
        lasted_us = (self.ulp.cycles - self.edge_at) * 1e6 / self.fast_hz
        self.edge_at = self.ulp.cycles
        if self.state == IDLE:
            return
        if lasted_us < LEAST_US[not self.scl]:
            what = f"{lasted_us:.1f} us from one edge of the I2C clock to the next"
            raise BadInput(what, remedy="wait longer between them")
        if self.scl:
            self.bits.append(int(not (self._driven("sda") or self.pulls)))
            return
        self.pulls = False
        if len(self.bits) == 8 and self.state != ASKED:
            self.pulls = self._heeds(int("".join(map(str, self.bits)), 2))
        elif len(self.bits) == 9:
            self._acknowledged()
        if self.state == ASKED and len(self.bits) < 8 and self.data:
            self.pulls = not self.data[0] >> 7 - len(self.bits) & 1

    def _heeds(self, byte: int) -> bool:
        """Whether the sensor acknowledges a byte."""
        if self.state == ADDRESSED:
            asked = byte & 1
            there = byte >> 1 == ADDRESS and self.measured() is not None
            return there and (not asked or (bool(self.data) and self.ulp.cycles >= self.ready_at))
        self.heard.append(byte)
        return self.state == TOLD and self.heard == MEASURE[: len(self.heard)]

    def _acknowledged(self) -> None:
        """Behind a ninth bit: what comes next."""
        if self.state == ADDRESSED:
            asked = self.bits[7]
            self.state = IDLE if self.bits[8] else ASKED if asked else TOLD
        elif self.state == ASKED:
            self.data = self.data[1:]
            if self.bits[8]:
                self.state, self.data = IDLE, b""
        self.bits = []
