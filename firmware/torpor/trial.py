"""A version on trial: it reports in each wake, and boot.py hears how the wake ended.

torpor deploy gives a version on trial a boot.py that takes it back or makes it the node's own
(docs/flash.md). It leaves what is to be told in sys.modules, as `trial`; without that this module
is not loaded, and nothing else of a trial is in an ordinary start.
"""

import sys

import rescue  # type: ignore[import-not-found]

from torpor.port import FAULT, Port

TYPE_CHECKING = False  # as in typing, which the chip does not have
if TYPE_CHECKING:
    from typing import Any


def hurry(config: dict) -> None:
    """Have the first wake measure and report, whatever the charge: it is the one judged by."""
    if "tasks" not in config:
        return  # what a wake that goes on may do without
    config["spread"]["within_ms"] = 0
    config["tasks"][config["report_task"]]["late_ms"] = 0
    config["energy"]["budget_uc_min"] = 0
    config["battery_channel"] = -1
    config["backoff"]["rate_uc_min"] = 0


class TrialPort:
    """A port, watched. Where there was nothing to report, to have reached the broker is enough."""

    def __init__(self, port: Port) -> None:
        self.port: Any = port
        self.trial: Any = sys.modules["trial"]
        self.faulty = False
        self.delivered = False
        rescue.log("on trial")

    def __getattr__(self, name: str) -> "Any":
        return getattr(self.port, name)

    def measure(self, channel: int) -> int:
        value: int = self.port.measure(channel)
        if value == FAULT:
            self.faulty = True
            self._again(channel)
        return value

    def look(self, stage: int) -> int:
        score: int = self.port.look(stage)
        if score == FAULT:
            self._again(self.port.config["watch_channel"], stage)
        return score

    def _again(self, channel: int, *stage: int) -> None:
        """A sensor may be silent. Whatever else its driver raises is the version's fault."""
        driver = self.port.driver(channel)
        try:
            driver.score(*stage) if stage else driver.read()
        except OSError:
            pass

    def join(self, *how: int) -> int:
        answer: int = self.port.join(*how)
        self.delivered = answer < 0 and not self.faulty
        return answer

    def send(self, *what: "Any") -> int:
        attempts: int = self.port.send(*what)
        self.delivered = attempts > 0
        return attempts

    def sleep(self, kind: int, ms: int) -> int:
        """As the trial has it, not as long as was asked for."""
        rest_ms = self.trial.ended(self.delivered)
        self.faulty = self.delivered = False
        cause: int = self.port.sleep(kind, rest_ms)
        self.trial.begin()
        return cause
