"""What a board's file may say; a faulty one is told at its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware import board, chip
from tests.sim.boardfiles import TEXT, fault, variation, written

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
