"""Boards: the shipped ones hold together and meet what was measured; a faulty file is told."""

import csv
import json
import lzma
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.engine import link
from host_sim.engine.port import SimPort
from host_sim.errors import BadInput
from host_sim.hardware import board, boardfile, chip, price, states
from host_sim.hardware.start import IMAGES
from host_sim.sim import build
from host_sim.spec import scenario
from tools import cli
from tools.commands import board as tool
from torpor.policy.patience import LINK_MS

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
LAYERS = board.BOARDS / "chips"
OWN = (board.BOARDS / "lolin32_lite" / "board.toml").read_text()


def whole(*texts: str) -> str:
    """One board file of a board's, its chip's and every chip's; of a table in two, the first."""
    parts = [re.split(r"(?m)^(?=\[)", re.sub(r"(?m)^#.*\n", "", text)) for text in texts]
    tables: dict[str, str] = {}
    for table in (table for part in parts for table in part[1:]):
        tables.setdefault(table.partition("]")[0], table.rstrip() + "\n\n")
    return "".join(part[0] for part in parts) + "".join(tables.values())


TEXT = whole(OWN, (LAYERS / "esp32.toml").read_text(), (LAYERS / "all.toml").read_text())
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


def variation(folder: Path, old: str, new: str) -> Path:
    """The devkit's file with one change, in a folder of its name."""
    assert TEXT.count(old) == 1, old
    return written(folder, TEXT.replace(old, new))


def written(folder: Path, text: str) -> Path:
    path = folder / "lolin32_lite" / "board.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


DEEP, SLEEP = "current_na = 63_000", "states.deep_sleep"
SOURCE = 'source = "kreier/ESP32 README, LoLin32 Lite on LiPo, deep sleep: 0.063 mA"\n'
TX_18, TX_20 = "  343_800_000,\n", "  391_800_000,\n"
TX = "radio.tx.current_na"
WAKE = '[wakes.one]\nfirmware = "of a test"\nsource = "of a test"\nphases = '

NOT_INT = "write a whole number"
CHIPS = ", ".join(sorted(chip.CHIPS))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (DEEP, "current_ua = 63", f"{SLEEP}.current_ua: unknown key; did you mean current_na?"),
        (DEEP, "current_na = '1'", f"{SLEEP}.current_na: expected int, got string; {NOT_INT}"),
        (DEEP, "current_na = 1.0", f"{SLEEP}.current_na: expected int, got float; {NOT_INT}"),
        (DEEP, "current_na = -1", f"{SLEEP}.current_na: expected int >= 0, got -1; keep to that"),
        (DEEP, "current_na = nan", f"{SLEEP}.current_na: NaN and infinity are no quantities; "),
        (SOURCE, 'source = "me"\n', f"{SLEEP}.source: expected string of length >= 8, got"),
        ("[phases.scan]\n", "[phases.scan]\nus = 1\n", "phases.scan.us: unknown key; known here: "),
        ('chip = "esp32"', 'chip = "c3"', f"chip: invalid enum value 'c3'; one of {CHIPS}"),
        ("wake = 33", "wake = 49", "pins.wake: expected int <= 48, got 49; keep to that"),
    ],
)
def test_a_wrong_line_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = variation(tmp_path, old, new)
    wrong = f"\n{new.rstrip().rpartition(chr(10))[2]}"
    line = path.read_text().partition(wrong)[0].count("\n") + 2
    assert fault(path).startswith(f"{path}:{line}: {told}")


@pytest.mark.parametrize(
    ("old", "new", "at", "told"),
    [
        (SOURCE, "", f"[{SLEEP}]", f"{SLEEP}: the key source is missing; add it"),
        (
            f"[{SLEEP}]",
            "[states.nap]",
            "[states.nap]",
            "states: deep_sleep is missing; add [states",
        ),
        (
            "[phases.no_ap]",
            "[phases.x]",
            "[phases.x]",
            "phases.x: phases has no x; known: boot, ",
        ),
        (TX_18, "", "current_na = [", f"{TX}: expected list of length >= 11; keep to that"),
        (TX_18, TX_18 * 2, "current_na = [", f"{TX}: expected list of length <= 11; keep to that"),
        (TX_20, "343_799_999,", "current_na = [", f"{TX}: 20 dBm draws less than the level below"),
    ],
)
def test_what_is_missing_is_told_at_its_table(
    tmp_path: Path, old: str, new: str, at: str, told: str
) -> None:
    path = variation(tmp_path, old, new)
    line = path.read_text().partition(at)[0].count("\n") + 1
    assert fault(path).startswith(f"{path}:{line}: {told}")


