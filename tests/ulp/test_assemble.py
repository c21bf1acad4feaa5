"""The assembler against words that others made, and on every interpreter."""

import pytest

from tests import interpreters
from torpor.ulp.assemble import CHIPS, AssemblyError, assemble
from torpor.ulp.chips import ESP32_ADC1, ESP32_OTHERS, ESP32_TOUCH, REGISTERS, names

# Of Espressif's binutils, ESP32 and S2, as py-esp32-ulp's tests/fixtures/all_opcodes.*.lst show
# them; its listings give offsets in words.
WORDS = [
    ("reg_wr 0x123, 1, 2, 3", 0x10880D23, 0x10880D23),
    ("reg_rd 0x321, 2, 1", 0x21040321, 0x21040321),
    ("nop", 0x40000000, 0x40000000),
    ("wait 7", 0x40000007, 0x40000007),
    ("adc r3, 0, 1", 0x50000007, 0x50000007),
    ("st r3, r2, 1 + 3 - 4", 0x6800000B, 0x6800018B),
    ("add r2, r1, r0", 0x70000006, 0x70000006),
    ("rsh r2, r1, r0", 0x70C00006, 0x70C00006),
    ("move r2, r1", 0x70800016, 0x70800016),
    ("add r2, r1, 0", 0x72000006, 0x74000006),
    ("lsh r2, r1, 0", 0x72A00006, 0x74A00006),
    ("move r1, 0", 0x72800001, 0x74800001),
    ("stage_rst", 0x74400000, 0x78400000),
    ("stage_inc 7", 0x74000070, 0x78000070),
    ("stage_dec 3", 0x74200030, 0x78200030),
    ("jump r0", 0x80200000, 0x84200000),
    ("jump r1, eq", 0x80600001, 0x84600001),
    ("JUMP R2, OV", 0x80A00002, 0x84A00002),
    ("jump 0, eq", 0x80400000, 0x84400000),
    ("jumpr 0, 1, lt", 0x82000001, 0x80000001),
    ("jumpr 4, 5, gt", 0x82030006, 0x80050005),
    ("jumps 0, 1, lt", 0x84000001, 0x88008001),
    ("jumps 12, 9, le", 0x84070009, None),
    ("jumps 16, 11, ge", 0x8408800B, None),
    ("wake", 0x90000001, 0x90000001),
    ("sleep 7", 0x92000007, None),
    ("tsens r1, 2", 0xA0000009, 0xA0000009),
    ("halt", 0xB0000000, 0xB0000000),
    ("ld r2, r1, 0", 0xD0000006, 0xD0000006),
    ("ld r1, r2, 32", 0xD0002009, 0xD0002009),
    ("st r1, r2, -32", None, 0x681FE189),
    ("jumpr 8, 7, eq", None, 0x800A0007),
]


@pytest.mark.parametrize(("text", "esp32", "esp32s2"), WORDS)
def test_words_are_those_of_binutils(text: str, esp32: int | None, esp32s2: int | None) -> None:
    for chip, word in (("esp32", esp32), ("esp32s2", esp32s2), ("esp32s3", esp32s2)):
        if word is not None:
            assert [f"{each:08x}" for each in assemble(text, chip).text] == [f"{word:08x}"]


def test_a_comparison_that_the_esp32_lacks_takes_two_words() -> None:
    assert assemble("jumpr 8, 7, eq", "esp32").text == [0x82050008, 0x82050007]
    assert assemble("jumps 4, 5, gt", "esp32").text == [0x84050005, 0x84028005]


def test_a_label_counts_in_words_and_a_number_in_bytes() -> None:
    """ESP-IDF's guide, "Note About Addressing": MOVE R1, loop is MOVE R1, 4."""
    loop = "nop\nnop\nnop\nnop\nloop: move r1, {}\njump {}\n"
    by_label = assemble(loop.format("loop", "loop"), "esp32").text
    assert by_label == assemble(loop.format(4, 16), "esp32").text


