"""Boards: the shipped ones hold together, meet what was measured, and are found by name or path."""

import csv
import lzma
import re
from pathlib import Path

import pytest

from host_sim.engine import link
from host_sim.engine.port import SimPort
from host_sim.hardware import board, price, states
from host_sim.hardware.start import IMAGES
from host_sim.sim import build
from host_sim.spec import scenario
from tests.answered import answered
from tests.sim.boardfiles import TEXT, written
from torpor.policy.patience import LINK_MS
from torpor_tools import cli
from torpor_tools.commands import board as tool

NAMES = (
    "doit_devkit_v1",
    "esp32_devkitc",
    "esp32c5",
    "firebeetle_esp32",
    "firebeetle_esp32_e",
    "heltec_wifi_lora_32",
    "lolin32_lite",
    "nodemcu_32s",
    "tinys2",
    "ttgo_t_display",
    "ttgo_t_koala",
    "xiao_esp32c3",
    "xiao_esp32c6",
    "xiao_esp32s3",
)


ALL = pytest.mark.parametrize("name", NAMES)


def test_the_boards_that_ship() -> None:
    assert board.names() == list(NAMES)


@ALL
def test_a_shipped_board_is_complete(name: str) -> None:
    shipped = board.load(name)
    assert len(shipped.current_na) == states.STATES
    assert shipped.current_na[states.DEEP_SLEEP] == min(shipped.current_na) > 0
    assert shipped.phase_us("boot") > shipped.phase_us("light_exit")
    assert shipped.phase_us("address") > shipped.phase_us("address_cached")
    for part in {*states.JOIN, *states.CACHED_JOIN}:
        assert shipped.phase_us(part.phase) >= price.air_us(part)


@ALL
def test_a_slow_clock_draws_less_for_longer(name: str) -> None:
    fast = board.load(name)
    slow = fast.starting("files", slow=True)
    spared_na = fast.file.radio.slow.spared_na
    assert (spared_na > 0) == (name != "heltec_wifi_lora_32")  # that was recorded so
    less = {"modem_sleep", "idle", "cpu", "sense", "listen"}
    assert slow.current_na == [
        na - spared_na * (state in less)
        for state, na in zip(states.NAMES, fast.current_na, strict=True)
    ]
    assert 80 * slow.phase_us("wake_cpu") == fast.file.cpu_mhz * fast.phase_us("wake_cpu")
    assert [slow.phase_us(one) for one in ("boot", "measure", "message")] == [
        fast.phase_us(one) for one in ("boot", "measure", "message")
    ]


@ALL
def test_what_a_board_draws_asleep_was_measured_on_it(name: str) -> None:
    asleep = board.load(name).file.states["deep_sleep"]
    assert asleep.tag == ("V" if name == "esp32c5" else "M")


@ALL
def test_a_source_is_one_that_a_reader_can_find(name: str) -> None:
    for _, _, _, tag, source in tool.rows(board.load(name)):
        assert not any(word in source for word in ("numbers.md", "shared", "as above"))
        assert tag == "I" or any(mark in source for mark in ("/", "ESP", "datasheet", "forum")), (
            source
        )


@ALL
def test_transmitting_draws_the_receive_current_and_a_power_of_the_radiated_one(name: str) -> None:
    shipped = board.load(name)
    listen_na = shipped.current_na[states.LISTEN]
    factors = [
        (na - listen_na) / (10 ** (dbm / 10)) ** 0.39
        for dbm, na in zip(states.TX_LEVELS_DBM, shipped.current_na[states.TX :], strict=True)
    ]
    assert factors == pytest.approx([factors[-1]] * len(factors), rel=0.002)


# glenn20/upy-esp32-experiments, ESPNowvsWifiEnergyUsage: whole cycles of a board that draws 15 mA
# beside the chip, the first of them nothing but the start from a frozen module. ms and mC.
BOARD_MA = 15
FULL_POWER = 10  # level of 20 dBm
START = (70.0, 3.32)


@pytest.mark.parametrize(
    ("ms", "mc", "parts"),
    [
        (734.3, 100.2, ("scan", "associate", "address_cached")),
        (774.0, 108.6, ("scan", "associate", "address_cached", "connect", "message")),
        (1626.0, 204.3, ("scan", "associate", "address")),
    ],
)
def test_a_join_costs_what_glenn20_measured(ms: float, mc: float, parts: tuple[str, ...]) -> None:
    devkit = board.load("lolin32_lite")
    known = {part.phase: part for part in (*states.JOIN, *states.CACHED_JOIN)}
    charge = price.join_fc(devkit, [known[p] for p in parts if p in known], FULL_POWER)
    us = sum(devkit.phase_us(part) for part in parts)
    if "message" in parts:
        charge += price.message_fc(devkit, FULL_POWER)
    start_ms, start_mc = START
    assert start_ms + us / 1e3 == pytest.approx(ms, rel=0.001)
    assert start_mc + (ms - start_ms) * BOARD_MA / 1e3 + charge / 1e12 == pytest.approx(
        mc, rel=0.01
    )


