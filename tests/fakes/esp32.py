"""What a sleep may be ended by, flash storage, and the pulse counter."""

# mypy: ignore-errors

import errno

import machine
import world


def wake_on_ext0(pin, level):
    machine.armed.clear()
    if pin is not None:
        machine.armed.update({"pin": pin.number, "level": int(level), "reason": world.EXT0})


def wake_on_gpio(pins, level):
    machine.armed.clear()
    for pin in pins:
        machine.armed.update({"pin": pin.number, "level": int(level), "reason": world.GPIO})


class PCNT:
    INCREMENT = 1

    def __init__(self, unit, pin, rising, max):
        self.max = max

    def start(self):
        pass

    def value(self, value=None):
        count = world.state["pulses"] % self.max
        if value == 0:
            world.state["pulses"] = 0
        return count


class NVS:
    def __init__(self, namespace):
        self.namespace = namespace

    def get_blob(self, key, buffer):
        text = world.state["nvs"].get(self.namespace + "." + key)
        if text is None:
            raise OSError(errno.ENOENT)
        data = text.encode()
        buffer[: len(data)] = data
        return len(data)

    def set_blob(self, key, value):
        world.state["nvs"][self.namespace + "." + key] = value.decode()

    def erase_key(self, key):
        if world.state["nvs"].pop(self.namespace + "." + key, None) is None:
            raise OSError(errno.ENOENT)

    def commit(self):
        world.state["nvs_commits"] += 1
