"""Joining a network, on a station that has the faults of MicroPython's."""

from typing import Any

import pytest

from tests.firmware import rig
from torpor.policy.patience import LINK_MS
from torpor.port import NO_AP, REFUSED
from torpor_tools.fakes.world import RESET, advance

ADDRESSES = ("192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.1")
FULL_MS = rig.network.ASSOCIATE_MS + rig.network.DHCP_MS


@pytest.fixture
def world() -> dict[str, Any]:
    return rig.power_on()


@pytest.fixture
def wifi(world: dict[str, Any]) -> Any:
    return rig.wifi.Wifi("home", "sleepwell")


def test_a_full_join_asks_for_an_address_and_remembers_it(world: dict[str, Any], wifi: Any) -> None:
    started_ms = world["now_ms"]
    assert wifi.join(80, 0) == -61
    assert world["now_ms"] - started_ms == FULL_MS
    assert rig.wifi.recall() == ADDRESSES
    assert world["joined"] == [[20.0, True]]


def test_a_cached_join_spares_dhcp_also_after_deep_sleep(world: dict[str, Any], wifi: Any) -> None:
    wifi.join(80, 0)
    wifi.leave()
    rig.network.radio.power_on()
    started_ms = world["now_ms"]
    assert rig.wifi.Wifi("home", "sleepwell").join(34, 1) == -61
    assert world["now_ms"] - started_ms == rig.network.ASSOCIATE_MS
    assert world["joined"][1] == [8.5, False]
    assert world["nvs_commits"] == 1  # flash is not worn by what is known


def test_joins_of_a_life_open_flash_storage_once(world: dict[str, Any], wifi: Any) -> None:
    """MicroPython never closes it, and a node in light sleep joins for years without a reset."""
    wifi.join(80, 0)
    wifi.leave()
    opened = rig.wifi.NVS.opened
    for cached in (1, 1, 0, 1):
        assert wifi.join(80, cached) == -61
        wifi.leave()
    assert rig.wifi.NVS.opened == opened


def test_flash_that_is_full_costs_the_address_and_not_the_join(
    world: dict[str, Any], wifi: Any
) -> None:
    world["nvs"]["filler.f"] = (630 - 2) * 32
    for _ in range(2):
        assert wifi.join(80, 1) == -61
        wifi.leave()
    assert rig.wifi.recall() is None
    assert world["joined"] == [[20.0, True]] * 2


def test_a_cached_join_without_a_memory_is_a_full_one(world: dict[str, Any], wifi: Any) -> None:
    assert wifi.join(80, 1) == -61
    assert world["joined"] == [[20.0, True]]


def test_a_full_join_behind_a_cached_one_asks_for_an_address_again(
    world: dict[str, Any], wifi: Any
) -> None:
    wifi.join(80, 0)
    wifi.leave()
    wifi.join(80, 1)
    wifi.leave()
    world["wifi"]["dhcp"] = ["192.0.2.9", *ADDRESSES[1:]]
    assert wifi.join(80, 0) == -61
    assert world["joined"][2] == [20.0, True]
    assert rig.wifi.recall() == ("192.0.2.9", *ADDRESSES[1:])
    assert world["nvs_commits"] == 2


def test_a_network_that_is_back_is_joined_though_the_driver_is_at_it(
    world: dict[str, Any], wifi: Any
) -> None:
    """A switch stays on the air: its driver connects, and refuses to be configured, all the time
    that its access point is away.
    """
    assert wifi.join(80, 0) == -61
    world["wifi"]["password"] = "other"  # until the driver's next attempt
    rig.network.radio.connect("home", "sleepwell")
    advance(5_000)
    assert wifi.rssi_dbm() == 0
    world["wifi"]["password"] = "sleepwell"
    assert wifi.join(80, 0) == -61


def test_no_access_point_is_known_after_one_scan_and_the_radio_is_off(
    world: dict[str, Any], wifi: Any
) -> None:
    world["wifi"]["present"] = 0
    started_ms = world["now_ms"]
    assert wifi.join(80, 0) == NO_AP
    assert world["now_ms"] - started_ms == pytest.approx(rig.network.SCAN_MS, abs=10)
    assert not rig.network.radio.active()


