"""What changed since another run, as the page draws it: causes that add up to the whole, in µA."""

from typing import Any

from host_sim.lab import cause, told
from host_sim.lab.cause import Cause, Why

FEW = 12  # causes that have a line each; the rest is one


def of(why: Why, name: str) -> dict[str, Any]:
    """The sentence, the causes and the keys that differ; `name` is what it is compared with."""
    rows = [_row(one, why) for one in why.causes[:FEW] if abs(one.total) >= told.LEAST_NA]
    rest = float(why.total) / 1000 - sum(row["ua"] for row in rows)
    return {
        "with": name,
        "headline": told.headline(why),
        "before_ua": float(cause.mean_na(why.before.ledger)) / 1000,
        "after_ua": float(cause.mean_na(why.after.ledger)) / 1000,
        "causes": rows,
        "rest_ua": rest,
        "keys": [[key, told.value(was), told.value(now)] for key, was, now in why.keys],
    }


def _row(one: Cause, why: Why) -> dict[str, Any]:
    return {
        "name": told.name(one),
        "ua": float(one.total) / 1000,
        "often_ua": float(one.rate) / 1000,
        "long_ua": float(one.duration) / 1000,
        "current_ua": float(one.current) / 1000,
        "per_day": [
            cause.a_day(one.was, why.before.ledger),
            cause.a_day(one.now, why.after.ledger),
        ],
    }