@pytest.mark.parametrize(("cached", "part"), [(1, "cached_join"), (0, "full_join")])
def test_the_listed_join_is_the_simulated_one(cached: int, part: str) -> None:
    near = ("world.wifi.mean_dbm=-40", "world.wifi.sd_db=0")
    given = scenario.load("garden", ("days=1", "node.key=passphrase", *near))
    port = SimPort(build.parts(given))
    port.linked = True  # what loading the link takes is listed by image
    before = list(port.us)
    link.join(port, 80, cached, LINK_MS)
    spent = [after - at for after, at in zip(port.us, before, strict=True)]
    charge = (
        sum(us * given.board.current_na[i % states.STATES] for i, us in enumerate(spent)) / 1e12
    )
    assert charge == pytest.approx(tool.charges_mc(given.board)[part])


def test_the_heltec_is_as_recorded(recordings: Path) -> None:
    path = recordings / "esp32/heltec-esp32-lora32/wifi/no_interference_b.csv.xz"
    with lzma.open(path, "rt", encoding="latin-1") as file:
        amperes = [float(row[1]) for row in csv.reader(file) if row[0].isdigit()]
    rise = next(i for i, value in enumerate(amperes) if value > 0.005)
    heltec = board.load("heltec_wifi_lora_32")
    boot = heltec.steps("wifi")[0]
    assert boot.charge_nc is not None
    boot_ms = boot.duration_us // 1000  # a row is a millisecond
    assert boot.charge_nc / 1e6 == pytest.approx(sum(amperes[rise : rise + boot_ms]), rel=0.01)
    idle = sum(amperes[rise + boot_ms + 100 : rise + boot_ms + 500]) / 400
    assert heltec.file.states["idle"].current_na == pytest.approx(idle * 1e9, rel=0.01)
    asleep = sum(amperes[:rise]) / rise
    assert heltec.file.states["deep_sleep"].current_na == pytest.approx(asleep * 1e9, abs=150_000)


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    listed = answered(capsys, "board", "list")
    assert sorted(each["name"] for each in listed) == list(NAMES)
    asleep_ua = [each["deep_sleep_ua"] for each in listed]
    assert asleep_ua == sorted(asleep_ua)
    (lite,) = (each for each in listed if each["name"] == "lolin32_lite")
    assert (lite["chip"], lite["deep_sleep_ua"]) == ("esp32", 63)
    shown, devkit = answered(capsys, "board", "show", "lolin32_lite"), board.load("lolin32_lite")
    assert shown.items() >= board.as_json(devkit).items()
    *begun, own, link = shown["starts"]["frozen"]
    assert sum(stage["us"] for stage in begun) == devkit.starting("frozen").phase_us("boot")
    assert own["us"] == devkit.starting("frozen").phase_us("wake_cpu")
    assert link["us"] == devkit.starting("frozen").phase_us("link")
    assert cli.run(["board", "list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in NAMES)
    assert cli.run(["board", "show", "nosuch"]) == 2
    assert capsys.readouterr().err.startswith(
        "torpor: no board named nosuch; one of doit_devkit_v1,"
    )


def test_a_figure_is_told_in_a_unit_of_its_size() -> None:
    assert [tool.current(na) for na in (63_040, 999_900, 1_000_000)] == [
        "63.0 µA",
        "999.9 µA",
        "1.0 mA",
    ]
    assert [tool.duration(us) for us in (9_999, 10_000)] == ["9,999 µs", "10.0 ms"]


@ALL
def test_show_names_every_state_and_phase(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["board", "show", name]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert out.startswith(f"{board.load(name).file.title}\n")
    for state in set(states.NAMES[: states.TX]) - {"boot"}:
        assert f"\n{state} " in out
    for phase in set(states.PHASES) - set(states.START):
        assert f"\n{phase} phase " in out
    for image in IMAGES:
        assert re.search(rf"\na start, image {image}: .* ms, .* mC\n", out)
    for dbm in states.TX_LEVELS_DBM:
        assert f"\ntransmit at {dbm:g} dBm " in out


@pytest.mark.parametrize("name", ["board.toml", "."])
def test_a_path_seen_from_the_boards_own_folder(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(written(tmp_path, TEXT).parent)
    shipped = board.load("lolin32_lite").file
    assert board.load(name).file.states["deep_sleep"] == shipped.states["deep_sleep"]
    assert board.load(name).file.phases == shipped.phases


def test_a_board_may_lie_anywhere_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(TEXT.replace('name = "lolin32_lite"', 'name = "mine"'))
    assert board.load(str(path)).file.name == "mine"
    (tmp_path / "node").mkdir()
    node = tmp_path / "node" / "node.toml"
    assert board.named_in("", node, "../desk.toml").file.name == "mine"
    assert [board.load(name).file.name for name in board.names()] == board.names()


def test_a_folder_does_not_hide_a_shipped_board(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lolin32_lite").mkdir()
    monkeypatch.chdir(tmp_path)
    assert board.load("lolin32_lite").folder == board.BOARDS / "lolin32_lite"
