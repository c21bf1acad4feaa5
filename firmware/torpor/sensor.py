"""A sensor node: it sleeps, and wakes for its schedule or because its detector saw something."""

from torpor import node, record
from torpor.policy import cascade
from torpor.port import EVENT, FAULT, LOOK, PIN, WATCH, Port
from torpor.record import CASCADE


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
        if cause == WATCH or cause == PIN:
            if detect(r, port):
                why = EVENT
                event(r, port, now)
        elif r[CASCADE + cascade.INTERVAL_MS]:
            listen(r, port)
    node.serve(r, port, why, now)
    return node.rest(r, port)


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
