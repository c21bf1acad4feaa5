"""The faults: what ends a wake, what lasts on the way to the broker, and what comes between wakes.

What the firmware waits for is in torpor.link, in whose words the times below are given.
"""

from typing import NamedTuple

from host_sim.hardware.mac import CONNECT_LIMIT_US, GREET_LIMIT_US, JOIN_LIMIT_US
from host_sim.hardware.states import ADDRESS, ASSOCIATE, CONNECT, LISTEN, SCAN
from host_sim.units import SECOND_US
from torpor.port import NO_AP, NO_BROKER, REFUSED

# At one call of the port: before it has done anything, or after all of it.
POWER_CUT, BROWN_OUT, RESET, HANG = "power cut", "brown-out", "reset", "hang"
EXCEPTIONS: dict[str, type[Exception]] = {
    error.__name__: error for error in (OSError, RuntimeError, MemoryError)
}
AT_A_CALL = (POWER_CUT, BROWN_OUT, RESET, HANG, *EXCEPTIONS)
BEFORE_A_WAKE = MEMORY, CLOCK = "RTC memory", "clock jump"

# A loop is the same fault at every call of one name. A cut of the power is none: it has no charge.
LOOPS = (BROWN_OUT, RESET, HANG, *EXCEPTIONS)
CALLS = (
    "start",  # no call: all that comes before the first one
    *("ticks_ms", "wait", "account", "measure", "look", "watch", "join", "send", "leave"),
    *("actuate", "setting", "command", "feed", "retain", "retained", "sleep"),
    *("monitor", "monitored", "recalled"),
)


class Link(NamedTuple):
    """What is wrong between node and broker: the parts of a join that go well, and what follows.

    parts     so many of scan, association, address and connection are as ever; by a gateway, of
              the radio's start and the greeting
    us, state how long it then takes more, and in which state
    answer    join()'s answer; 0: it goes on
    full      only a join that asks for an address meets it
    send_us   how much longer a message takes; -1: its answer never comes
    """

    parts: int
    us: int
    state: int
    answer: int = 0
    full: bool = False
    send_us: int = 0


NO_PARTS = -1  # the access point is not there
# One server is asked four times and given up 1, 1, 2 and 3 s after each (esp-lwip 2.1.3-esp,
# dns.c:1109-1190, DNS_MAX_RETRIES of opt.h:1126, DNS_TMR_INTERVAL of dns.h:54); ESP-IDF 5.5.5 sets
# neither (lwip/port/include/lwipopts.h:484-508).
DNS_US = 7 * SECOND_US
REFUSED_US = 2 * SECOND_US  # torpor.link.wifi, SCAN_MS
BY_WIFI = {
    "access point absent": Link(NO_PARTS, 0, SCAN),
    "access point slow": Link(1, 3 * SECOND_US, ASSOCIATE),
    "access point refuses": Link(1, REFUSED_US, SCAN, REFUSED),
    "wrong password": Link(1, JOIN_LIMIT_US, ASSOCIATE, NO_AP),
    "DHCP absent": Link(2, JOIN_LIMIT_US, ADDRESS, NO_AP, full=True),
    "DHCP slow": Link(2, 4 * SECOND_US, ADDRESS, full=True),
    "DHCP lies": Link(3, CONNECT_LIMIT_US, CONNECT, NO_BROKER, full=True),
    "DNS absent": Link(3, DNS_US, CONNECT, NO_BROKER),
    "DNS slow": Link(3, 5 * SECOND_US, CONNECT),
    "DNS lies": Link(3, CONNECT_LIMIT_US, CONNECT, NO_BROKER),
    "broker absent": Link(3, 20_000, CONNECT, REFUSED),
    "broker silent": Link(3, CONNECT_LIMIT_US, CONNECT, NO_BROKER),
    "broker refuses": Link(4, 0, CONNECT, REFUSED),
    "broker slow": Link(3, 4 * SECOND_US, CONNECT, send_us=4 * SECOND_US),
    "broker deaf": Link(4, 0, CONNECT, send_us=-1),
}
BY_ESPNOW = {
    "gateway absent": Link(NO_PARTS, 0, SCAN),
    "gateway mute": Link(1, GREET_LIMIT_US, LISTEN, NO_BROKER),
    "gateway slow": Link(2, 0, LISTEN, send_us=SECOND_US),
    "gateway deaf": Link(2, 0, LISTEN, send_us=-1),
    "gateway without broker": Link(2, 0, LISTEN, NO_BROKER),
}
LINKS = BY_WIFI | BY_ESPNOW
