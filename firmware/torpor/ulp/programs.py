"""The programs, in the ULP's assembly language; torpor.ulp.chips gives their names values.

Each run is one look: it counts looks, scores what it sees, and at a score >= threshold wakes the
CPU and stops its own timer. A CPU that is awake is not woken. The variables, of 16 bits each, are
the CPU's to set and read: threshold, looks, score, and level of EDGES.
"""

END = """
        sub r1, r2, r1          # borrow: below it
        jump done, ov
        reg_rd low_power, ready, ready
        and r0, r0, 1
        jump done, eq           # the CPU is awake
        wake
        reg_wr timer, timer_on, timer_on, 0
done:   halt
"""

# Score: the mean of four conversions of an ADC1 channel, in the converter's own steps.
ADC = (
    """
        .set looks_at, 4
        .set score_at, 8
        .bss
threshold: .long 0
looks:  .long 0
score:  .long 0

        .text
entry:  reg_wr adc, 18, 18, 0   # start the converter
        reg_wr adc, 31, 31, 0   # and take a channel
        move r3, threshold
        ld r0, r3, looks_at
        add r0, r0, 1
        st r0, r3, looks_at

        move r2, 0
        stage_rst
again:  adc r1, 0, channel + 1
        add r2, r2, r1
        stage_inc 1
        jumps again, 4, lt
        rsh r2, r2, 2
        st r2, r3, score_at
        ld r1, r3, 0
"""
    + END
)

# Score: edges of a pin since it was armed, of those that still show at the next look.
EDGES = (
    """
        .set looks_at, 4
        .set score_at, 8
        .bss
threshold: .long 0
looks:  .long 0
score:  .long 0
level:  .long 0         # at the look before
        .set level_at, 12

        .text
entry:  reg_wr iomux, iomux_on, iomux_on, 1
        reg_wr pad, pad_mux, pad_mux, 1
        reg_wr pad, pad_input, pad_input, 1
        move r3, threshold
        ld r0, r3, looks_at
        add r0, r0, 1
        st r0, r3, looks_at

        reg_rd levels, level_bit, level_bit
        ld r1, r3, level_at
        st r0, r3, level_at
        add r0, r0, r1
        and r0, r0, 1           # 1: it changed
        ld r2, r3, score_at
        add r2, r2, r0
        st r2, r3, score_at
        ld r1, r3, 0
"""
    + END
)

# Score: how far 32 conversions lie from their running mean on average, in the converter's steps;
# 10 ms on the ESP32, 5 on the S2's successors' faster clock. `mean` has 16 times the mean.
LOUDNESS = (
    """
        .set looks_at, 4
        .set score_at, 8
        .set mean_at, 12
        .bss
threshold: .long 0
looks:  .long 0
score:  .long 0
mean:   .long 0

        .text
entry:  reg_wr adc, 18, 18, 0
        reg_wr adc, 31, 31, 0
        move r3, threshold
        ld r0, r3, looks_at
        add r0, r0, 1
        st r0, r3, looks_at

        move r2, 0
        stage_rst
again:  adc r1, 0, channel + 1
        ld r0, r3, mean_at
        rsh r0, r0, 4
        sub r1, r1, r0
        jump below, ov
        ld r0, r3, mean_at
        add r0, r0, r1          # a sixteenth of the way
        jump kept
below:  move r0, 0
        sub r1, r0, r1          # how far below
        ld r0, r3, mean_at
        sub r0, r0, r1
kept:   st r0, r3, mean_at
        rsh r1, r1, 1           # halves: 32 fit 16 bits
        add r2, r2, r1
        wait 2500
        stage_inc 1
        jumps again, 32, lt
        rsh r2, r2, 4
        st r2, r3, score_at
        ld r1, r3, 0
"""
    + END
)

PROGRAMS = {"adc": ADC, "edges": EDGES, "loudness": LOUDNESS}
