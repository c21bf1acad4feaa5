"""ESP-NOW to a gateway, of a wake that tells: link.py of a node that has one in reach."""

# mypy: ignore-errors

import json

import config
import network
from espnow import ESPNow

NAMES = ("temperature", "humidity", "light", "battery")
CHANNELS = 11
READINGS = 4  # in a frame of 250 bytes


def send(readings, channel, watchdog):
    """Tell the gateway rows of channel, value and age in s; its channel, to begin with. OSError."""
    wlan = network.WLAN(network.STA_IF)
    radio = ESPNow()
    try:
        wlan.active(True)
        radio.active(True)
        radio.add_peer(config.GATEWAY)
        frames = [frame(readings[at : at + READINGS]) for at in range(0, len(readings), READINGS)]
        for number in (int(channel),) if channel else range(1, CHANNELS + 1):
            wlan.config(channel=number)
            watchdog.feed()
            if radio.send(config.GATEWAY, frames[0]):
                break
        else:
            raise OSError("no gateway")
        for some in frames[1:]:
            if not radio.send(config.GATEWAY, some):
                raise OSError("lost")
        return str(number).encode()
    finally:
        radio.active(False)
        wlan.active(False)


def frame(readings):
    """Some of them."""
    rows = [{"channel": NAMES[i], "value": value, "age_s": s} for i, value, s in readings]
    return json.dumps(rows)
