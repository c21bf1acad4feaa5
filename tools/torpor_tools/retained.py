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
Topics = queue.Queue[str]


def replace(broker: Broker, filters: Collection[str], messages: Mapping[str, str]) -> list[str]:
    """Have a broker retain messages, by topic, and nothing else that the filters match.

    The topics of what it retained besides; an empty message takes one back. BadInput where it is
    not there, lets nobody in by that name, or does not hand on what it was sent.
    """
    with _session(broker) as (client, seen):
        for wanted in filters:
            client.subscribe(wanted, qos=1)
        # amqtt 0.12.1 sends whatever it retains
        before = {topic for topic in _until_quiet(seen) if _matches(topic, filters)}
        stale = sorted(before - messages.keys())
        missing = {*messages, *stale}
        for topic in missing:
            client.publish(topic, messages.get(topic, ""), qos=1, retain=True)
        # PUBACK says nothing: MQTT 3.1.1 has none for a topic that a user may not write to
        until = time.monotonic() + ANSWER_S
        while missing and (left_s := until - time.monotonic()) > 0:
            missing -= set(_within(seen, left_s))
    if missing:
        what = f"does not hand on what was sent to it: {min(missing)}"
        remedy = "let the user of [broker] write there, and read"
        raise BadInput(what, where=_named(broker), remedy=remedy)
    return stale


def _matches(topic: str, filters: Collection[str]) -> bool:
    return any(mqtt.topic_matches_sub(wanted, topic) for wanted in filters)


def _until_quiet(seen: Topics) -> Iterator[str]:
    while topic := _within(seen, QUIET_S):
        yield from topic


def _within(seen: Topics, wait_s: float) -> list[str]:
    """The next topic, if one comes in time."""
    try:
        return [seen.get(timeout=wait_s)]
    except queue.Empty:
        return []


@contextmanager
def _session(broker: Broker) -> Iterator[tuple[mqtt.Client, Topics]]:
    """A session with a broker, and the topics on which something arrives."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect_timeout = ANSWER_S
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    seen: Topics = queue.Queue()
    answers: queue.Queue[Any] = queue.Queue()
    client.on_message = lambda _client, _user, message: seen.put(message.topic)
    client.on_connect = lambda _client, _user, _flags, code, _properties: answers.put(code)
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror
        remedy = "start it, or mend host and port in [broker]"
        raise BadInput(f"no broker ({why})", where=_named(broker), remedy=remedy) from None
    client.loop_start()
    try:
        _admitted(answers, _named(broker))
        yield client, seen
    finally:
        client.disconnect()
        client.loop_stop()


def _admitted(answers: queue.Queue[Any], where: str) -> None:
    try:
        code = answers.get(timeout=ANSWER_S)
    except queue.Empty:
        remedy = "is it an MQTT broker, and without TLS?"
        raise BadInput("nothing answers as a broker does", where=where, remedy=remedy) from None
    if code.is_failure:
        what = f"the broker refuses: {str(code).lower()}"
        raise BadInput(what, where=where, remedy="mend user and password in [broker]")


def _named(broker: Broker) -> str:
    return f"{broker.host}:{broker.port}"
