"""The emulator: what instructions do, on both encodings, and their cycles."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.ulp import emulator
from host_sim.ulp.emulator import Ulp
from torpor.ulp.assemble import assemble
from torpor.ulp.chips import REGISTERS

CHIPS = ("esp32", "esp32s2")  # the S3 runs the S2's words
WORD = st.integers(0, 0xFFFF)


def ulp(text: str, chip: str, levels: int = 0) -> Ulp:
    """A machine with this program, whose converter answers its channel."""
    program = assemble(text, chip, REGISTERS[chip])
    return Ulp(program, chip, lambda unit, channel: 100 * unit + channel, lambda: levels)


def after(text: str, chip: str) -> Ulp:
    """The machine when the program, with HALT behind it, has run."""
    machine = ulp(f"{text}\nhalt\n", chip)
    machine.run()
    return machine


@pytest.mark.parametrize("chip", CHIPS)
@given(a=WORD, b=WORD)
def test_arithmetic_is_that_of_16_bits_with_a_carry(chip: str, a: int, b: int) -> None:
    for name, exact in (("add", a + b), ("sub", a - b), ("and", a & b), ("or", a | b)):
        for last in ("r2", f"{b}"):
            machine = after(f"move r1, {a}\nmove r2, {b}\n{name} r3, r1, {last}", chip)
            assert machine.registers == [0, a, b, exact & 0xFFFF]
            assert machine.zero == (exact & 0xFFFF == 0)
            assert machine.overflow == (not 0 <= exact <= 0xFFFF)


@pytest.mark.parametrize("chip", CHIPS)
@given(a=WORD, b=st.integers(0, 15))
def test_shifts_lose_what_leaves_the_register(chip: str, a: int, b: int) -> None:
    machine = after(f"move r1, {a}\nlsh r2, r1, {b}\nrsh r3, r1, {b}", chip)
    assert machine.registers[2:] == [a << b & 0xFFFF, a >> b]


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("condition", COMPARE)
@pytest.mark.parametrize("back", [False, True])
def test_branches_compare_at_the_exact_boundary(chip: str, condition: str, back: bool) -> None:
    hit = "hit: move r3, 1\nhalt\n"
    for value in (99, 100, 101):
        for name, load in (
            ("jumpr", f"move r0, {value}"),
            ("jumps", f"stage_rst\nstage_inc {value}"),
        ):
            test = f"start: {load}\n{name} hit, 100, {condition}\nmove r3, 2\nhalt\n"
            text = f"jump start\n{hit}{test}" if back else f"{test}{hit}"
            taken = COMPARE[condition](value, 100)
            assert after(text, chip).registers[3] == (1 if taken else 2)


@pytest.mark.parametrize("chip", CHIPS)
def test_jumps_heed_their_flags(chip: str) -> None:
    for a, b, flag, taken in (
        (5, 5, "eq", True),
        (5, 4, "eq", False),
        (4, 5, "ov", True),
        (5, 5, "ov", False),
    ):
        text = f"move r1, {a}\nsub r1, r1, {b}\njump out, {flag}\nmove r3, 1\nout: nop"
        assert after(text, chip).registers[3] == (0 if taken else 1)
    assert after("move r1, out\njump r1\nmove r3, 1\nout: nop", chip).registers[3] == 0


@pytest.mark.parametrize("chip", CHIPS)
def test_the_stage_counter_has_eight_bits(chip: str) -> None:
    assert after("stage_rst\nstage_dec 1", chip).stage == 255
    assert after("stage_rst\nstage_inc 255\nstage_inc 2", chip).stage == 1


@pytest.mark.parametrize("chip", CHIPS)
@given(value=WORD, offset=st.integers(-2, 2))
def test_what_is_stored_is_loaded(chip: str, value: int, offset: int) -> None:
    text = f"move r1, {value}\nmove r2, 1000\nst r1, r2, {4 * offset}\nld r3, r2, {4 * offset}"
    machine = after(text, chip)
    assert machine.registers[3] == machine.memory[1000 + offset] & 0xFFFF == value


def test_only_the_esp32_writes_the_upper_half() -> None:
    """The ESP32 puts there where the store stands (word 2) and its address register (r2)."""
    text = ".data\ndata: .long 0x12340000\n.text\nmove r1, 5\nmove r2, data\nst r1, r2, 0"
    for chip, above in (("esp32", 2 << 5 | 2), ("esp32s2", 0x1234)):
        machine = after(text, chip)
        assert machine.memory[machine.labels["data"]] == above << 16 | 5


@pytest.mark.parametrize("chip", CHIPS)
def test_fields_of_peripheral_registers(chip: str) -> None:
    machine = ulp("reg_wr 0x50, 9, 2, 0x5a\nreg_wr 0x50, 4, 4, 0\nreg_rd 0x50, 8, 1\nhalt", chip)
    machine.peripherals[0x50] = 0xFFFF_F003
    machine.run()
    assert machine.peripherals[0x50] == 0xFFFF_F003 | 0x5A << 2 & ~0x10
    assert machine.registers[0] == (3 | 0x5A << 2) >> 1 & 0xFF


def test_a_read_field_keeps_to_16_bits_and_a_written_one_to_its_own() -> None:
    machine = ulp("reg_wr 0x50, 31, 28, 0xff\nreg_rd 0x50, 31, 8\nhalt", "esp32")
    machine.run()
    assert machine.peripherals[0x50] == 0xF000_0000
    assert machine.registers[0] == 0xF0_0000 & 0xFFFF


@pytest.mark.parametrize("chip", CHIPS)
def test_it_sees_converter_and_pins(chip: str) -> None:
    pins = "reg_rd levels, first_level + 3, first_level"
    machine = ulp(f"adc r1, 1, 4\n{pins}\nhalt", chip, levels=0b11_0110)
    machine.run()
    assert machine.registers[:2] == [0b0110, 103]


@pytest.mark.parametrize("asleep", [True, False])
def test_only_a_cpu_asleep_is_woken(asleep: bool) -> None:
    machine = ulp("reg_rd low_power, ready, ready\nwake\nhalt", "esp32")
    machine.asleep = asleep
    assert machine.run().woke == asleep
    assert machine.registers[0] == asleep


@pytest.mark.parametrize(
    ("text", "cycles"),
    [  # ESP-IDF's guide, each instruction's section "Cycles"; HALT 2
        ("", 2),
        ("nop", 6 + 2),
        ("wait 10", 2 + 10 + 4 + 2),
        ("add r1, r1, r1", 6 + 2),
        ("stage_inc 1", 6 + 2),
        ("st r1, r1, 0x1000 - 4", 8 + 2),
        ("ld r1, r1, 0", 8 + 2),
        ("reg_rd 0x50, 1, 0", 8 + 2),
        ("reg_wr 0x50, 1, 0, 0", 12 + 2),
        ("wake", 6 + 2),
        ("jump 4", 4 + 2),
        ("jumpr 4, 1, lt", 4 + 2),
        ("adc r1, 0, 1", 23 + 1 + 1 + 1 + 9 + 12 + 4 + 2),
    ],
)
def test_cycles(text: str, cycles: int) -> None:
    assert ulp(f"{text}\nhalt", "esp32").run().cycles == cycles


def test_the_converter_s_cycles_are_told_apart() -> None:
    run = ulp("adc r1, 0, 1\nadc r1, 0, 2\nhalt", "esp32").run()
    assert run.adc_cycles == run.cycles - 2 * 4 - 2 == 2 * 47


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("at: jump at", "does not halt within 20,000 cycles"),
        ("nop", "word 1 of the ULP's program, 0x00000000, is no instruction"),
        ("tsens r1, 1", "word 0 of the ULP's program, 0xa0000005, is no instruction"),
        (".long 0x71e00000", "word 0 of the ULP's program, 0x71e00000, is no instruction"),
        ("move r1, 16\nlsh r1, r1, r1", "shifts by 16"),
    ],
)
def test_what_it_cannot_run_is_one_line(
    text: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "MOST_CYCLES", 20_000)
    with pytest.raises(BadInput, match=what):
        ulp(text, "esp32").run()
