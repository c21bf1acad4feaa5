"""A program that reads channels, remembers what it read, and wakes the CPU once one has moved.

Each run reads every channel once: an SHT3x over I2C, which it drives by the levels of two pads, or
the converter. A raw value of 16 bits counts as beyond below LOW and above HIGH
(torpor.drivers.row); once a channel was so LOOKS times more than not, the CPU is woken and the
ULP's timer stopped. A run while the CPU is awake does nothing: bus and converter are the CPU's
then. A reading that failed is the one before it.

The CPU sets and reads `count` of the runs, `due`, and from `channels` on a row of each channel.
I2C: NXP UM10204, standard mode. SHT3x: datasheet SHT3x-DIS, version 6, as torpor.drivers.sht3x.
"""

from torpor.drivers.row import BEYOND, FRAMES, HIGH, LOOKS, LOW, NEWEST, ROW
from torpor.port import RECALLED
from torpor.ulp.programs import ROUSE

HEAD = """
        .set due_at, 4
        .set word_at, 8
        .set crc_at, 12
        .bss
count:  .long 0
due:    .long 0
word:   .long 0
crc:    .long 0
channels: .long {room}

        .text
entry:  reg_rd low_power, ready, ready
        and r0, r0, 1
        jump done, eq           # the CPU is awake
        move r3, count
        ld r0, r3, due_at
        jumpr read_on, 1, lt
        jump rouse              # the CPU wants no more readings
read_on: ld r0, r3, 0
        add r0, r0, 1
        st r0, r3, 0
"""

# A reading of the converter, and what keeps one of the sensor: `at` is its place, in bytes.
CONVERT = """
        reg_wr adc, 18, 18, 0   # start the converter
        reg_wr adc, 31, 31, 0   # and take a channel
        move r2, 0
        stage_rst
adc{at}: adc r1, 0, {channel} + 1
        add r2, r2, r1
        stage_inc 1
        jumps adc{at}, 16, lt   # 12 bits each: the sum has 16
        move r3, channels
        st r2, r3, {at}
"""
STORE = """
        move r0, count
        ld r2, r0, word_at
        move r3, channels
        st r2, r3, {at}
"""

# A line is driven low, or let go of for its pull-up.
MEASURE = """
        reg_wr iomux, iomux_on, iomux_on, 1
        reg_wr release, sda_bit, sda_bit, 1
        reg_wr release, scl_bit, scl_bit, 1
        reg_wr level_low, sda_bit, sda_bit, 1
        reg_wr level_low, scl_bit, scl_bit, 1
        reg_wr sda_pad, sda_mux, sda_mux, 1
        reg_wr sda_pad, sda_input, sda_input, 1
        reg_wr scl_pad, scl_mux, scl_mux, 1
        reg_wr scl_pad, scl_input, scl_input, 1
        wait half

        reg_wr drive, sda_bit, sda_bit, 1
        wait half
        reg_wr drive, scl_bit, scl_bit, 1
        move r2, 0x8800         # address 0x44, to write
        move r3, to_high
        jump send
to_high: jumpr failed, 1, ge
        move r2, 0x2400         # high repeatability, no clock stretching
        move r3, to_low
        jump send
to_low: jumpr failed, 1, ge
        move r2, 0
        move r3, asked
        jump send
asked:  jumpr failed, 1, ge
        move r3, measure
        jump stop
measure: stage_rst
still:  wait eighth             # of the longest that a measurement takes, and more
        stage_inc 1
        jumps still, 8, lt
        reg_wr drive, sda_bit, sda_bit, 1
        wait half
        reg_wr drive, scl_bit, scl_bit, 1
        move r2, 0x8900         # to read
        move r3, answered
        jump send
answered: jumpr failed, 1, ge
        move r1, 1
        move r2, 0
        move r3, t_high
        jump receive
t_high: move r3, t_low
        jump receive
t_low:  move r0, count
        st r2, r0, word_at
        move r2, 0
        move r3, t_crc
        jump receive
t_crc:  move r3, t_checked
        jump check
t_checked: jump t_good, eq
        jump behind             # stopped here, the sensor may hold the line low for a bit of it
t_good:
{temperature}
behind: move r1, 1
        move r2, 0
        move r3, h_high
        jump receive
h_high: move r3, h_low
        jump receive
h_low:  move r0, count
        st r2, r0, word_at
        move r2, 0
        move r1, 0              # no more
        move r3, h_crc
        jump receive
h_crc:  move r3, h_checked
        jump check
h_checked: jump h_good, eq
        jump failed
h_good:
{humidity}
failed: move r3, read
        jump stop

send:   stage_rst               # the high byte of r2; r0: 0 where it was acknowledged
bit:    add r2, r2, r2
        jump one, ov
        reg_wr drive, sda_bit, sda_bit, 1
        jump put
one:    reg_wr release, sda_bit, sda_bit, 1
put:    wait half
        reg_wr release, scl_bit, scl_bit, 1
        wait half
        reg_wr drive, scl_bit, scl_bit, 1
        stage_inc 1
        jumps bit, 8, lt
        reg_wr release, sda_bit, sda_bit, 1
        wait half
        reg_wr release, scl_bit, scl_bit, 1
        wait half
        reg_rd levels, sda_bit, sda_bit
        reg_wr drive, scl_bit, scl_bit, 1
        jump r3

receive: stage_rst              # a byte behind what r2 has; r1: 1 acknowledges it
next:   wait half
        reg_wr release, scl_bit, scl_bit, 1
        wait half
        reg_rd levels, sda_bit, sda_bit
        reg_wr drive, scl_bit, scl_bit, 1
        add r2, r2, r2
        or r2, r2, r0
        stage_inc 1
        jumps next, 8, lt
        move r0, r1
        jumpr last, 1, lt
        reg_wr drive, sda_bit, sda_bit, 1
last:   wait half
        reg_wr release, scl_bit, scl_bit, 1
        wait half
        reg_wr drive, scl_bit, scl_bit, 1
        reg_wr release, sda_bit, sda_bit, 1
        jump r3

stop:   reg_wr drive, sda_bit, sda_bit, 1
        wait half
        reg_wr release, scl_bit, scl_bit, 1
        wait half
        reg_wr release, sda_bit, sda_bit, 1
        wait half
        jump r3

check:  move r0, count          # of `word`; r2 is the checksum, and the zero flag says it is right
        st r2, r0, crc_at
        ld r2, r0, word_at
        and r1, r2, 0xFF00      # there is no exclusive or: what either has, less what both have
        or r2, r2, 0xFF00
        sub r2, r2, r1
        stage_rst
shift:  add r2, r2, r2
        jump fold, ov
        jump folded
fold:   and r1, r2, 0x3100
        or r2, r2, 0x3100
        sub r2, r2, r1
folded: stage_inc 1
        jumps shift, 16, lt
        rsh r2, r2, 8
        ld r1, r0, crc_at
        sub r1, r2, r1
        jump r3

read:
"""

