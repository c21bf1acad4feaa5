"""The report against a plain list, the retained record against damage, the detector's ceiling."""

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT
from torpor import record, retain
from torpor.policy import cascade, report

READING = st.integers(-(1 << 29), (1 << 29) - 1)
STEP = st.one_of(
    st.tuples(st.sampled_from(["offer", "late"]), st.integers(0, 3), READING | st.integers(-9, 9)),
    st.tuples(st.just("tell"), st.integers(0, 3), READING),
    st.tuples(st.just("forget"), st.integers(0, report.CAPACITY), st.just(0)),
    st.tuples(st.just("heartbeat"), st.just(0), st.just(0)),
)


@given(st.lists(STEP, max_size=200), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_the_queue_is_in_order_and_loses_only_when_full(
    steps: list[tuple[str, int, int]], deltas: list[int]
) -> None:
    r = [0] * (AT + report.SIZE)
    r[AT + report.CHANNELS] = 4
    for channel, delta in enumerate(deltas):
        r[AT + report.HEAD + channel * report.ROW + report.DELTA] = delta
    queue: list[tuple[int, int, int]] = []
    last: dict[int, int] = {}
    newest: dict[int, tuple[int, int]] = {}
    read: set[int] = set()  # channels that a heartbeat tells of
    dropped = 0
    for now, (what, a, b) in enumerate(steps):
        news = []
        if what == "forget":
            a = min(a, len(queue))
            report.forget(r, AT, a)
            del queue[:a]
        elif what == "heartbeat":
            report.heartbeat(r, AT)
            told = [(c, *newest[c]) for c in sorted(read)]
            waiting = {c: value for c, value, _ in queue}
            last |= {c: value for c, value, _ in told if waiting.get(c) == value}
            news = [one for one in told if waiting.get(one[0]) != one[1]]
            del news[report.CAPACITY - len(queue) :]
        else:
            newest[a] = (b, now)
            if what == "tell":
                report.queue(r, AT, a, b, now)
                news = [(a, b, now)]
            else:
                quiet = a in read and abs(b - last[a]) < deltas[a]
                read.add(a)
                late = int(what == "late")
                assert (report.offer(r, AT, a, b, now, late) == report.QUIET) == quiet
                news = [] if quiet else [(a, b, now)]
                if quiet and late and len(queue) < report.RIDERS:
                    queue.append((a, b, now))
        for reading in news:
            queue.append(reading)
            last[reading[0]] = reading[1]
        dropped += max(0, len(queue) - report.CAPACITY)
        del queue[: max(0, len(queue) - report.CAPACITY)]
        cells = r[AT + report.QUEUE : AT + report.QUEUE + 3 * len(queue)]
        assert r[AT + report.QUEUED] == len(queue)
        assert [tuple(cells[i : i + 3]) for i in range(0, len(cells), 3)] == queue
        assert r[AT + report.DROPPED] == dropped


RECORD = st.lists(
    st.integers(-(1 << 31), (1 << 31) - 1), min_size=record.SIZE, max_size=record.SIZE
)
FINGERPRINT = st.integers(1, 0xFFFFFFFF)


@given(RECORD, FINGERPRINT)
def test_every_record_comes_back(r: list[int], fingerprint: int) -> None:
    back = [0] * record.SIZE
    assert retain.unpack(retain.pack(r, fingerprint), back, fingerprint) == retain.OK
    assert back == r


@given(RECORD, FINGERPRINT, st.data())
def test_a_flipped_bit_or_a_cut_is_refused(
    r: list[int], fingerprint: int, data: st.DataObject
) -> None:
    kept = bytearray(retain.pack(r, fingerprint))
    back = [7] * record.SIZE
    cut = data.draw(st.integers(0, len(kept) - 1))
    assert retain.unpack(bytes(kept[:cut]), back, fingerprint) != retain.OK
    bit = data.draw(st.integers(0, 8 * len(kept) - 1))
    kept[bit // 8] ^= 1 << bit % 8
    assert retain.unpack(bytes(kept), back, fingerprint) != retain.OK
    assert retain.unpack(bytes(kept), back, 0) != retain.OK
    assert back == [7] * record.SIZE


@given(st.binary(max_size=2048))
def test_whatever_the_memory_holds_is_refused(data: bytes) -> None:
    back = [7] * record.SIZE
    assert retain.unpack(data, back, 0) != retain.OK
    assert back == [7] * record.SIZE


@given(
    st.integers(1, 10_000),
    st.sampled_from([0, 10, 500, 10_000]),
    st.lists(st.tuples(st.booleans(), st.integers(0, 2**29)), max_size=60),
    st.integers(0, 65_535),
)
def test_the_margin_stays_between_its_own_and_what_is_heard(
    per_day: int, events: int, wakes: list[tuple[bool, int]], heard: int
) -> None:
    """Whenever the noise comes and however long it lasts: never deaf, and never below.

    A quarter of what is heard for false wakes, that for events.
    """
    r = [0] * (AT + cascade.SIZE)
    r[AT + cascade.FALSE_PER_DAY] = per_day
    r[AT + cascade.EVENTS_PER_DAY] = events
    r[AT + cascade.HEAD + cascade.MARGIN] = 300
    cascade.start(r, AT)
    cascade.passed(r, AT, heard)
    for false, ms in wakes:
        cascade.elapse(r, AT, ms)
        if false:
            cascade.rejected(r, AT)
        else:
            cascade.passed(r, AT, heard)
        most = heard if events else heard // 4
        assert 300 <= cascade.margin(r, AT) <= max(300, most)