def fault(path: Path) -> str:
    """The line that a board file draws, or nothing."""
    try:
        board.load(str(path))
    except BadInput as error:
        return str(error)
    return ""


def test_levels_may_draw_the_same(tmp_path: Path) -> None:
    path = variation(tmp_path, TX_20, TX_18)
    assert board.load(str(path)).current_na[-2:] == [343_800_000] * 2


def test_a_recorded_wake_names_known_states(tmp_path: Path) -> None:
    step = '[{ state = "boot", duration_us = 1 }, { state = "%s", duration_us = 1 }]\n'
    known = written(tmp_path, TEXT + WAKE + step % "tx_20")
    assert [s.state for s in board.load(str(known)).file.wakes["one"].phases] == ["boot", "tx_20"]
    unknown = written(tmp_path, TEXT + WAKE + step % "tx_21")
    assert ": wakes.one.phases[1]: no state named tx_21; one of deep_sleep, " in fault(unknown)


@pytest.mark.parametrize("name", ["nosuch", "", "lolin32_lite/board"])
def test_a_name_that_no_board_has(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="board"):
        board.load(name)


@given(number=st.integers(0, TEXT.count("\n") - 1))
def test_every_line_but_a_blank_one_a_pin_and_what_the_chips_have_is_wanted(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = TEXT.splitlines(keepends=True)
    pins = range(lines.index("[pins]\n") + 1, lines.index("[states.deep_sleep]\n"))
    left_out = ("cpu_mhz", "heap_bytes", "brown_out_mv", "dropout_mohm", "error_percent")
    chips = lines[number].startswith(left_out)
    optional = lines[number].isspace() or number in pins or chips
    del lines[number]
    path = written(tmp_path_factory.mktemp("board"), "".join(lines))
    message = fault(path)
    assert (message == "") == optional
    assert optional or message.startswith(f"{path}:")
    assert len(message.splitlines()) <= 1


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["board", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert sorted(each["name"] for each in listed) == list(NAMES)
    asleep_ua = [each["deep_sleep_ua"] for each in listed]
    assert asleep_ua == sorted(asleep_ua)
    assert {each["name"]: each["deep_sleep_ua"] for each in listed}["lolin32_lite"] == 63
    assert cli.run(["board", "show", "lolin32_lite", "--json"]) == 0
    shown, devkit = json.loads(capsys.readouterr().out), board.load("lolin32_lite")
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


@ALL
def test_show_names_every_state_and_phase(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["board", "show", name]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
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


@pytest.mark.parametrize("name", chip.CHIPS)
def test_a_board_need_say_no_more_than_its_pins_its_sleeps_and_what_its_chip_leaves_open(
    name: str, tmp_path: Path
) -> None:
    open_ = ["scan", "associate", "address", "connect", "listen"] if name == "esp32c5" else []
    least = OWN.partition("[states.light_sleep]")[0].replace('"esp32"', f'"{name}"')
    path = written(tmp_path, least)
    assert (": states: address is missing; add [states.address] with" in fault(path)) == any(open_)
    sleeping = OWN.partition("[states.light_sleep]\n")[2]
    more = "".join(f"[states.{state}]\n{sleeping}\n" for state in open_)
    path = written(tmp_path, f"{path.read_text()}\n{more}")
    assert fault(path) == ""
    assert board.load(str(path)).files[1:] == [LAYERS / f"{name}.toml", LAYERS / "all.toml"]


SOURCED = 'tag = "I"\nsource = "of a test"\n'


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("[states.cpu]\ncurrent_na = 1\n", "states.cpu: the key tag is missing; add it"),
        (f"[states.cpu]\n{SOURCED}", "states.cpu: the key current_na is missing; add it"),
        (f"[radio.tx]\n{SOURCED}", "radio.tx: the key current_na is missing; add it"),
        ("[states.cpu]\n", ""),
        ("[radio]\n", ""),
        (f"[radio.tx]\ncurrent_na = {[392_000_000] * 11}\n{SOURCED}", ""),
    ],
)
def test_a_number_is_never_parted_from_its_tag_and_source(
    own: str, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f"{OWN}\n{own}")
    line = path.read_text().partition(own)[0].count("\n") + 1
    assert fault(path).startswith(f"{path}:{line}: {told}" if told else "")
    assert (fault(path) == "") == (told == "")
    if not told:
        ours, shipped = board.load(str(path)).file, board.load("lolin32_lite").file
        assert ours.states["idle"] == shipped.states["idle"]
        assert (ours.radio.tx.source == "of a test") == ("tx" in own)


def supplied(folder: Path, supply: str, own: str = "") -> boardfile.BoardFile:
    head, _, _ = OWN.partition("[states.light_sleep]")
    table = f"[supply]\n{supply}\n{SOURCED}"
    return board.load(str(written(folder, f"{head}\n{table}\n{own}"))).file


def test_what_a_board_draws_beside_its_chip_it_draws_in_every_state(tmp_path: Path) -> None:
    own = f"[states.cpu]\ncurrent_na = 50_000_000\n{SOURCED}"
    made = supplied(tmp_path, 'kind = "ldo"', own)
    beside_na = 63_000 - chip.CHIPS["esp32"].asleep_na
    assert made.states["deep_sleep"].current_na == 63_000
    assert made.states["cpu"].current_na == 50_000_000  # measured on the whole board
    assert made.states["idle"].current_na == 28_900_000 + beside_na
    assert made.states["light_sleep"].current_na == 800_000 + beside_na
    assert made.radio.tx.current_na[-1] == 391_800_000 + beside_na
    assert made.states["idle"].tag == "M"  # by less than a hundredth
    assert made.states["light_sleep"].tag == "I"
    assert made.states["idle"].source.endswith("; +0.053 mA by what is beside the chip")


def test_a_switching_regulator_takes_less_of_the_cell(tmp_path: Path) -> None:
    made = supplied(tmp_path, 'kind = "buck"\nefficiency_percent = 90')
    at_the_cell_na = 28_900_000 * 3_300 * 100 // (3_800 * 90)
    assert made.states["idle"].current_na == at_the_cell_na + 53_000
    assert made.states["deep_sleep"].current_na == 63_000


@pytest.mark.parametrize(
    ("supply", "told"),
    [
        ('kind = "boost"', "supply.kind: invalid enum value 'boost'; one of buck, ldo, none"),
        ('kind = "ldo"\ndropout_mv = -1', "supply.dropout_mv: expected int >= 0, got -1"),
        ('kind = "ldo"\ndropout_mohm = 20_001', "supply.dropout_mohm: expected int <= 20000"),
        ('kind = "ldo"\ncut_off_mv = 5_001', "supply.cut_off_mv: expected int <= 5000"),
        ('kind = "buck"\nefficiency_percent = 49', "supply.efficiency_percent: expected int >= 50"),
        (
            'kind = "ldo"\nefficiency_percent = 90',
            "supply.efficiency_percent: a supply of kind ldo has none; leave it out",
        ),
        (
            'kind = "none"\ndropout_mohm = 1',
            "supply.dropout_mohm: a supply of kind none has none; leave it out",
        ),
        ("dropout_mv = 1", "supply: the key kind is missing; add it"),
    ],
)
def test_a_supply_that_cannot_be(supply: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        supplied(tmp_path, supply)
    key = supply.rpartition("\n")[2] if told.count("supply.") else "[supply]"
    text = (tmp_path / "lolin32_lite" / "board.toml").read_text()
    line = text.partition(key)[0].count("\n") + 1
    assert f"board.toml:{line}: {told}" in str(caught.value)


def test_no_phase_is_without_a_duration(tmp_path: Path) -> None:
    path = variation(tmp_path, "duration_us = 536\n", "duration_us = 0\n")
    with pytest.raises(
        BadInput, match=r"phases\.light_exit\.duration_us: expected int >= 1, got 0"
    ):
        board.load(str(path))


@pytest.mark.parametrize(
    ("phase", "us", "frames_us"), [("connect", 21_500, 10_304), ("message", 18_200, 1_472)]
)
@pytest.mark.parametrize("less", [0, 1])
def test_a_phase_holds_its_frames(
    phase: str, us: int, frames_us: int, less: int, tmp_path: Path
) -> None:
    path = variation(tmp_path, f"duration_us = {us:_}\n", f"duration_us = {frames_us - less}\n")
    told = f"phases.{phase}.duration_us: shorter than the {frames_us:,} µs that its frames are on"
    assert (told in fault(path)) == bool(less)
