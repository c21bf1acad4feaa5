"""A switch node: relay, button, command."""

from tests.policy.handport import HOUR_MS, detecting, start
from torpor import record, switch
from torpor.policy import sleep
from torpor.policy.ticks import add
from torpor.port import EVENT, HEARTBEAT, PIN, TIMER


def plug(watch_channel=1):
    return start(
        kind="switch",
        watch_channel=watch_channel,
        cascade=detecting(1, interval_ms=0),
        sleep={
            "light_ms": 5,
            "deep_ms": 3000,
            "deepest": 0,
            "associated": 1,
            "lingers": 0,
            "start_ms": 9,
        },
    )


def test_a_button_turns_the_relay_and_tells():
    r, port = plug()
    for value in (1, 0, 1):
        port.calls = []
        switch.wake(r, port, PIN)
        assert ("actuate", 0, value) in port.calls
        press = port.calls.index(("account", 1, EVENT))  # which pays for what it sets off
        assert press < port.calls.index(("actuate", 0, value))
        assert ("watch", 0, 100, 0) in port.calls
        assert port.did("send") == [([(1, value), (0, 0)],)]


def test_a_command_is_obeyed_not_toggled():
    r, port = plug()
    for value in (1, 1, 0):
        port.commanded = value
        switch.wake(r, port, PIN)
        assert port.did("actuate") == [(0, value)]


def test_the_relay_may_be_the_first_channel():
    r, port = plug(watch_channel=0)
    switch.wake(r, port, PIN)
    assert port.did("send") == [([(0, 1)],)]


def test_a_switch_whose_time_it_is_delivers_a_heartbeat():
    r, port = plug()
    port.clock = add(port.clock, HOUR_MS)
    switch.wake(r, port, TIMER)
    assert (1, HEARTBEAT) in port.did("account")


def test_a_switch_stays_associated():
    r, port = plug()
    port.clock = add(port.clock, HOUR_MS)
    switch.wake(r, port, TIMER)
    assert r[record.SLEEP_KIND] == sleep.MODEM
    assert port.did("leave") == []
