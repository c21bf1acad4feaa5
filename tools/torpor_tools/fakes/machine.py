"""A chip: pins, ADC, I2C, RTC memory, watchdog and sleep."""

# mypy: ignore-errors

import errno
import sys
from binascii import unhexlify

import network
import pads
import world

PWRON_RESET = world.PWRON
HARD_RESET = world.HARD
WDT_RESET = world.WDT
DEEPSLEEP_RESET = world.DEEPSLEEP
SOFT_RESET = world.SOFT
EXT0_WAKE = PIN_WAKE = world.EXT0
EXT1_WAKE = world.EXT1
TIMER_WAKE = world.TIMER
ULP_WAKE = world.ULP

RTC_BYTES = 2048
SLOW_MEMORY = 0x50000000  # of the RTC, where the ULP's program lies
LONGEST_MS = 0x7FFFFFFF  # 24.8 days

armed = {}  # "pin" and "level" that end a sleep, and the "reason" they give; esp32.py sets it


class Pin:
    """As ports/esp32/machine_pin.c has it: what a pad cannot is refused, or without effect.

    A held pad keeps to what it was when it was held, in spite of every call and every reset but a
    power-on (ESP-IDF 5.5.5, driver/gpio.h:382-393); hold=True lets go of it first (:255-262).
    """

    IN = 1
    OUT = 3
    PULL_DOWN = 1
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, *, value=None, hold=None):
        if not pads.can("there", number):
            raise ValueError("invalid pin")  # :122
        self.number = number
        fresh = {"out": 0, "drives": 0, "held": 0, "pull": 0, "rtc": 0}
        pad = world.state["pads"].setdefault(str(number), fresh)
        if value is not None:
            pad["out"] = int(bool(value))  # :214, before the direction
        if mode == self.OUT and pads.can("only_read", number):
            raise ValueError("pin can only be input")  # :231
        if mode != -1:
            pad["drives"] = int(mode == self.OUT)
            pad["rtc"] = 0  # :181-187
        self.floats = pads.can("only_read", number) and pull in (self.PULL_DOWN, self.PULL_UP)
        if pull != -1 and not pads.can("only_read", number):
            pad["pull"] = pull or 0  # :238-252
        if hold is not None and not pads.can("only_read", number):
            pad["held"] = 0
            world.drive(number)
            pad["held"] = int(bool(hold))
        world.drive(number)

    def value(self, level=None):
        if level is None:
            if world.state["pads"][str(self.number)]["rtc"]:
                return 0  # the RTC has it (ESP-IDF 5.5.5, docs, sleep_modes.rst:217)
            if self.floats and str(self.number) not in world.state["pins"]:
                # ESP-IDF 5.5.5, docs, peripherals/gpio/esp32.inc:200, esp32s2.inc:245
                raise NotImplementedError("a level that no pull gives a pad which has none")
            return world.pin(self.number)
        world.state["pads"][str(self.number)]["out"] = int(bool(level))
        world.drive(self.number)


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, *, atten=ATTN_11DB):
        if not pads.can("adc", pin.number):
            raise ValueError("invalid pin")  # ports/esp32/machine_adc.c:165-173
        self.pin = pin.number
        self.at = 0

    def read_uv(self):
        """Of a whole number of mV (ports/esp32/adc.c:71)."""
        return self._uv() // 1000 * 1000

    def _uv(self):
        if pads.can("radio", self.pin) and network.radio.active():
            raise OSError(errno.ETIMEDOUT, "ESP_ERR_TIMEOUT")  # esp_adc/adc_oneshot.c:218-220
        answer = world.state["adc"][str(self.pin)]
        if isinstance(answer, list):
            self.at += 1
            answer = answer[(self.at - 1) % len(answer)]
        if not world.clock:
            world.skip(1)  # so that a loop over time ends
        return answer

    def read_u16(self):
        """Of the converter's steps (ports/esp32/machine_adc.c:242-248)."""
        bits = 13 if world.state["chip"] == "esp32s2" else 12
        raw = min(self._uv() * (1 << bits) // 3300000, (1 << bits) - 1)
        return raw << 16 - bits | raw >> 2 * bits - 16


# soc_caps.h: SOC_HP_I2C_NUM, and SOC_LP_I2C_NUM, whose bus has the next number (hal/i2c_types.h).
I2C_BUSES = {"esp32": 2, "esp32s2": 2, "esp32s3": 2, "esp32c3": 1, "esp32c5": 2, "esp32c6": 2}
LOW_POWER_BUSES = {"esp32c5": 1, "esp32c6": 1}


class I2C:
    """There is one of each number: who asks for it anew moves it to other pins, for all its users.

    ports/esp32/machine_i2c.c:324-354. It takes no pad from the RTC: that is up to Pin and its mode
    (ESP-IDF 5.5.5, esp_driver_i2c/i2c_common.c:319-363, where nothing asks the RTC for one). What
    the chip then reads of the lines is low, so that the bus is never free.
    """

    pins = {}  # of each number

    def __init__(self, number, *, sda, scl, freq=400000, timeout=50000):
        if not 0 <= number < I2C_BUSES[world.state["chip"]]:
            raise ValueError("I2C(%d) doesn't exist" % number)
        if pads.can("only_read", sda.number) or pads.can("only_read", scl.number):
            reset()  # machine_i2c.c:81 aborts (ESP-IDF 5.5.5, esp_driver_i2c/i2c_common.c:335)
        if number == LOW_POWER_BUSES.get(world.state["chip"]):
            reset()  # as there: it has no clock of the others (i2c_master.c:1076-1089)
        self.number = number
        self.pins[number] = "%d,%d" % (sda.number, scl.number)

    def writeto(self, address, data):
        self._answer(address)

    def readfrom(self, address, count):
        return self._answer(address)[:count]

    def writeto_mem(self, address, register, data):
        self._answer(address)

    def readfrom_mem(self, address, register, count):
        return self._answer(address)[:count]  # the same of each register

    def _answer(self, address):
        while world.state["hangs"]:
            world.advance(1000)
        for number in self.pins[self.number].split(","):
            if world.state["pads"][number]["rtc"]:
                raise OSError(errno.ETIMEDOUT)
        here = world.state["i2c"]
        answer = here.get("%d@%s" % (address, self.pins[self.number]), here.get(str(address)))
        if answer is None:
            raise OSError(errno.ENODEV)
        return unhexlify(answer)


class SoftI2C(I2C):
    """By the CPU: a bus of its own for each two pins."""

    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self.number = "%d,%d" % (sda.number, scl.number)
        self.pins[self.number] = self.number


if world.state["chip"] != "esp32c3":  # soc_caps.h, SOC_PCNT_SUPPORTED; modules/machine.py:19

    class Counter:
        """As ports/esp32/modules/machine.py extends the unit's 16 bits; one pin a unit."""

        pins = {}  # of each unit

        def __init__(self, unit, pin):
            if not 0 <= unit < (8 if world.state["chip"] == "esp32" else 4):
                raise ValueError("invalid id")  # ports/esp32/esp32_pcnt.c:250
            self.unit = unit
            self.pins[unit] = str(pin.number)

        def value(self, value):
            pulses = world.state["pulses"]
            count = pulses.get(self.pins[self.unit], 0)
            pulses[self.pins[self.unit]] = value
            return count


class Memory:
    """Words of the RTC's slow memory, by address; an IndexError where nothing was loaded."""

    def __getitem__(self, address):
        return world.state["memory"][(address - SLOW_MEMORY) // 4]

    def __setitem__(self, address, value):
        world.state["memory"][(address - SLOW_MEMORY) // 4] = value


mem32 = Memory()


class RTC:
    def datetime(self, to=None):
        from time import real  # MicroPython's calendar: there is none of its in CPython

        if to is None:
            ms = world.clock_now_ms()
            year, month, day, hour, minute, second, weekday = real.gmtime(ms // 1000)[:7]
            return year, month, day, weekday, hour, minute, second, ms % 1000 * 1000
        year, month, day, _, hour, minute, second, us = to
        # mktime() heeds the host's time zone, and summer time as on that day.
        seconds = real.mktime((year, month, day, hour, minute, second, 0, 0, 0))
        seconds += seconds - real.mktime(real.gmtime(seconds))
        world.state["clock_ms"] = seconds * 1000 + us // 1000 - world.now_ms()
        world.keep()

    def memory(self, data=None):
        if data is None:
            return world.held(world.state)
        if len(data) > RTC_BYTES:
            raise ValueError("buffer too long")
        world.hold(world.state, data)
        world.keep()


class WDT:
    def __init__(self, id=0, timeout=5000):
        if timeout <= 0:
            raise ValueError("WDT timeout too short")  # ports/esp32/machine_wdt.c:47
        world.state["fed"] += 1
        world.watch_over(timeout)

    def feed(self):
        world.state["fed"] += 1
        world.watch_over(world.state["watchdog_ms"])


def freq(hz=None):
    """As mp_machine_set_freq() of ports/esp32/modmachine.c has it.

    A start sets what ESP-IDF does by default, as MicroPython's generic builds leave it; those of
    some boards, as the XIAO ESP32S3, start at 240 MHz (boards/sdkconfig.240mhz).
    """
    chip = world.state["chip"]
    had = world.state["mhz"] or (240 if chip == "esp32c5" else 160)
    if hz is None:
        return had * 1000000
    mhz = hz // 1000000
    least_only = chip in ("esp32c3", "esp32c6")
    if mhz not in (20, 40, 80, 160) and (mhz != 240 or least_only):
        others = " or 160MHz" if least_only else ", 160MHz or 240MHz"
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz" + others)
    if mhz == 20 and chip == "esp32c5":
        raise ValueError  # of its crystal's 48 MHz (esp_hw_support/port/esp32c5/rtc_clk.c:273-278)
    if network.radio.active():
        other_pll = (mhz == 240) != (had == 240)
        if mhz < 80 or (other_pll and chip == "esp32"):
            # ESP-IDF 5.5.5, soc.h:160; esp_hw_support/port/esp32/rtc_clk.c:532-533, 598-608
            raise NotImplementedError("a radio whose clock is taken from it")
    world.state["mhz"] = mhz
    world.note("clocked", mhz)


def reset_cause():
    return world.state["reset_cause"]


def wake_reason():
    return world.state["wake_reason"]


def reset():
    world.state["reset_cause"] = HARD_RESET
    world.end(world.RESET)


def soft_reset():
    sys.exit()


def unique_id():
    return network.radio.mac


def idle():
    world.advance(1)


def lightsleep(ms=LONGEST_MS):
    _sleep("light", ms)


def deepsleep(ms=LONGEST_MS):
    if armed and armed["reason"] == world.GPIO:  # ports/esp32/modmachine.c:178-184, 200-209
        if world.state["chip"] in ("esp32", "esp32s2", "esp32s3"):
            raise ValueError("DEEPSLEEP with gpio pins not supported on this chip")
        if not pads.can("rtc", armed["pin"]):
            raise ValueError("wake-up pin not supported")
    world.watch_over(0)
    if world.state["chip"] in ("esp32", "esp32s2", "esp32s3", "esp32c3"):  # driver/gpio.h:401-403
        for number, pad in world.state["pads"].items():
            pad["held"] = int(pad["held"] and pads.can("rtc", int(number)))
    _sleep("deep", ms)
    world.state["reset_cause"] = DEEPSLEEP_RESET
    armed.clear()
    world.end(world.SLEPT)


CHIP_PULL_OHM = 45000  # inferred: at 3.3 V the 70 µA that a closed contact is said to draw


def _level(kind):
    """Of the armed pin, asleep.

    For deep sleep by GPIO ESP-IDF pulls a pin itself, down where a high level is to wake it, unless
    the pad is held (5.5.5, sleep_modes.c:2171-2180). A high level is three quarters of the supply.
    """
    number = armed["pin"]
    level = world.pin(number)
    if kind == "deep" and armed["reason"] == world.GPIO and armed["level"]:
        held = world.state["pads"][str(number)]["held"]
        if not held and world.state["pull_up_ohm"] * 3 > CHIP_PULL_OHM:
            return 0
    return level


def _times(ms, over, under):
    """So many times as long, to the nearest ms."""
    return (2 * ms * over + under) // (2 * under)


def _period_ms(drifts):
    """Of the ULP's timer, which counts the slow clock, too."""
    return max(_times(world.state["ulp"]["period_us"], drifts, 1000000000), 1)


def _until_run(drifts):
    """ms until the ULP's timer runs it; a run while the CPU was awake finds so, and is none."""
    ulp = world.state["ulp"]
    if not world.ulp or "next_ms" not in ulp:
        return LONGEST_MS
    while ulp["next_ms"] < world.state["now_ms"]:
        ulp["next_ms"] += _period_ms(drifts)
    return ulp["next_ms"] - world.state["now_ms"]


def _run_ulp(drifts):
    """Run the ULP; whether that ends the sleep."""
    ulp = world.state["ulp"]
    woke, goes_on = world.ulp()
    if goes_on:
        ulp["next_ms"] += _period_ms(drifts)
    else:
        del ulp["next_ms"]
    return woke and ulp.get("wakes")


def _ends_by(kind, left_ms, drifts):
    """Why a sleep is over now, or 0."""
    if armed and _level(kind) == armed["level"]:
        return armed["reason"]
    if left_ms <= 0:
        return world.TIMER
    if _until_run(drifts) == 0 and _run_ulp(drifts):
        return world.ULP
    return 0


def _sleep(kind, ms):
    """Until the time is over or the armed pin has the level it is armed for.

    Both kinds last by the RTC's slow clock, 150 kHz +/- 5 % (ESP-IDF 5.5.5, esp32/include/soc/
    clk_tree_defs.h:41), and so does the chip's clock meanwhile (docs, system_time.rst:34).
    """
    if ms < 0:  # an unsigned number of µs (ports/esp32/modmachine.c:145-146)
        ms = LONGEST_MS
    ulp = world.state["ulp"].get("wakes")
    if world.state["chip"] == "esp32" and ulp and armed.get("reason") == world.EXT0:
        # sleep_modes.c:1771-1774, ports/esp32/modmachine.c:171-175: ext0 is enabled first.
        raise RuntimeError("esp_sleep_enable_ulp_wakeup() failed")
    if network.radio.active():
        world.state["leaks"] += 1
    for number, pad in world.state["pads"].items():
        # The pulls of the RTC last while it has power, as for ext0 (gpio.c:83, sleep_modes.c:2698).
        lasts = world.state["chip"] == "esp32" and armed and pads.can("rtc", int(number))
        if lasts and pad["pull"] == Pin.PULL_UP and not world.pin(int(number)):
            world.state["leaks"] += 1
    if armed and armed["reason"] == world.EXT0:
        world.state["pads"][str(armed["pin"])]["rtc"] = 1
    started_ms = world.now_ms()
    drifts = 1000000 + world.state["drift_ppm"]
    ends_ms = started_ms + _times(ms, drifts, 1000000)
    while True:
        left_ms = ends_ms - world.state["now_ms"]
        reason = _ends_by(kind, left_ms, drifts)
        if reason:
            world.state["wake_reason"] = reason
            break
        world.doze(world.until_change(min(left_ms, _until_run(drifts))), kind == "deep")
    slept_ms = world.state["now_ms"] - started_ms
    world.state["clock_ms"] += _times(slept_ms, 1000000, drifts) - slept_ms
    world.note("slept", [kind, slept_ms])
