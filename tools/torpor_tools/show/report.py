"""The tables of torpor sim."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from host_sim.engine import parts
from host_sim.engine.ledger import Entry
from host_sim.hardware.uncertain import SHARE
from host_sim.lab.budget import FAIL, PASS
from host_sim.lab.interval import Interval
from host_sim.sim.life import SIMULATED
from host_sim.sim.result import Result
from torpor_tools.show import check as verdicts
from torpor_tools.show import output, wake

BAR = 20  # columns of all the charge
WIDEST, LEAST = 3, 0.01  # quantities that an interval names, and the least share of one
IN_80 = f"{100 * SHARE:.0f} %"
NAMED = {"battery_life_days": "the life", "average_current_ua": "the current"}


def tell(result: Result, as_today: bool, interval: Interval | None, as_json: bool) -> None:
    """One run, for a program or for people."""
    if not as_json:
        show(result, as_today, interval)
        return
    told = result.as_json()
    if interval:
        told |= {"interval": interval.as_json(), "budgets": interval.budgets(result)}
    output.as_json(told)


def show(result: Result, as_today: bool, interval: Interval | None) -> None:
    """One run: what it needs, where the charge went, what the budgets say."""
    scenario = result.scenario
    title = f"{scenario.file.title}{' (baseline)' if as_today else ''}"
    speed = result.simulated_us / 1e6 / result.wall_s
    output.console.print(f"[bold]{escape(title)}[/bold]")
    output.console.print(
        f"{escape(scenario.name)} on {escape(scenario.board.file.name)}, {in_days(result.days)}, "
        f"seed {scenario.file.seed}\nsimulated in {result.wall_s:.2f} s{by(result.engine)}, "
        f"{speed / 1e6:.1f} million times real time\n"
    )
    output.console.print(output.facts("", summary(result, interval)))
    for name, lines in (
        ("state", result.ledger.by_state()),
        ("task", result.ledger.by_task()),
        ("decision", result.ledger.by_decision()),
    ):
        output.console.print("", view(name, lines, result))
    if result.count[parts.WAKES]:
        output.console.print(f"\n{wake.told(scenario, as_today)}")
    if result.replayed:
        output.console.print("", replayed(result))
    if interval:
        output.console.print("", widened(interval))
    if result.budgets():
        output.console.print("", budgets(result, interval))


def budgets(result: Result, interval: Interval | None) -> Table:
    """What the budgets say, and how sure that is."""
    out = output.table("", "budget", "value", "", "limit", "", "")
    out.columns[-1].no_wrap = False
    for budget in interval.budgets(result) if interval else result.budgets():
        out.add_row(*judged(budget))
    return out


def judged(budget: dict[str, Any]) -> list[str]:
    """Its cells: name, value, which side is good, limit, verdict, and how the value is known."""
    verdict = verdicts.coloured(budget.get("verdict") or (PASS if budget["ok"] else FAIL))
    sign = "<=" if budget["bound"] == "at_most" else ">="
    value, limit = (number(budget[key]) for key in ("value", "limit"))
    how = "" if budget["how"] == SIMULATED else budget["how"]
    return [budget["name"], value, sign, limit, verdict, how]


def widened(interval: Interval) -> Table:
    """The numbers that leave the most open, and how each is measured."""
    out = output.table("", f"what widens {NAMED[interval.of]}", "share", IN_80, "tag")
    out.add_column("how to measure it", overflow="fold")
    widest = [(one, share) for one, share in interval.shares[:WIDEST] if share >= LEAST]
    for one, share in widest:
        off = f"± {one.spread:.3g} {one.unit}"
        out.add_row(one.name, f"{share:.0%}", off, one.tag, one.measure)
    others = interval.shares[len(widest) :]
    out.add_row(f"{len(others)} others", f"{sum(share for _, share in others):.0%}")
    out.add_row("several at once", f"{max(0.0, interval.rest):.0%}")
    return out


def by(engine: str) -> str:
    """By which engine, where that is worth a word."""
    return " by the compiled engine" if engine == "compiled" else ""


def summary(result: Result, interval: Interval | None) -> list[tuple[str, str]]:
    """The figures at the top, name and value."""
    count, days = result.count, result.days
    within = _within(interval, "average_current_ua", "{:,.1f}")
    rows = [("average current", f"{result.ledger.average_current_ua:,.1f} µA{within}")]
    life = result.life
    battery = result.scenario.file.node.battery
    if life and battery:
        cell = f"{battery.capacity_mah:,g} mAh {battery.chemistry}"
        lived = f"{life.days:,.0f} days{_within(interval, 'battery_life_days', '{:,.0f}')}"
        rows.append(("battery life", f"{lived} on {cell}, {life.how}: {life.why}"))
    if result.scenario.file.world.harvest:
        stored, off_h = result.figure("harvested_mc_per_day"), result.figure("off_h_per_day")
        rows.append(("harvest", f"{stored:,.0f} mC a day stored, {off_h:.1f} h a day off"))
    rows.append(("deep sleep", f"{result.asleep_percent:.0f} % of the charge{_asleep(result)}"))
    rows += [
        ("charge", f"{result.ledger.charge_fc / 1e12:,.1f} mC"),
        ("wakes", f"{count[parts.WAKES]:,} ({count[parts.WAKES] / days:,.1f} a day)"),
        (
            "joins",
            f"{count[parts.JOINS]:,} ({count[parts.JOINS_CACHED]:,} cached, "
            f"{count[parts.JOINS_FAILED]:,} failed)",
        ),
        ("messages", f"{count[parts.SENDS]:,} sent, {count[parts.SENDS_ACKED]:,} delivered"),
        ("readings", f"{count[parts.READINGS]:,} delivered{_lost(result)}"),
    ]
    if (late_s := result.figure("alarm_p95_s")) is not None:
        alarms = f"{sum(result.late):,} delivered, 95 of 100 within {late_s:.3g} s"
        rows.append(("alarms", alarms))
    if result.words:
        rows.append(("words", f"{result.caught:,} of {result.words:,} caught"))
        rows.append(("false wakes", f"{result.false_wakes / days:,.1f} a day"))
    return rows


def _asleep(result: Result) -> str:
    """What the cell would last if that were all."""
    days = result.asleep_days
    return "" if days is None else f"; {days:,.0f} days if the node did nothing else"


def _within(interval: Interval | None, figure: str, form: str) -> str:
    """A figure's interval, where it was asked for."""
    if not interval or not (bounds := interval.bounds[figure]):
        return ""
    low, high = map(form.format, bounds)
    return f" ({low} … {high}, {IN_80})"


