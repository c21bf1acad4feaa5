"""What a sleep may be ended by, flash storage and the ULP."""

# mypy: ignore-errors

import struct

import machine
import pads
import world

if world.state["chip"] in ("esp32", "esp32s2", "esp32s3"):

    def wake_on_ext0(pin, level):
        machine.armed.clear()
        if pin is not None:
            if not pads.can("rtc", pin.number):
                raise ValueError("invalid pin")  # ports/esp32/modesp32.c:88
            machine.armed.update({"pin": pin.number, "level": int(level), "reason": world.EXT0})


def wake_on_gpio(pins, level):
    if world.state["ulp"].get("wakes"):
        raise ValueError("no resources")  # ports/esp32/modesp32.c:164
    machine.armed.clear()
    for pin in pins:
        machine.armed.update({"pin": pin.number, "level": int(level), "reason": world.GPIO})


def wake_on_ulp(wake):
    if machine.armed:
        raise ValueError("no resources")  # ports/esp32/modesp32.c:143-147
    world.state["ulp"]["wakes"] = int(wake)


class ULP:
    """Loads as ESP-IDF's ulp_load_binary() does; what runs is the test's to run."""

    RESERVE_MEM = 2040

    def load_binary(self, load_addr, program_binary):
        magic, offset, text, data, bss = struct.unpack_from("<4s4H", program_binary)
        if load_addr + len(program_binary) > self.RESERVE_MEM:
            raise OSError(0x104)  # ESP_ERR_INVALID_SIZE
        if magic != b"ulp\0" or offset + text + data != len(program_binary):
            raise OSError(0x106)  # ESP_ERR_NOT_SUPPORTED
        words = struct.unpack_from(f"<{(text + data) // 4}I", program_binary, offset)
        for i in range(len(words) + bss // 4):
            address = machine.SLOW_MEMORY + load_addr + 4 * i
            machine.mem32[address] = words[i] if i < len(words) else 0

    def set_wakeup_period(self, period_index, period_us):
        world.state["ulp"]["period_us"] = period_us

    def run(self, entry_point):
        world.state["ulp"]["entry"] = entry_point


class NVS:
    """Blobs by names of 15 characters (ports/esp32/esp32_nvs.c; ESP-IDF 5.5.5, nvs.h).

    An error has its code negated and its name (ports/esp32/mphalport.c:66-105). Beside its bytes a
    blob takes an entry of 32 for its head and one for its index; another value is written before
    the one of that name goes (nvs_storage.cpp:273-330, 475-495), and one page of 126 entries stays
    free (nvs_page.hpp:40, nvs_pagemanager.cpp:130-163).
    """

    READ = 128  # of what is longer only the length is kept: it is there to fill it
    ENTRY = 32
    ENTRIES = (24576 // 4096 - 1) * 126  # of the partition that MicroPython makes
    MOST = 15  # nvs.h, NVS_KEY_NAME_MAX_SIZE, less its end
    NOT_FOUND = (-0x1102, "ESP_ERR_NVS_NOT_FOUND")
    KEY_TOO_LONG = (-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG")
    INVALID_LENGTH = (-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
    NO_SPACE = (-0x1105, "ESP_ERR_NVS_NOT_ENOUGH_SPACE")  # nvs.h:29, 34

    def __init__(self, namespace):
        if len(namespace) > self.MOST:
            raise OSError(*self.KEY_TOO_LONG)
        self.namespace = namespace

    def get_blob(self, key, buffer):
        text = world.state["nvs"].get(self._name(key))
        if text is None:
            raise OSError(*self.NOT_FOUND)
        if isinstance(text, list):
            raise OSError(*self.NOT_FOUND)  # an integer of that name
        if isinstance(text, int):
            raise NotImplementedError("a blob of %d bytes" % text)
        data = bytes([ord(character) for character in text])
        if len(data) > len(buffer):
            raise OSError(*self.INVALID_LENGTH)
        buffer[: len(data)] = data
        return len(data)

    def set_blob(self, key, value):
        text = "".join(map(chr, value)) if len(value) <= self.READ else len(value)
        self._set(key, text)

    def get_i32(self, key):
        number = world.state["nvs"].get(self._name(key))
        if not isinstance(number, list):
            raise OSError(*self.NOT_FOUND)
        return number[0]

    def set_i32(self, key, value):
        self._set(key, [value])

    def _set(self, key, text):
        name, kept = self._name(key), world.state["nvs"]
        if kept.get(name) == text:
            return
        if sum(map(self._entries, kept.values())) + self._entries(text) > self.ENTRIES:
            raise OSError(*self.NO_SPACE)
        kept[name] = text

    def erase_key(self, key):
        if world.state["nvs"].pop(self._name(key), None) is None:
            raise OSError(*self.NOT_FOUND)

    def commit(self):
        world.state["nvs_commits"] += 1
        world.keep()

    def _entries(self, text):
        if isinstance(text, list):
            return 1
        size = text if isinstance(text, int) else len(text)
        return 2 + (size + self.ENTRY - 1) // self.ENTRY

    def _name(self, key):
        if len(key) > self.MOST:
            raise OSError(*self.KEY_TOO_LONG)
        return self.namespace + "." + key
