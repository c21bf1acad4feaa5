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


if world.state["chip"] in ("esp32", "esp32s2", "esp32s3"):

    def wake_on_ulp(wake):
        if machine.armed:
            raise ValueError("no resources")  # ports/esp32/modesp32.c:143-147
        world.state["ulp"]["wakes"] = int(wake)

    class ULP:
        """Loads as ESP-IDF's ulp_load_binary() does, and keeps time; `world.ulp` is what runs.

        ESP-IDF 5.5.5, ulp_common.c:20-60 and ulp.c:77-166; an error of theirs is an OSError
        (ports/esp32/esp32_ulp.c).
        """

        RESERVE_MEM = 2040
        INVALID_ARG, INVALID_SIZE, NOT_SUPPORTED = 0x102, 0x104, 0x106  # ESP_ERR_...
        SLOW_HZ = {"esp32s2": 90000, "esp32s3": 136000}  # clk_tree_defs.h
        CYCLES = 0xFFFFFF  # of that, in the timers of these: more loses its upper bits

        def load_binary(self, load_addr, program_binary):
            if len(program_binary) < 12 or load_addr + len(program_binary) > self.RESERVE_MEM:
                raise OSError(self.INVALID_SIZE)
            magic, offset, text, data, bss = struct.unpack_from("<4s4H", program_binary)
            if magic != b"ulp\0":
                raise OSError(self.NOT_SUPPORTED)
            if offset + text + data != len(program_binary):
                raise OSError(self.INVALID_SIZE)
            memory, first, loaded = world.state["memory"], load_addr // 4, (text + data) // 4
            memory.extend([0] * (first + loaded + bss // 4 - len(memory)))
            for i in range(loaded + bss // 4):
                word = (0,)
                if i < loaded:
                    word = struct.unpack_from("<I", program_binary, offset + 4 * i)
                memory[first + i] = word[0]

        def set_wakeup_period(self, period_index, period_us):
            if period_index > 4:
                raise OSError(self.INVALID_ARG)
            if not 0 <= period_us < 1 << 31:
                raise OverflowError("overflow converting long int to machine word")
            hz = self.SLOW_HZ.get(world.state["chip"])
            if hz and period_us * hz // 1000000 > self.CYCLES:
                period_us = (period_us * hz // 1000000 & self.CYCLES) * 1000000 // hz
            world.state["ulp"]["period_us"] = period_us

        def run(self, entry_point):
            ulp = world.state["ulp"]
            ulp["entry"] = entry_point
            ulp["next_ms"] = world.now_ms() + ulp["period_us"] // 1000


class NVS:
    """Blobs by names of 15 characters (ports/esp32/esp32_nvs.c; ESP-IDF 5.5.5, nvs.h).

    An error has its code negated and its name (ports/esp32/mphalport.c:66-105). Beside its bytes a
    blob takes an entry of 32 for its head and one for its index; another value is written before
    the one of that name goes (nvs_storage.cpp:273-330, 475-495), and one page of 126 entries stays
    free (nvs_page.hpp:40, nvs_pagemanager.cpp:130-163).

    Whoever opens it takes two pieces of ESP-IDF's memory until a reset: there is no close(), nor a
    finaliser (esp32_nvs.c:47, 134-142; nvs_api.cpp:280-282, nvs_partition_manager.cpp:209-214).
    """

    opened = 0  # since the reset

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
        NVS.opened += 1
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
