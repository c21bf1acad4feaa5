"""A change in a sentence: by how much, what does more, and what may be behind it."""

import json
from collections.abc import Iterator
from typing import Any

from host_sim.lab import cause
from host_sim.lab.cause import Cause, Total, Why

MOST = 3  # causes, tasks and keys that a sentence names
WORTH = 0.1  # of the whole change
LEAST_NA = 50  # what is printed as more than 0.0 µA


def headline(why: Why) -> str:
    """The sentence."""
    was, now = (cause.mean_na(side.ledger) for side in (why.before, why.after))
    whole = f"{signed(why.total)} µA, {ua(was)} → {ua(now)}"
    if why.same:
        whole = f"no change of {ua(now)}"
    parts = [f"{signed(one.total)} {name(one)} ({moved(one, why)})" for one in leading(why)]
    parts += list(shared(why))[:MOST]
    bursts = [ua(na) for na in why.burst_na]
    if bursts[0] != bursts[1]:
        parts.append("strongest burst " + " → ".join(bursts))
    keys = [f"{key} {value(old)} → {value(new)}" for key, old, new in why.keys]
    parts += keys[:MOST] + [f"{len(keys) - MOST} more keys differ"] * (len(keys) > MOST)
    return f"{whole}: {'; '.join(parts)}" if parts else whole


def leading(why: Why) -> list[Cause]:
    """What is most of the change, in its direction."""
    least = max(LEAST_NA, WORTH * abs(why.total))
    same = (one for one in why.causes if one.total * why.total > 0 and abs(one.total) >= least)
    return list(same)[:MOST]


def name(one: Cause) -> str:
    """Whose, what and why."""
    return f"{one.task} {one.activity}, {one.decision}"


def moved(one: Cause, why: Why) -> str:
    """What of it changed most, before and after."""
    if one.how == "rate":
        return f"{times(one, why)} a day"
    of = {"duration": each, "current": drawn}[one.how]
    return f"{of(one.was)} → {of(one.now)}{' each' if one.how == 'duration' else ''}"


def times(one: Cause, why: Why) -> str:
    """How often a day, before and after."""
    was, now = cause.a_day(one.was, why.before.ledger), cause.a_day(one.now, why.after.ledger)
    return f"{was:,.1f} → {now:,.1f}"


def shared(why: Why) -> Iterator[str]:
    """Where the node starts more or less often: the tasks that share wakes less or more."""
    starts = any((one.activity, one.how) == ("start", "rate") for one in leading(why))
    for one in why.shared if starts else ():
        if (one.now < one.was) == (why.total > 0):
            yield f"{one.task} coalesced in {one.now:.0%} of its readings, was {one.was:.0%}"


def each(total: Total) -> str:
    """How long it takes each time."""
    return f"{total.us / 1e6 / (total.times or 1):.3g} s"


def drawn(total: Total) -> str:
    """At which current."""
    return ua(total.charge_fc / (total.us or 1))


def ua(na: Any) -> str:
    """A current."""
    return f"{float(na) / 1e6:,.3g} mA" if na >= 1_000_000 else f"{float(na) / 1000:,.1f} µA"


def signed(na: Any) -> str:
    """A change of a current, µA."""
    return f"{float(na) / 1000:+z,.1f}"


def value(of: Any) -> str:
    """A key's value as a file has it; a dash where there is none."""
    if isinstance(of, float) and of.is_integer():
        of = int(of)
    text = "-" if of is None else of if isinstance(of, str) else json.dumps(of, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
