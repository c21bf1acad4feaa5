"""The simulated port with something wrong: at one of its calls, at each of a name, or on the way.

Every call of torpor.port has two moments, before and after it, counted from the start of a wake.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from host_sim.engine import gateway, replay
from host_sim.engine import link as links
from host_sim.engine.frames import (
    LIMIT_US,
    STATE,
    air_us,
    margin,
    meet,
    rssi_dbm,
    time_out,
)
from host_sim.engine.parts import (
    ESPNOW_US,
    GATEWAY_CHANNEL,
    JOINS,
    JOINS_CACHED,
    JOINS_FAILED,
    Parts,
)
from host_sim.engine.port import SimPort
from host_sim.hardware.mac import CHANNELS, CONNECT_LIMIT_US, FRAME_BYTES, GREET_LIMIT_US
from host_sim.hardware.states import CONNECT, SCAN
from host_sim.lab.faults.kinds import BY_ESPNOW, BY_WIFI, CALLS, EXCEPTIONS, NO_PARTS, Link
from torpor.policy.report import CELLS
from torpor.policy.txpower import ATTEMPTS
from torpor.port import LINK_MS, NO_AP, NO_BROKER, UNHEARD

Reading = tuple[int, int, int]
_OWN_LISTS = ("us", "times", "extra", "count", "drawn", "marks")
_ADDRESS = 2  # the part of a join that a cached one spares


class Slept(BaseException):
    """The wake is over, and so is the sleep behind it; the cause of the next."""


class Down(BaseException):
    """The chip goes down, by a kind of fault."""


class FaultyPort(SimPort):
    """One node in its world, whose chip may fail.

    kind, at    the fault, and the moment of the wake it comes at; 0: none
    loop        the call that it comes before each time; empty: none
    links       what may be wrong on the way to the broker, and link what is, or None
    failed_us   when it came last
    moment      moments of this wake so far
    memory      what is retained, and on_air what the first byte of RTC memory says
    address_ok  the address that is remembered is the node's
    told        readings that the broker acknowledged
    asleep_us, asleep_used  time and charge when the last sleep began
    restored    what the output was set to first after the fault, or None
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.kind, self.at, self.loop = "", 0, ""
        self.links = BY_ESPNOW if self.radio[GATEWAY_CHANNEL] else BY_WIFI
        self.link: Link | None = None
        self.failed_us = self.moment = 0
        self.memory, self.on_air, self.address_ok = b"", False, True
        self.told: list[Reading] = []
        self.asleep_us = self.asleep_used = 0
        self.restored: int | None = None

    def fork(self) -> "FaultyPort":
        """The same world from here on, with books of its own."""
        other = copy(self)
        for name in _OWN_LISTS:
            setattr(other, name, list(getattr(self, name)))
        other.hearing = copy(self.hearing)
        other.hearing.caught = list(self.hearing.caught)
        other.told = []
        return other

    def pass_by(self, loop: str) -> None:
        """A moment goes by, or the fault comes. A loop's comes before each call of its name."""
        self.moment += 1
        if self.moment == self.at or (loop and loop == self.loop):
            self.at = 0
            self.failed_us, self.restored = self.now_us, None
            if self.kind in EXCEPTIONS:
                raise EXCEPTIONS[self.kind]
            raise Down(self.kind)

    # What the chip's port does besides.

    def retain(self, data: bytes) -> None:
        """Keep it as RTC memory does."""
        self.memory = data

    def retained(self) -> bytes:
        """What is kept."""
        return self.memory

    def actuate(self, output: int, value: int) -> None:
        """Set the output, and have the first time noted."""
        if self.restored is None:
            self.restored = value
        super().actuate(output, value)

    def join(self, tx_qdbm: int, cached: int, within_ms: int = LINK_MS) -> int:
        """As on the chip, RTC memory says meanwhile that the radio is on."""
        self.on_air = True
        ill = self.link or not self.address_ok
        join = self._ill if ill else super().join
        answer = join(tx_qdbm, cached, within_ms)
        self.on_air = answer < 0
        return answer

    def _ill(self, tx_qdbm: int, cached: int, within_ms: int) -> int:
        """A join with something wrong on its way."""
        if self.joined or (self.link and self.link.parts == NO_PARTS):
            return super().join(tx_qdbm, cached, within_ms)
        self.happen()
        self.count[JOINS] += 1
        self.count[JOINS_CACHED] += cached
        parts = self._greeted if self.radio[GATEWAY_CHANNEL] else self._parts
        answer = parts(tx_qdbm, cached, within_ms * 1000)
        self.joined = answer == 0
        self.count[JOINS_FAILED] += answer > 0
        return rssi_dbm(self) if self.joined else answer

    def _parts(self, tx_qdbm: int, cached: int, within_us: int) -> int:
        """Part by part; 0, or join()'s answer."""
        meet(self)
        level, at = self.levels[tx_qdbm], margin(self, tx_qdbm)
        frame_us, until_us = air_us(self, FRAME_BYTES, 1), self.now_us + within_us
        ill = self.link if self.link and not (cached and self.link.full) else None
        for number, part in enumerate(links.CACHED_PARTS if cached else links.PARTS):
            if ill and number == ill.parts:
                left_us = until_us - self.now_us if number <= _ADDRESS else ill.us
                time_out(self, ill.state, min(ill.us, left_us))
                if ill.us > left_us:
                    return NO_AP
                if ill.answer:
                    self.address_ok &= not (ill.full and number > _ADDRESS)
                    return ill.answer
            if number > _ADDRESS and cached and not self.address_ok:
                time_out(self, CONNECT, CONNECT_LIMIT_US)
                return NO_BROKER
            if part[STATE] == CONNECT:
                until_us = self.now_us + part[LIMIT_US]
            if not links.phase(self, part, level, at, until_us, frame_us):
                return NO_BROKER if part[STATE] == CONNECT else NO_AP
        self.address_ok |= not cached
        return ill.answer if ill and ill.parts == len(links.PARTS) else 0

    def _greeted(self, tx_qdbm: int, cached: int, within_us: int) -> int:
        """The same of a gateway that is known."""
        meet(self)
        level, at = self.levels[tx_qdbm], margin(self, tx_qdbm)
        replay.phase(self, SCAN, ESPNOW_US, 0)
        assert self.link
        if self.link.parts == 1:
            time_out(self, self.link.state, self.link.us)
            if not cached:
                gateway.elsewhere(self, level, 1, CHANNELS)
        elif not gateway.greet(self, level, at, GREET_LIMIT_US):
            return UNHEARD
        return self.link.answer

    def send(self, r: list[int], first: int, count: int, tx_qdbm: int) -> int:
        """Deliver, and note what the broker has."""
        ill = self.link
        if ill and ill.send_us < 0:
            by_espnow = self.radio[GATEWAY_CHANNEL]
            part = gateway.RELAY_PART if by_espnow else links.MESSAGE_PART
            time_out(self, CONNECT, part[LIMIT_US])
            return 0
        attempts = super().send(r, first, count, tx_qdbm)
        if attempts and ill and ill.send_us:
            time_out(self, CONNECT, ill.send_us)
            attempts = ATTEMPTS
        if attempts:
            self.told += readings(r, first, count)
        return attempts

    def leave(self) -> None:
        """The radio is off."""
        super().leave()
        self.on_air = False

    def sleep(self, kind: int, ms: int) -> int:
        """Sleep, and start anew from what is retained, whatever kind of sleep it was."""
        self.asleep_us, self.asleep_used = self.now_us, self.used
        raise Slept(super().sleep(kind, ms))


def readings(r: list[int], first: int, count: int) -> list[Reading]:
    """Queued readings of a record: channel, value, tick."""
    return [(r[at], r[at + 1], r[at + 2]) for at in range(first, first + count * CELLS, CELLS)]


def _with_moments(name: str) -> Callable[..., Any]:
    """The call between its two moments."""
    inner = getattr(FaultyPort, name)

    def call(self: FaultyPort, *given: Any) -> Any:
        self.pass_by(name)
        answer = inner(self, *given)
        self.pass_by("")
        return answer

    return call


for _name in CALLS[1:]:
    setattr(FaultyPort, _name, _with_moments(_name))
