"""What a board takes from its chip, and from what every chip has."""

from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.hardware import board, boardfile, chip, states
from tests.sim.boardfiles import LAYERS, OWN, fault, variation, written


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


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("[states]\ncpu = 1\n", "states.cpu: expected table, got int"),
        ("[brown_out_mv]\n", "brown_out_mv: expected int, got table"),
    ],
)
def test_what_is_a_table_in_the_one_file_alone_is_told(own: str, told: str, tmp_path: Path) -> None:
    assert told in fault(written(tmp_path, f"{OWN}\n{own}"))


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


@pytest.mark.parametrize(
    ("own", "spared_na"),
    [
        ("", 8_400_000),
        (f"[states.cpu]\ncurrent_na = 50_000_000\n{SOURCED}", 8_400_000),
        (f"[states.modem_sleep]\ncurrent_na = 23_000_000\n{SOURCED}", 0),
        (f"[states.modem_sleep]\ncurrent_na = 0\n{SOURCED}", 0),
        (
            f"[states.modem_sleep]\ncurrent_na = 31_000_000\n{SOURCED}\n"
            f"[radio.slow]\nspared_na = 7_000_000\n{SOURCED}",
            7_000_000,
        ),
    ],
)
def test_what_was_measured_on_a_switch_spares_nothing_more(
    own: str, spared_na: int, tmp_path: Path
) -> None:
    slow = supplied(tmp_path, 'kind = "ldo"', own).radio.slow
    assert slow.spared_na == spared_na
    assert ("modem_sleep is the board's own" in slow.source) == (spared_na == 0)
    assert slow.tag == ("M" if spared_na == 8_400_000 else "I")


def test_a_slow_clock_hurries_nobody_and_leaves_no_current_below_zero(tmp_path: Path) -> None:
    chip_ = "cpu_mhz = 40\nheap_bytes = 57_344\nbrown_out_mv = 2_430\n"
    own = f"[states.idle]\ncurrent_na = 8_399_999\n{SOURCED}"
    fast = board.load(str(written(tmp_path, f"{chip_}{OWN}\n{own}")))
    slow = fast.starting("files", slow=True)
    assert slow.current_na[states.IDLE] == 0
    assert slow.phase_us("wake_cpu") == fast.phase_us("wake_cpu")


@pytest.mark.parametrize("spared_na", [22_999_999, 23_000_000])
def test_a_slow_clock_leaves_something_to_draw(spared_na: int, tmp_path: Path) -> None:
    own = (
        f"[states.modem_sleep]\ncurrent_na = 23_000_000\n{SOURCED}\n"
        f"[radio.slow]\nspared_na = {spared_na}\n{SOURCED}"
    )
    if spared_na < 23_000_000:
        assert supplied(tmp_path, 'kind = "ldo"', own).radio.slow.spared_na == spared_na
        return
    with pytest.raises(BadInput) as refused:
        supplied(tmp_path, 'kind = "ldo"', own)
    assert "radio.slow.spared_na: spares all that modem_sleep draws; give" in str(refused.value)


def test_a_switching_regulator_takes_less_of_the_cell(tmp_path: Path) -> None:
    made = supplied(tmp_path, 'kind = "buck"\nefficiency_percent = 90')
    at_the_cell_na = 28_900_000 * 3_300 * 100 // (3_800 * 90)
    assert made.states["idle"].current_na == at_the_cell_na + 53_000
    assert made.states["deep_sleep"].current_na == 63_000
    assert made.radio.slow.spared_na == 8_400_000 * 3_300 * 100 // (3_800 * 90)
    assert made.radio.slow.tag == "I"  # measured on no such board


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
