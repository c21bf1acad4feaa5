"""Wi-Fi and MQTT of a wake that tells: nothing of it is loaded in any other."""

# mypy: ignore-errors

import json
import time

import config
import network
from umqtt.simple import MQTTClient

NAMES = ("temperature", "humidity", "light", "battery")
JOIN_MS = 10000
TIMEOUT_S = 5


def send(readings, lease, watchdog):
    """Publish rows of channel, value and age in s; the addresses, for the next time. OSError."""
    wlan = network.WLAN(network.STA_IF)
    try:
        join(wlan, lease)
        watchdog.feed()
        client = MQTTClient(
            config.CLIENT,
            config.BROKER,
            port=config.PORT,
            user=config.USER,
            password=config.SECRET,
            keepalive=60,
        )
        client.connect(timeout=TIMEOUT_S)
        message = [{"channel": NAMES[i], "value": value, "age_s": s} for i, value, s in readings]
        client.publish(config.TOPIC, json.dumps(message), qos=1)
        client.disconnect()
        return " ".join(wlan.ifconfig()).encode()
    finally:
        wlan.active(False)


def join(wlan, lease):
    """With the addresses of the last time, where there are any. OSError."""
    wlan.active(True)
    if lease:
        wlan.ifconfig(tuple(lease.split()))
    wlan.connect(config.SSID, config.PASSWORD)
    started = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), started) > JOIN_MS:
            raise OSError("no network")
        time.sleep_ms(10)
