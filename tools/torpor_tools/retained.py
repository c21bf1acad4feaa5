"""What a broker retains, replaced: by Eclipse Paho's client, and read back."""

import queue
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_sim.errors import BadInput
from torpor_tools.provision.way import Broker

ANSWER_S = 5.0  # a broker's
QUIET_S = 1.0  # without another retained message: there is none
Answers = queue.Queue[Any]  # None: the broker hung up


def replace(broker: Broker, filters: Collection[str], messages: Mapping[str, str]) -> list[str]:
    """Have a broker retain messages, by topic and in this order, and else nothing filters match.

    The topics of what it retained besides; an empty message takes one back. BadInput where it is
    not there, lets nobody in by that name, or does not hand on what it was sent.
    """
    where = broker.where
    with _session(broker) as (client, answers, seen):
        client.subscribe([(wanted, 1) for wanted in filters])
        _subscribed(answers, where)
        # amqtt 0.12.1 sends whatever it retains
        before = {topic for topic in _until_quiet(seen, where) if _matches(topic, filters)}
        stale = sorted(before - messages.keys())
        for topic in (*stale, *messages):
            client.publish(topic, messages.get(topic, ""), qos=1, retain=True)
        # PUBACK says nothing: MQTT 3.1.1 has none for a topic that a user may not write to
        missing = {*stale, *messages}
        until = time.monotonic() + ANSWER_S
        while missing and (left_s := until - time.monotonic()) > 0:
            missing -= {_within(seen, left_s, where)}
    if missing:
        what = f"does not hand on what was sent to it: {min(missing)}"
        remedy = "let the user of [broker] write there, and read"
        raise BadInput(what, where=where, remedy=remedy)
    return stale


def _matches(topic: str, filters: Collection[str]) -> bool:
    return any(mqtt.topic_matches_sub(wanted, topic) for wanted in filters)


def _until_quiet(seen: Answers, where: str) -> Iterator[str]:
    while topic := _within(seen, QUIET_S, where):
        yield topic


def _within(seen: Answers, wait_s: float, where: str) -> str:
    """The next topic, or nothing where none comes in time."""
    try:
        topic = seen.get(timeout=wait_s)
    except queue.Empty:
        return ""
    if topic is None:
        raise _gone(where)
    return str(topic)


def _gone(where: str) -> BadInput:
    return BadInput("the broker answers no more", where=where, remedy="run this again")


@contextmanager
def _session(broker: Broker) -> Iterator[tuple[mqtt.Client, Answers, Answers]]:
    """A session with a broker, what it answers, and the topics on which something arrives.

    It ends when the broker hangs up: a new one would have no subscriptions.
    """
    where = broker.where
    client = mqtt.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.connect_timeout = ANSWER_S
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    answers: Answers = queue.Queue()
    seen: Answers = queue.Queue()
    client.on_connect = lambda _client, _user, _flags, code, _properties: answers.put([code])
    client.on_subscribe = lambda _client, _user, _id, codes, _properties: answers.put(codes)
    client.on_message = lambda _client, _user, message: seen.put(message.topic)

    def ended(*_: object) -> None:
        for waited in (answers, seen):
            waited.put(None)

    client.on_disconnect = ended
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or error
        remedy = "start it, or mend host and port in [broker]"
        raise BadInput(f"no broker ({why})", where=where, remedy=remedy) from None
    client.loop_start()
    try:
        _admitted(answers, where)
        yield client, answers, seen
    finally:
        client.disconnect()
        client.loop_stop()


def _admitted(answers: Answers, where: str) -> None:
    code = _answer(answers)
    if not code:
        remedy = "is it an MQTT broker, and without TLS?"
        raise BadInput("nothing answers as a broker does", where=where, remedy=remedy)
    if code[0].is_failure:
        what = f"the broker refuses: {str(code[0]).lower()}"
        raise BadInput(what, where=where, remedy="mend user and password in [broker]")


def _subscribed(answers: Answers, where: str) -> None:
    codes = _answer(answers)
    if not codes:
        raise _gone(where)
    if any(code.is_failure for code in codes):
        what = "the broker lets nobody read below the prefix"
        raise BadInput(what, where=where, remedy="let the user of [broker] read there, and write")


def _answer(answers: Answers) -> Any:
    """The codes of the next answer, or nothing: there is none in time, or never will be."""
    try:
        return answers.get(timeout=ANSWER_S)
    except queue.Empty:
        return None
