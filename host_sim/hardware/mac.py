"""Frames of Wi-Fi as the MAC sends them, and what is waited for when it gave one up.

The air time of a frame is that of IEEE 802.11-2016 (clauses 15, 17 and 19). How often an ESP32
sends one that nobody acknowledges is in no document; it follows (I) from an ESP-NOW message that
found no receiver (glenn20/upy-esp32-experiments, ESPNowvsWifiEnergyUsage, PPK2): 26.1 ms and 7.75
mC more than one that did. At 1 Mbit/s that message is 592 µs on the air, and 582 µs pass between
two attempts, if the contention window stays as it began (espressif/esp-idf issue 19117 finds no
wider one in repeats): 22 more attempts by time, 25 by charge.
"""

from typing import NamedTuple

from torpor.policy.patience import LINK_MS


class Rate(NamedTuple):
    """A rate: nanoseconds a byte, its preamble, and sensitivity against 6 Mbit/s."""

    byte_ns: int
    preamble_us: int
    sensitivity_db: float


# Sensitivities: ESP32-C3 datasheet, receiver sensitivity table.
RATES = {
    "1M": Rate(8_000, 192, -5.2),
    "6M": Rate(1_333, 20, 0.0),
    "24M": Rate(333, 20, 7.4),
    "54M": Rate(148, 20, 16.6),
    "MCS0": Rate(1_231, 36, 0.2),
    "MCS4": Rate(205, 36, 11.2),
    "MCS7": Rate(123, 36, 18.4),
}
# The next rate down, which a repeat falls back to (I): the driver's rate control is closed.
_SLOWER = {"MCS7": "MCS4", "MCS4": "MCS0", "MCS0": "1M", "54M": "24M", "24M": "6M", "6M": "1M"}
_TRIES_A_RATE = 2

TRIES = 24  # of a frame by the MAC
GAP_US = 582  # between two: DIFS 50, 15.5 slots of 20, and the missing answer 222
# M: how long an associated node listens after its last frame before it sleeps between beacons: 50
# to 58 ms in fdekeers/lorawan-smart-lln, wifi/no_interference_b.
AWAKE_US = 55_000

# Bytes, headers included. That of a join's frames is inferred (I), as is their rate, 1 Mbit/s: with
# both, the charge of a connect and that of a message come out as published (lolin32_lite).
FRAME_BYTES = 160
READING_BYTES = 60  # of JSON
READINGS_A_FRAME = 20  # that fit one segment of 1,400 bytes
# Of a frame by ESP-NOW: 24 of the MAC, 15 of its own and the check (ESP-IDF, esp_now.rst), 16 of
# CCMP, and two that say what it is (torpor.link.gateway).
ESPNOW_BYTES = 61

# What is waited before a lost question is asked again. Authentication: ESP-IDF's timer (its log in
# esp-rs/esp-hal issue 5631: "start 1000ms AUTH timer"); a handshake is repeated by the access point
# after as long (hostapd, wpa_auth.c, eapol_key_timeout_subseq).
AUTH_US = 1_000_000
DHCP_US = 500_000  # doubling: ESP-IDF, lwipopts.h, DHCP_REQUEST_TIMEOUT_SEQUENCE
TCP_US = 1_500_000  # ESP-IDF, Kconfig LWIP_TCP_RTO_TIME; doubling but for a SYN (lwIP, tcp.c)
# What the other side waits before it repeats its answer: RFC 6298 while it knows no round trip
# (ARP is asked again after as long), then Linux's TCP_RTO_MIN, doubling.
OPENING_US = 1_000_000
ANSWER_US = 200_000

# By ESP-NOW (torpor.link.gateway): what the radio gave up is sent again at once.
AT_ONCE_US = 1
GREETED_US = 40_000
GREET_LIMIT_US = 100_000
SENT_US = 500_000
RELAY_LIMIT_US = 1_500_000
RELAY_READINGS = 18  # in a message
CHANNELS = 13
MOST_PEERS = 20  # of a gateway: ESP-IDF, esp_now.h, ESP_NOW_MAX_TOTAL_PEER_NUM

JOIN_LIMIT_US = LINK_MS * 1000  # association and address
CONNECT_LIMIT_US = 5_000_000  # torpor.link.mqtt, TIMEOUT_S
SEND_LIMIT_US = 4_500_000  # torpor.link.mqtt: three times RETRY_MS


def ladder(first: str) -> list[Rate]:
    """The rate of each attempt: two at each, the rest at the slowest."""
    rates: list[Rate] = []
    name = first
    while len(rates) < TRIES:
        rates += [RATES[name]] * _TRIES_A_RATE
        name = _SLOWER.get(name, name)
    return rates[:TRIES]


def air_us(size: int, rate: Rate = RATES["1M"]) -> int:
    """A frame of so many bytes on the air, once."""
    return rate.preamble_us + size * rate.byte_ns // 1000