def _lost(result: Result) -> str:
    """Readings that did not arrive, where there are some."""
    dry = " or an empty store" if result.scenario.file.world.harvest else ""
    lost = (
        (result.dropped, f"dropped by a full queue{dry}"),
        (result.overdue, "left at the end"),
    )
    return "".join(f", {readings:,} {what}" for readings, what in lost if readings)


def view(name: str, lines: list[Entry], result: Result) -> object:
    """One view of the ledger, the largest charge first."""
    out = output.table("", f"by {name}", "time", "charge, mC", "share", "")
    total = result.ledger.charge_fc or 1
    for line in sorted(lines, key=lambda line: -line.charge_fc):
        share = line.charge_fc / total
        bar = "█" * round(share * BAR)
        out.add_row(
            line.name, duration(line.duration_us), f"{line.charge_mc:,.1f}", f"{share:.1%}", bar
        )
    out.columns[-1].justify = "left"
    return out


def replayed(result: Result) -> object:
    """What was drawn from recordings, and whether it is distributed like the recorded."""
    out = output.table(
        "", "replay of", "", "recorded", "mean", "drawn", "mean", "unseen", "mean", "p"
    )
    for facts in (one.facts() for one in result.replayed):
        row = [facts["name"], facts["unit"]]
        for which in ("recorded", "drawn", "unseen"):
            mean = facts[f"{which}_mean"]
            row += [f"{facts[which]:,}", "-" if mean is None else f"{mean:,.3f}"]
        p = facts["p_value"]
        out.add_row(*row, "-" if p is None else f"{p:.3f}")
    return out


def duration(us: int) -> str:
    """A time with three digits and a unit."""
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000)):
        if us >= size:
            return f"{us / size:,.1f} {unit}"
    return f"{us / 1e6:,.2f} s"


def in_days(days: float) -> str:
    """A length of time in days."""
    return f"{days:.6g} day{'' if days == 1 else 's'}"


def number(value: float | None) -> str:
    """A figure, or that there is none."""
    return "-" if value is None else f"{value:,.1f}"