JUDGE = """
        stage_rst
        move r3, channels
judge:  move r1, count
        ld r1, r1, 0
        sub r1, r1, 1
        and r1, r1, {places}
        add r1, r1, r3
        ld r0, r3, {newest}
        st r0, r1, {frames}
        ld r2, r3, {low}
        sub r2, r0, r2          # borrow: below it
        jump beyond, ov
        ld r2, r3, {high}
        sub r2, r2, r0          # borrow: above it
        jump beyond, ov
        ld r0, r3, {beyond}
        jumpr judged, 1, lt
        sub r0, r0, 1
        st r0, r3, {beyond}
        jump judged
beyond: ld r0, r3, {beyond}
        add r0, r0, 1
        st r0, r3, {beyond}
        ld r1, r3, {looks}
        sub r1, r0, r1          # borrow: fewer
        jump judged, ov
        move r1, count
        st r0, r1, due_at
judged: add r3, r3, {row}
        stage_inc 1
        jumps judge, {channels}, lt
        move r3, count
        ld r0, r3, due_at
        jumpr done, 1, lt
"""


def program(readings: "list[tuple[str, int]]") -> str:
    """The program for these channels, in their order.

    Each is ("sht3x", 0) for temperature, ("sht3x", 1) for humidity, of the one sensor on the bus,
    or ("adc", its channel of ADC1).
    """
    stores = ["", ""]
    converted = ""
    for i, (kind, of) in enumerate(readings):
        at = 4 * (i * ROW + NEWEST)
        if kind == "sht3x":
            stores[of] += STORE.format(at=at)
        else:
            converted += CONVERT.format(at=at, channel=of)
    text = HEAD.format(room=", ".join(["0"] * (ROW * len(readings)))) + converted
    if stores[0] or stores[1]:
        text += MEASURE.format(temperature=stores[0], humidity=stores[1])
    text += JUDGE.format(
        places=RECALLED - 1,
        newest=4 * NEWEST,
        frames=4 * FRAMES,
        low=4 * LOW,
        high=4 * HIGH,
        looks=4 * LOOKS,
        beyond=4 * BEYOND,
        row=ROW,
        channels=len(readings),
    )
    return text + ROUSE