def test_sections_follow_each_other() -> None:
    text = ".bss\nc: .long 0\n.data\nb: .long 7, -1\n.text\nmove r0, c // c is word 3\n"
    program = assemble(text, "esp32")
    assert program.labels == {"b": 1, "c": 3}
    assert program.text == [0x72800030]
    assert program.data == [7, 0xFFFFFFFF]
    sizes = bytes([12, 0, 4, 0, 8, 0, 4, 0])
    assert program.binary()[:12] == b"ulp\0" + sizes
    assert program.binary()[12:] == b"\x30\x00\x80\x72\x07\x00\x00\x00\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("frob r1", "this chip has no instruction frob"),
        ("nop 1", "0 operands are wanted, not 1"),
        ("move r4, 1", "r4 is no register (r0 ... r3)"),
        ("move r1, 65536", "65536 does not fit 16 bits"),
        ("move r1, -32769", "-32769 does not fit 16 bits"),
        ("stage_inc 256", "256 does not fit 8 bits"),
        ("move r1, nothing", "nothing is neither a number nor a known name"),
        ("move r1, 1 +", "nothing is neither a number nor a known name"),
        ("move r1, 010", "010 is neither a number nor a known name"),
        ("ld r1, r2, 2", "2 bytes are no whole words"),
        ("ld r1, r2, 4096", "4096 is outside the memory"),
        ("jump 0x2000", "0x2000 is outside the memory"),
        ("jump 0, lt", "jump takes a target and the flag eq or ov, or none"),
        ("jumpr 0, 65535, gt", "65536, which r0 is compared with, does not fit 16 bits"),
        ("jumpr 512, 1, lt", "the target is 128 words away, 127 at most"),
        ("reg_rd 0x400, 1, 0", "the ULP reaches no register 0x400"),
        ("reg_rd 0x3ff49000, 1, 0", "the ULP reaches no register 0x3ff49000"),
        ("r1: nop", "r1 cannot be a name"),
        ("1a: nop", "1a cannot be a name"),
        ("at: nop", "at has a value already"),
        (".set at, 1", "at has a value already"),
        (".set two, at", "at is neither a number nor a known name"),
        (".data\n nop", "nop stands outside .text"),
        (".bss\n.long 1", ".bss holds zeros only"),
        (".long " + ", ".join(["0"] * 510), "2056 bytes with its header, and 2040 fit"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, what: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assemble("# first\nat: nop\n" + text, "esp32")
    assert (caught.value.what, caught.value.line) == (what, 3 + text.count("\n"))


def test_the_largest_values_fit() -> None:
    for text in ("move r1, 65535", "move r1, -32768", "ld r1, r2, -4096", "jumpr -508, 65534, gt"):
        assert len(assemble(text, "esp32").text) == 1
    assert len(assemble(".long " + ", ".join(["0"] * 507), "esp32").binary()) == 2040


def test_the_s2_has_no_sleep() -> None:
    with pytest.raises(AssemblyError, match="no instruction sleep"):
        assemble("sleep 1", "esp32s3")


def test_a_register_s_word_and_its_address_are_one() -> None:
    for chip, base in CHIPS.items():
        timer = REGISTERS[chip]["timer"]
        by_address = assemble(f"reg_wr {base + 4 * timer}, 1, 0, 0", chip).text
        assert by_address == assemble(f"reg_wr {timer}, 1, 0, 0", chip).text


def test_each_pin_of_the_esp32_has_a_place_of_its_own() -> None:
    assert [names("esp32", pin)["channel"] for pin in ESP32_ADC1] == list(range(8))
    pads = [names("esp32", pin) for pin in (*ESP32_TOUCH, *ESP32_OTHERS)]
    assert len({pad["level_bit"] for pad in pads}) == len(pads)
    assert len({(pad["pad"], pad["pad_mux"], pad["pad_input"]) for pad in pads}) == len(pads)
    # py-esp32-ulp's example readgpio.py: GPIO4 is channel 10, at RTC_IO + 0x94.
    assert names("esp32", 4)["level_bit"] == 14 + 10
    assert names("esp32", 4)["pad"] == 0x494 >> 2


def test_every_interpreter_assembles_alike() -> None:
    """With room for it: a node is given the words, and does not assemble them."""
    first, *others = [
        interpreters.run(name, "tests.ulp.everywhere", heap="512K" if name == "unix" else "")
        for name in interpreters.NAMES
    ]
    assert first.code == 0, first.stdout
    assert len(first.stdout.splitlines()) == 3 * (3 + 3 + 5)
    for other in others:
        assert other.stdout == first.stdout
