"""In the open air, which swells as words do: what a price of events spares, and what it loses."""

from pathlib import Path

from host_sim.lab.cascade import mixtures, ways
from host_sim.lab.cascade.heard import Heard
from host_sim.lab.cascade.ways import FREE, OURS, WAYS
from host_sim.lab.study import Goal
from host_sim.spec import scenario

CLEAR_DB = 20  # by which a word is louder that is to be heard all the same


def goals(data: Path) -> tuple[Goal, ...]:
    """What events cost where the place swells as words do, beside their having no price."""
    among = mixtures.ambient(data)
    priced, unpriced = (
        [Heard.of(ways.life(way, one.changes)) for one in among] for way in (WAYS[OURS], FREE)
    )
    clear = [i for i, one in enumerate(among) if one.snr_db >= CLEAR_DB]
    mine, other = (100 * sum((of[i] for i in clear), Heard()).recall for of in (priced, unpriced))
    ua, free_ua = (sum(of, Heard()).ua for of in (priced, unpriced))
    most = max(one.messages / one.days for one in priced)
    watch = scenario.load("sound").file.node.watch
    allowed = watch.events_per_day if watch else 0
    place = "in wind, among birds and crickets"
    return (
        Goal(
            f"{place}, no more than {allowed:,} messages a day",
            f"{most:,.0f} at most, {ua:,.0f} µA; {free_ua:,.0f} where events have no price",
            most <= allowed,
        ),
        Goal(
            f"there, where words are louder by {CLEAR_DB} dB and more, no fewer heard for it",
            f"{mine:.1f} against {other:.1f} %",
            mine >= other,
        ),
    )
