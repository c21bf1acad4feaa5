"""A sensor node: it sleeps, and wakes for its schedule or because its detector saw something."""

from torpor import node, record
from torpor.policy import cascade, sleep
from torpor.port import EVENT, FAULT, LOOK, PIN, WATCH, Port
from torpor.record import CASCADE, REST


def wake(r: list[int], port: Port, cause: int) -> int:
    """One wake: what is due is served; the ms to sleep, of kind r[SLEEP_KIND]."""
    now = port.ticks_ms()
    port.feed()
    elapsed_ms = node.begin(r, cause, now)
    if r[record.CRASHES] > node.CRASH_LIMIT:
        return node.safe(r, port)
    why = 0
    if r[CASCADE + cascade.STAGES]:
        cascade.elapse(r, CASCADE, elapsed_ms)
        sleep.woken(r, REST, now, cause == PIN)
        if cause == WATCH or cause == PIN:
            if detect(r, port):
                why = EVENT
                event(r, port, now)
        elif r[CASCADE + cascade.INTERVAL_MS]:
            listen(r, port)
    node.serve(r, port, why, now)
    ms = node.rest(r, port)
    if r[CASCADE + cascade.STAGES] and r[record.SLEEP_KIND] == sleep.DEEP:
        return linger(r, port, cause, ms)
    return ms


def linger(r: list[int], port: Port, cause: int, ms: int) -> int:
    """Before a deep sleep, sleep lightly for as long as another event is near; ms to sleep."""
    now = port.ticks_ms()
    if cause == PIN:
        sleep.happened(r, REST, now)
    lightly_ms = sleep.linger_ms(r, REST, now)
    if lightly_ms == 0 or lightly_ms >= ms:
        return ms
    r[record.SLEEP_KIND] = sleep.LIGHT
    return lightly_ms


def listen(r: list[int], port: Port) -> None:
    """Awake anyway: let stage 0 learn the noise floor."""
    port.account(r[record.WATCH_TASK], LOOK)
    score = port.look(0)
    if score != FAULT:
        cascade.learn(r, CASCADE, 0, score)


def detect(r: list[int], port: Port) -> bool:
    """Run the stages behind stage 0 until one rejects or all have passed."""
    port.account(r[record.WATCH_TASK], LOOK)
    asks = r[CASCADE + cascade.ASKS]
    stage = 1
    while stage < r[CASCADE + cascade.STAGES]:
        score = port.look(stage)
        if score == FAULT:
            r[record.FAULTS] += 1
            cascade.rejected(r, CASCADE)
            return False
        verdict = cascade.judge(r, CASCADE, stage, score)
        if verdict == cascade.PASS:
            stage += 1
        elif verdict == cascade.AGAIN and asks > 0:
            asks -= 1
        else:
            cascade.rejected(r, CASCADE)
            return False
    cascade.passed(r, CASCADE)
    return True


def event(r: list[int], port: Port, now: int) -> None:
    """Queue what the detector let pass, and ask for its delivery within the channel's limit."""
    channel = r[record.WATCH_CHANNEL]
    if channel < 0:
        return
    value = port.measure(channel)
    if value == FAULT:
        r[record.FAULTS] += 1
    else:
        node.tell(r, channel, value, now)
