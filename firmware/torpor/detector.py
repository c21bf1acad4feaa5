"""A sensor's detector: what woke the node is judged, and told where it passes."""

from torpor import node, record
from torpor.policy import cascade, report, schedule, sleep
from torpor.port import EVENT, FAULT, LOOK, PIN, WATCH, Port
from torpor.record import CASCADE, REPORT, REST


def woken(r: list[int], port: Port, cause: int, now: int, elapsed_ms: int) -> int:
    """Begin a wake; EVENT where something is to be told of, else 0."""
    cascade.elapse(r, CASCADE, elapsed_ms)
    sleep.woken(r, REST, now, cause == PIN)
    if cause == WATCH or cause == PIN:
        if detect(r, port, now):
            event(r, port, now)
            return EVENT
    elif r[CASCADE + cascade.LASTS] == cascade.ON:
        event(r, port, now)  # the pin may have come to rest in a start or a crash, unseen
    elif cascade.lasts_ms(r, CASCADE, 1, now, r[record.SCHEDULE + schedule.START_MS]) == 0:
        r[CASCADE + cascade.LASTS] = cascade.OVER
        node.tell(r, r[record.WATCH_CHANNEL], 0, now)
        return EVENT
    return 0


def linger(r: list[int], port: Port, cause: int, ms: int) -> int:
    """Before a deep sleep, sleep lightly for as long as another event is near; ms to sleep."""
    now = port.ticks_ms()
    if cause == PIN:
        sleep.happened(r, REST, now)
    lightly_ms = sleep.linger_ms(r, REST, now)
    if lightly_ms == 0:
        return ms
    r[record.SLEEP_KIND] = sleep.LIGHT
    return lightly_ms if lightly_ms < ms else ms


def detect(r: list[int], port: Port, now: int) -> bool:
    """Run the stages behind stage 0 until one rejects or all have passed."""
    port.account(r[record.WATCH_TASK], LOOK)
    loud = port.look(0) if r[CASCADE + cascade.INTERVAL_MS] else 0
    asks = r[CASCADE + cascade.ASKS]
    stage = 1
    while stage < r[CASCADE + cascade.STAGES]:
        score = port.look(stage)
        if score == FAULT:
            r[record.FAULTS] += 1
            reject(r, now)
            return False
        verdict = cascade.judge(r, CASCADE, stage, score)
        if verdict == cascade.PASS:
            stage += 1
        elif verdict == cascade.AGAIN and asks > 0:
            asks -= 1
        else:
            reject(r, now)
            return False
    if cascade.passed(r, CASCADE, loud if loud != FAULT else 0):
        saves(r, now)
    return True


def reject(r: list[int], now: int) -> None:
    """A false wake."""
    if cascade.rejected(r, CASCADE):
        saves(r, now)


def saves(r: list[int], now: int) -> None:
    """A purse is empty, which is told with the next message."""
    if r[record.WATCH_CHANNEL] >= 0:
        report.queue(r, REPORT, r[record.WATCH_CHANNEL], cascade.SPENT, now)


def event(r: list[int], port: Port, now: int) -> None:
    """Queue what the detector let pass, and ask for its delivery within the channel's limit."""
    channel = r[record.WATCH_CHANNEL]
    if channel < 0:
        return
    value = port.measure(channel)
    if value == FAULT:
        r[record.FAULTS] += 1
    elif r[CASCADE + cascade.HOLD_MS] == 0:
        node.tell(r, channel, value, now)
    elif cascade.begins(r, CASCADE, value, now):
        node.tell(r, channel, 1, now)
