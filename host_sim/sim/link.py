"""A node's Wi-Fi link: its access point, their channel by the hour, and what is heard of it."""

from functools import cache, lru_cache
from typing import Any

from host_sim.spec.scenario import Scenario
from host_sim.spec.scenariofile import Wifi
from host_sim.world import wifi
from host_sim.world.series import Ints
from torpor.policy.txpower import LEVEL_QDBM

ESPNOW_RATE = "1M"  # ESP-IDF, esp_now.rst: the default bit rate
MOST_QDBM = 84  # that esp_wifi_set_max_tx_power() takes (ESP-IDF, esp_wifi.h)


def parts(scenario: Scenario, days: int, seed: int, arrays: bool) -> dict[str, Any]:
    """The parts of a run that are of its channel, RSSI as an array where that is asked for."""
    link = scenario.file.world.wifi
    rate = link.rate if scenario.file.node.link == "wifi" else ESPNOW_RATE
    rssi = _rssi(scenario, days, seed)
    return {
        "lost_65536": _lost_65536(rate, tuple(_by_hour(link, link.busy))),
        "air_time": wifi.air_time(rate),
        "channel": _channel(link),
        "levels": _levels(),
        "rssi": rssi if arrays else rssi.tolist(),
    }


def radio(scenario: Scenario) -> list[int]:
    """The link's plain numbers, in the order of host_sim.engine.parts."""
    link = scenario.file.world.wifi
    return [
        round(link.ap_dbm * 4),
        wifi.HALF_LOST_DBM * 4,
        round(link.disturbed_loss * 65_536),
        link.channel if scenario.file.node.link == "espnow" else 0,
    ]


def _channel(link: Wifi) -> list[int]:
    """How busy and how disturbed the channel is: a row, or one for each hour of the day."""
    rows = zip(_by_hour(link, link.busy), _by_hour(link, link.disturbed), strict=True)
    return [
        cell for busy, disturbed in rows for cell in (wifi.wait_us(busy), round(disturbed * 65_536))
    ]


def _by_hour(link: Wifi, shares: float | list[float]) -> list[float]:
    """A share for all hours, or for each of the day where the link has any by hour."""
    if isinstance(shares, list):
        return shares
    hourly = isinstance(link.busy, list) or isinstance(link.disturbed, list)
    return [shares] * (24 if hourly else 1)


@lru_cache(maxsize=4)
def _lost_65536(rate: str, busy: tuple[float, ...]) -> list[int]:
    """The same for all nodes on a channel."""
    return wifi.lost_65536(rate, busy)


@cache
def _levels() -> list[int]:
    """Transmit level by quarter-dBm: the highest of the eleven that is not above it."""
    asked = range(MOST_QDBM + 1)
    return [max([i for i, qdbm in enumerate(LEVEL_QDBM) if qdbm <= q] or [0]) for q in asked]


def _rssi(scenario: Scenario, days: int, seed: int) -> Ints:
    """What the node hears of the access point, dBm, a cell a minute."""
    link = scenario.file.world.wifi
    if link.recording:
        return wifi.recorded_rssi(scenario.path.parent / link.recording)
    return wifi.modelled_rssi(link.mean_dbm, link.sd_db, link.correlation_s, days, seed)
