"""The port on a device, or on the virtual board, asked over serial."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.contract.benches import Node
from torpor.policy.sleep import DEEP
from torpor.port import Port
from torpor_tools.hil import node as hil

EPOCH_MS = 900 << 30  # a multiple of the ticks' period, in August of the year 2000
PATIENCE_S = 60.0
ASK = {name: name for name in vars(Port) if not name.startswith("_")}

# Ticks are of the chip's clock, which can be set; its calendar is its own.
SET_CLOCK = """
import machine, time
year, month, day, hour, minute, second, weekday = time.gmtime({s})[:7]
machine.RTC().datetime((year, month, day, weekday, hour, minute, second, {us}))
"""
START = """
from torpor.esp32 import opened
port = opened({config!r})
"""
# Instead of the node's main.py: tells what woke the chip until it is interrupted.
MAIN = b"""
import time
from torpor.esp32 import cause, memory
while True:
    print("woken by", cause(memory()))
    time.sleep_ms(200)
"""


class Remote(Port):
    """Every call is made over there."""

    def __init__(self, node: hil.Node) -> None:
        for name in ASK:
            setattr(self, name, self._asking(node, name))

    @staticmethod
    def _asking(node: hil.Node, name: str) -> Any:
        """The last line: a call that fails says so before."""
        call = f"print(repr(port.{name}{{!r}}))"
        return lambda *args: ast.literal_eval(node.exec(call.format(args)).splitlines()[-1])


class Device(Node):
    """torpor.esp32 where the node is. Only a virtual board's world can be moved from here."""

    slack_ms = 2_000

    def __init__(self, node: hil.Node, firmware: Path, virtual: bool, *settings: Any) -> None:
        super().__init__(*settings)
        self.node, self.firmware, self.virtual = node, firmware, virtual

    def start(self, edges: tuple[tuple[int, int], ...] = (), first_tick: int = 0) -> None:
        if edges and not self.virtual:
            pytest.skip("nothing here can move its wake pin")
        self.node.interrupt()
        if "woken by" not in self.node.exec("print(open('main.py').read())"):
            self.node.deploy({}, self.firmware, {"main.py": MAIN})
        ms = EPOCH_MS + first_tick
        self.node.exec(SET_CLOCK.format(s=ms // 1000, us=ms % 1000 * 1000))
        if self.virtual:
            pin = self.wake_pin
            events = ", ".join(f"[world.now_ms() + {ms}, {pin}, {level}]" for ms, level in edges)
            self.node.exec(
                f"import world\nworld.state['wifi']['present'] = 1\n"
                f"world.state['pins'] = {{'{pin}': 0}}\nworld.state['events'] = [{events}]"
            )
        self._open()

    def access_point(self, present: bool) -> None:
        if not self.virtual:
            pytest.skip("nothing here can switch the access point off")
        self.node.exec(f"world.state['wifi']['present'] = {int(present)}")

    def await_command(self) -> None:
        self.node.exec("port.delivery.mqtt.poller.poll(10000)")

    def sleep_deep(self, ms: int) -> int:
        self.node.log_to(self.node.log)
        self.node.link.exec_raw_no_follow(f"port.sleep({DEEP}, {ms})")
        self.node.expect("rst:0x5 ", ms / 1000 + PATIENCE_S)
        return self._woken()

    def cut_power(self) -> int:
        if not self.node.power:
            super().cut_power()
        self.node.power_cycle()
        return self._woken()

    def _woken(self) -> int:
        cause = int(self.node.expect(r"woken by (\d+)\s", PATIENCE_S)[1])
        self.node.interrupt()
        self._open()
        return cause

    def _open(self) -> None:
        self.node.exec(START.format(config=self.config))
        self.port = Remote(self.node)