def test_the_reason_of_the_failure_before_is_not_believed(world: dict[str, Any], wifi: Any) -> None:
    world["wifi"]["needs_dbm"] = 15
    assert wifi.join(34, 0) == NO_AP
    assert rig.network.radio.status() == rig.network.STAT_NO_AP_FOUND
    assert wifi.join(80, 0) == -61


def test_a_failure_that_repeats_is_believed_after_a_scan(world: dict[str, Any], wifi: Any) -> None:
    world["wifi"]["present"] = 0
    wifi.join(80, 0)
    started_ms = world["now_ms"]
    assert wifi.join(80, 0) == NO_AP
    assert rig.wifi.SCAN_MS < world["now_ms"] - started_ms < rig.wifi.SCAN_MS + 50


def test_an_access_point_that_refuses_is_refused(world: dict[str, Any], wifi: Any) -> None:
    world["wifi"]["refuses"] = 1
    assert wifi.join(80, 0) == REFUSED
    assert not rig.network.radio.active()


def test_a_wrong_password_is_given_up_in_time_as_lost_frames_look_alike(
    world: dict[str, Any], wifi: Any
) -> None:
    world["wifi"]["password"] = "other"
    started_ms = world["now_ms"]
    assert wifi.join(80, 0) == NO_AP
    assert 0 < world["now_ms"] - started_ms - LINK_MS < 50
    assert not rig.network.radio.active()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"present": 0}, 201), ({"password": "other"}, 202), ({"refuses": 1}, 210)],
)
def test_the_console_tells_why_there_was_no_join(
    world: dict[str, Any],
    wifi: Any,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, Any],
    status: int,
) -> None:
    assert wifi.join(80, 0) == -61
    assert capsys.readouterr().out == ""
    world["wifi"].update(wrong)
    wifi.join(80, 0)
    assert capsys.readouterr().out == f"fault: Wi-Fi {status}\n"


UNLISTED, LISTED = 0x3014, 0x3006  # ESP_ERR_WIFI_STOP_STATE, ESP_ERR_WIFI_STATE


@pytest.mark.parametrize("code", [UNLISTED, LISTED])
@pytest.mark.parametrize("call", ["start", "config", "connect", "rssi"])
def test_whatever_the_driver_raises_is_no_join_and_the_radio_is_off(
    world: dict[str, Any], wifi: Any, call: str, code: int
) -> None:
    world["wifi"]["fails"] = {call: code}
    assert wifi.join(80, 0) == NO_AP
    assert not rig.network.radio.active()
    del world["wifi"]["fails"]
    assert wifi.join(80, 0) == -61


@pytest.mark.parametrize("code", [UNLISTED, LISTED])
def test_a_radio_that_cannot_be_switched_off_resets_the_chip(
    world: dict[str, Any], wifi: Any, code: int
) -> None:
    assert wifi.join(80, 0) == -61
    world["wifi"]["fails"] = {"disconnect": code}
    wifi.leave()
    assert not rig.network.radio.active()
    assert wifi.join(80, 0) == -61
    world["wifi"]["fails"] = {"stop": code}
    with pytest.raises(SystemExit) as ended:
        wifi.leave()
    assert ended.value.code == RESET


def test_full_flash_costs_the_memory_and_not_the_join(
    monkeypatch: pytest.MonkeyPatch, wifi: Any
) -> None:
    def full(*_: object) -> None:
        raise OSError("ESP_ERR_NVS_NOT_ENOUGH_SPACE")

    monkeypatch.setattr(rig.wifi.NVS, "set_blob", full)
    assert wifi.join(80, 0) == -61
    assert rig.wifi.recall() is None


def test_a_station_that_is_not_joined_has_no_rssi(world: dict[str, Any], wifi: Any) -> None:
    assert wifi.rssi_dbm() == 0
    wifi.join(80, 0)
    assert wifi.rssi_dbm() == -61
    world["wifi"]["present"] = 0
    assert wifi.rssi_dbm() == 0
