"""The programs, in the ULP's assembly language; torpor.ulp.chips gives their names values.

Each run is one look: it counts looks, scores what it sees, and at a score >= threshold wakes the
CPU and stops its own timer. A CPU that is awake is not woken. The variables, of 16 bits each, are
the CPU's to set and read: threshold, looks, score, and level of EDGES.
"""

from torpor.policy.loudness import BLOCK, REMEMBERED, pauses

ROUSE = """
rouse:  reg_rd low_power, ready, ready
        and r0, r0, 1
        jump done, eq           # the CPU is awake
        wake
        reg_wr timer, timer_on, timer_on, 0
done:   halt
"""
END = (
    """
        sub r1, r2, r1          # borrow: below it
        jump done, ov
"""
    + ROUSE
)

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

# Score: how far 16 conversions lie from their running mean on average, in sixteenths of the
# converter's steps, which are the units of a 16-bit sample; 5 ms. `mean` has 16 times the mean.
# The program keeps its floor: a frame is loud whose score >= floor * ratio / 4 + threshold. With a
# share it then looks on, remembering blocks, and wakes nobody where the first of them is not as
# loud as that, or where no more than QUIET_BLOCKS are within `share` 64ths of the loudest; then the
# floor is at least there.
QUIET_BLOCKS = pauses(REMEMBERED)

LOUDNESS = (
    """
        .set remembered_blocks, %d
        .set block_frames, %d
        .set quiet_blocks, %d
        .set ratio_at, 4
        .set share_at, 8
        .set floor_at, 12
        .set looks_at, 16
        .set score_at, 20
        .set mean_at, 24
        .set mark_at, 28
        .set total_at, 32
        .set frames_at, 36
        .set loudest_at, 40
        .set count_at, 44
        .bss
threshold: .long 0
ratio:  .long 0
share:  .long 0         # 0: wake at once
floor:  .long 0
looks:  .long 0
score:  .long 0
mean:   .long 0
mark:   .long 0         # what is loud
total:  .long 0         # of a block, eighths of its frames: their mean
frames: .long 0         # of a block, so far
loudest: .long 0
count:  .long 0         # of blocks remembered
blocks: .long %s

        .text
entry:  reg_wr adc, 18, 18, 0
        reg_wr adc, 31, 31, 0
        move r3, threshold
        ld r0, r3, looks_at
        add r0, r0, 1
        st r0, r3, looks_at
        move r0, 0
        st r0, r3, loudest_at
        st r0, r3, count_at

block:  move r0, 0
        st r0, r3, total_at
        st r0, r3, frames_at

frame:  move r2, 0
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
        add r2, r2, r1          # 16 fit 16 bits
        wait pause
        stage_inc 1
        jumps again, 16, lt
        st r2, r3, score_at
        ld r0, r3, count_at
        ld r1, r3, frames_at
        add r0, r0, r1
        jumpr on, 1, ge         # looking on

        ld r1, r3, floor_at
        rsh r1, r1, 2
        ld r2, r3, 0
        ld r0, r3, ratio_at
more:   jumpr marked, 1, lt
        add r2, r2, r1
        jump over, ov
        sub r0, r0, 1
        jump more
over:   move r2, 0xFFFF         # no score reaches it
marked: st r2, r3, mark_at
        ld r0, r3, floor_at
        rsh r1, r0, 4
        sub r0, r0, r1
        ld r1, r3, score_at
        rsh r1, r1, 4
        add r0, r0, r1
        st r0, r3, floor_at
        ld r1, r3, score_at
        sub r1, r1, r2          # borrow: not loud
        jump done, ov
        ld r0, r3, share_at
        jumpr rouse, 1, lt

on:     ld r1, r3, score_at
        rsh r1, r1, 3
        ld r0, r3, total_at
        add r1, r1, r0
        st r1, r3, total_at
        ld r0, r3, frames_at
        add r0, r0, 1
        st r0, r3, frames_at
        jumpr frame, block_frames, lt
        ld r0, r3, count_at
        jumpr keep, 1, ge
        ld r2, r3, mark_at
        sub r2, r1, r2
        jump done, ov           # a click
keep:   move r2, blocks
        add r2, r2, r0
        st r1, r2, 0
        ld r2, r3, loudest_at
        sub r2, r2, r1          # borrow: louder
        jump louder, ov
        jump counted
louder: st r1, r3, loudest_at
counted: add r0, r0, 1
        st r0, r3, count_at
        jumpr block, remembered_blocks, lt

        ld r2, r3, loudest_at
        rsh r2, r2, 6
        add r2, r2, 1
        move r1, 0
        ld r0, r3, share_at
times:  add r1, r1, r2
        sub r0, r0, 1
        jumpr times, 1, ge
        move r2, blocks
        stage_rst
next:   ld r0, r2, 0
        sub r0, r1, r0          # borrow: not quiet
        jump loud, ov
        stage_inc 1
loud:   add r2, r2, 1
        move r0, r2
        jumpr next, blocks + remembered_blocks, lt
        jumps rouse, quiet_blocks + 1, ge
        ld r0, r3, floor_at
        sub r0, r0, r1          # borrow: the floor is below that
        jump raise, ov
        halt
raise:  st r1, r3, floor_at
        halt
"""
    % (REMEMBERED, BLOCK, QUIET_BLOCKS, ", ".join(["0"] * REMEMBERED))
    + ROUSE
)

PROGRAMS = {"adc": ADC, "edges": EDGES, "loudness": LOUDNESS}


def gates(margins: list[int]) -> dict[str, int]:
    """`share` for a cascade's stages, by their margins: no stricter than the third is.

    That asks for the loudest block over the quiet one in sixteenths; 63: whatever has a block.
    """
    if len(margins) < 2:
        return {"share": 0}
    return {"share": -(-1024 // margins[2]) if len(margins) > 2 and margins[2] > 16 else 63}
