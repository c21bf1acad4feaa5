"""A scenario's sensor for a board on a desk: what it does, in wakes that need not be waited for."""

from typing import Any

from msgspec.structs import replace

from host_sim.errors import BadInput
from host_sim.spec.configure import device
from host_sim.spec.device import Cascade, as_config
from host_sim.spec.scenario import Scenario
from torpor_tools.hil.bench import Bench

PERIOD_MS = 10_000


def config(scenario: Scenario, bench: Bench, port: int) -> dict[str, Any]:
    """config.json: all that it does is due in each wake.

    Neither a budget nor a debt has it wait, as those are of days, nor does a detector wake it:
    nobody is at the door. Every channel is read at the pin for the battery, which each board has.
    """
    node, board = scenario.file.node, scenario.board
    if node.kind != "sensor":
        remedy = "name a sensor's, or leave --port out"
        raise BadInput("a switch, which never sleeps", where=scenario.name, remedy=remedy)
    given = device(node, board)
    often = {"period_ms": PERIOD_MS, "early_ms": 0, "late_ms": 0, "longest_ms": 0}
    hurried = replace(
        given,
        tasks=[replace(task, **often) for task in given.tasks],
        spread=replace(given.spread, within_ms=0),
        sleep=replace(given.sleep, deep_ms=0),
        energy=replace(given.energy, budget_uc_min=0),
        backoff=replace(given.backoff, rate_uc_min=0),
        cascade=Cascade(),
        battery_channel=-1,
        watch_channel=-1,
    )
    written = as_config(hurried)
    for number, channel in enumerate(written["channels"]):
        pin = board.file.pins["battery_adc"]
        channel.update(name=f"channel{number}", driver="analog", pin=pin)
    return {
        **written,
        "name": scenario.name,
        "wifi": {"ssid": bench.wifi.ssid, "password": bench.wifi.password},
        "broker": {"host": bench.broker.host, "port": port},
        "pins": {},
    }
