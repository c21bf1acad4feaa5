"""What a run is given and what it fills: flat lists of ints, and which cell of which means what.

host_sim/sim/build.py makes them of a scenario. Lists and ints alone run in CPython and compiled
alike.
"""

from dataclasses import dataclass, field

from host_sim.engine.ether import Ether
from host_sim.engine.hearing import Hearing
from host_sim.hardware.states import PHASES

# timing: durations, µs; the board's phases by name. That of the scan is of all its channels.
TIMING = PHASES
(
    BOOT_US,
    WAKE_CPU_US,
    LINK_US,
    LIGHT_EXIT_US,
    SCAN_US,
    ASSOCIATE_US,
    ADDRESS_US,
    ADDRESS_CACHED_US,
    CONNECT_US,
    MESSAGE_US,
    MEASURE_US,
    NO_AP_US,
    ESPNOW_US,
    GREET_US,
    RELAY_US,
) = range(len(TIMING))

# radio: the link's plain numbers; LOST_65536 is the chance that a disturbed channel loses a
# question or its answer, all repeats included; GATEWAY_CHANNEL is that of a gateway by ESP-NOW, or
# 0 where the node goes by Wi-Fi.
AP_QDBM, SENSITIVITY_QDBM, LOST_65536, GATEWAY_CHANNEL = range(4)

# lost_65536: chance that the first 1 … TRIES attempts of a frame are all lost; so many cells for
# each quarter-dB of margin over sensitivity, from PER_FIRST_QDB on, the first of which loses all;
# and so many margins for each hour of `channel`.
PER_FIRST_QDB = -80
MARGINS = 240

# air_time: what the first 0 … TRIES attempts of a frame take: µs, and ns a byte of it.
# channel: a row for all hours, or one for each of the day: µs that others' frames keep one waiting,
# and the chance that the channel is disturbed.
CHANNEL_HOUR = 2

# channels: what a channel reads, a row each: source, step_us, first cell in `series`, cells; how
# long a reading takes, µs, 0 as the board has it or as it is replayed; what its sensor draws beside
# the board, nA: such a reading has its own length.
SERIES, BATTERY, SOUND, PIN_LEVEL, OUTPUT = range(5)
CHANNEL_ROW = 6

# replay: what is drawn from recordings, a row each: first cell in `replay_us` and `replay_na`, and
# cells. Rows stand in the order of TIMING, then of the states that last as the node decides.
REPLAY_ROW = 2

# clock: the node's own, and the run's seed and end.
DRIFT_PPM, FIRST_TICK, SEED, END_US = range(4)

# watch: whose polls they are; of a look by the ULP its length (µs) and its current on top of sleep
# (nA), 0 where the CPU wakes to poll; the channel that events are told on, or NONE; and the time
# from an event to the first tick of the wake that it causes (ms).
WATCH_TASK, ULP_US, ULP_NA, WATCH_CHANNEL, EVENT_MS = range(5)

# monitor: what the ULP reads through deep sleep: from one reading to the next, µs; then a row a
# task: its index, how long a reading takes (µs), and its current on top of sleep (nA).
MONITOR_ROW = 3

# marks: of a channel, what the ULP wakes for in the next sleep, and whether it read it in the last.
LOOKS, LOW, HIGH, READ = range(4)
MARK_ROW = 4

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
    FLASH_WRITES,
    OFF_US,  # without supply
    GAINED,  # harvested into the store, 1,024 fC
    LEAKED,  # out of a store that is harvested into, 1,024 fC
    FORGOTTEN,  # readings that were lost by when a store ran dry
    FORGOTTEN_WAKES,  # and false wakes of the detector
) = range(14)
COUNTERS = 14


@dataclass
class Parts:
    """One node's world. The port keeps these lists: the first four, drawn and late are its results.

    us          ledger, µs by (task * DECISIONS + decision) * STATES + state (ledger.py)
    times       how often each cell of the ledger was booked to
    extra       charge beyond the board's currents by the ledger's cell, 1,024 fC
    count       counters
    current_na  current by state, nA
    timing      durations, µs
    radio       the link's plain numbers
    lost_65536  loss of a frame by hour, margin and attempts
    air_time    of a frame's attempts
    channel     how busy and how disturbed it is, by hour
    levels      transmit level by quarter-dBm asked for
    rssi        what the node hears of the access point, dBm, a cell a minute, repeating
    series      cells of all recorded and modelled sensors, one behind the other
    channels    what each channel reads
    event_*     the world's events, columns of events.ordered()
    look_us     duration of a look, by detector stage
    hearing     what the detector hears
    battery     open-circuit mV by state of charge, 0 … 1,000 permille
    capacity_permille, air, leak_per_s, leaked, dead: as host_sim/sim/battery.py has them
    harvest     what a charger gives its store, nW by the minute, repeating; empty: there is none
    stored      what that store holds at the start, 1,024 fC
    off         by index of the air: the permille at or under which it switches the node off
    restart_permille  and the one at which it switches it on again
    replay      what is drawn from recordings
    replay_us   recorded durations, µs
    replay_na   and mean currents, nA
    drawn       how often each was drawn
    late        how late alarms came (alarm.py)
    clock       the node's clock, and the seed
    watch       the detector's numbers
    monitor     what the ULP reads through deep sleep
    ether       the channel, and who shares it
    index       the node's number there
    fresh       the record that a node begins with
    """

    us: list[int]
    times: list[int]
    extra: list[int]
    count: list[int]
    current_na: list[int]
    timing: list[int]
    radio: list[int]
    lost_65536: list[int]
    air_time: list[int]
    channel: list[int]
    levels: list[int]
    rssi: list[int]
    series: list[int]
    channels: list[int]
    event_us: list[int]
    event_kind: list[int]
    event_value: list[int]
    look_us: list[int]
    hearing: Hearing
    battery: list[int]
    capacity_permille: int
    air: list[int]
    leak_per_s: list[int]
    leaked: list[int]
    dead: list[int]
    harvest: list[int]
    stored: int
    off: list[int]
    restart_permille: int
    replay: list[int]
    replay_us: list[int]
    replay_na: list[int]
    drawn: list[int]
    late: list[int]
    clock: list[int]
    watch: list[int]
    monitor: list[int]
    ether: Ether
    index: int = 0
    fresh: list[int] = field(default_factory=list)
