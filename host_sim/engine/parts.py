"""The layout of what a run is given: which cell of which list means what.

A scenario becomes flat lists of ints (host_sim/sim/build.py); the simulated port reads them by the
names below. Lists and ints alone run in CPython and compiled alike.
"""

from host_sim.hardware.states import PHASES

# timing: durations, µs; the board's phases by name, and two of its radio's numbers.
TIMING = (*PHASES, "frame", "retry")
(
    BOOT_US,
    WAKE_CPU_US,
    LIGHT_EXIT_US,
    SCAN_US,
    ASSOCIATE_US,
    ADDRESS_US,
    ADDRESS_CACHED_US,
    CONNECT_US,
    MESSAGE_US,
    MEASURE_US,
    NO_AP_US,
    FRAME_US,
    RETRY_US,
) = range(len(TIMING))

# radio: the link's plain numbers.
(
    FRAMES_ASSOCIATE,
    FRAMES_ADDRESS,
    FRAMES_CONNECT,
    AP_QDBM,
    SENSITIVITY_QDBM,
) = range(5)

# per_65536: loss of one frame, a cell a quarter-dB of margin over sensitivity, from -10 dB on.
PER_FIRST_QDB = -40

# channels: what a channel reads, a row each: source, step_us, first cell in `series`, cells.
SERIES, BATTERY, SOUND, PIN_LEVEL, OUTPUT = range(5)
CHANNEL_ROW = 4

# replay: what is drawn from recordings, a row each: first cell in `replay_us` and `replay_na`, and
# cells. Rows stand in the order of TIMING, then of the states that last as the node decides.
REPLAY_ROW = 2

# cell: the battery, charge in the unit of hardware/cell.py.
CAPACITY_PERMILLE, LEAK_PER_S, RESISTANCE_MOHM, BROWN_OUT_MV = range(4)

# clock: the node's own, and the run's seed and end. WATCH_TASK is whose polls they are; the ULP's
# last ULP_US at ULP_NA on top of sleep, 0 where the CPU wakes to poll.
DRIFT_PPM, FIRST_TICK, SEED, END_US, WATCH_TASK, ULP_US, ULP_NA = range(7)

# count: what came of it.
(
    WAKES,
    JOINS,
    JOINS_CACHED,
    JOINS_FAILED,
    SENDS,
    SENDS_ACKED,
    READINGS,
    POLLS,
) = range(8)
COUNTERS = 8
