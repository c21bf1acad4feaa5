"""How to join: recorded links behind any wall, decision by decision."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from host_sim.lab import bootstrap, shares
from host_sim.lab.link import channel, life
from host_sim.lab.link.channel import Channel
from host_sim.lab.link.life import (
    DECISIONS,
    GATEWAY,
    GATEWAY_PARTS,
    KEY,
    PATIENT,
    POWER,
    Outcome,
)
from host_sim.lab.study import ENERGY, Goal, Kind, Row, Study, Sweep, energy_mj
from host_sim.progress import Progress

BOARDS = ("lolin32_lite", "xiao_esp32c3", "xiao_esp32s3")
TUNED, JUDGED = "s0_s2", "s1_s4"
WALLS_DB = (-15, -10, -5, 0, 3, 5, 8)
MESSAGES = 1_000  # 42 days of one an hour
OURS, RESERVED, PRACTICE = "Torpor", "Torpor, address reserved", "cached join, 20 dBm"
RELAYED, BARE = "Torpor, by a gateway", "by a gateway, 20 dBm"
NAIVE, BEST = "full join, 20 dBm", "clairvoyant"
BEST_RELAYED = "clairvoyant, by a gateway"
STANDARD = frozenset({KEY, POWER, PATIENT})
BY_WIFI = frozenset(DECISIONS) - {GATEWAY}
Run = Callable[[str, Channel], Outcome]
WAYS: dict[str, tuple[Kind, Run]] = {
    OURS: ("ours", lambda board, of: life.live(board, of, STANDARD, MESSAGES)),
    RESERVED: ("ours", lambda board, of: life.live(board, of, BY_WIFI, MESSAGES)),
    RELAYED: ("ours", lambda board, of: life.live(board, of, BY_WIFI | {GATEWAY}, MESSAGES)),
    BARE: ("practice", lambda board, of: life.live(board, of, frozenset({GATEWAY}), MESSAGES)),
    PRACTICE: ("practice", lambda board, of: life.live(board, of, frozenset(), MESSAGES)),
    NAIVE: ("naive", lambda board, of: life.live(board, of, frozenset(), MESSAGES, cached=0)),
    BEST: ("optimum", lambda board, of: life.clairvoyant(board, of, MESSAGES)),
    BEST_RELAYED: (
        "optimum",
        lambda board, of: life.clairvoyant(board, of, MESSAGES, GATEWAY_PARTS),
    ),
}


def of(data: Path, progress: Progress) -> Study:
    """The study; the recorded links are not shipped."""
    judged = channel.pjaswin(data, JUDGED)
    links = [judged.weaker(db) for db in WALLS_DB] + list(channel.rutgers(data))
    found: dict[str, list[list[Outcome]]] = {}
    for name, (_, run) in WAYS.items():
        found[name] = [[run(board, link) for board in BOARDS] for link in links]
        progress(0.6 * len(found) / len(WAYS))
    rows = [_row(name, WAYS[name][0], found[name]) for name in WAYS]
    brought = _shares(links)
    progress(0.9)
    sweeps = [_sweep(number, found) for number in range(len(BOARDS))]
    return Study(
        policy="link",
        question="a join waits a second for each question that is lost: how long is that worth "
        "it, and what of a join can be left out?",
        per="a delivered message, the radio alone",
        boards=BOARDS,
        tuning=f"{TUNED} of the pjaswin data set",
        judged=f"{JUDGED} of it behind {len(WALLS_DB)} walls, and {len(links) - len(WALLS_DB)} "
        "links beside noise (Rutgers)",
        rows=rows,
        sweeps=sweeps,
        goals=_goals(rows, sweeps),
        taught=TAUGHT + _told(brought),
        notes={
            "starts": "of the node, a message",
            "late_s": "mean delay of a message",
        },
    )


def _row(name: str, kind: Kind, outcomes: Sequence[Sequence[Outcome]]) -> Row:
    """Links are what is independent: a link's boards stand together."""
    each = [sum(one.mc / one.messages for one in of) / len(of) for of in outcomes]
    every = [one for of in outcomes for one in of]
    figures = {
        ENERGY: energy_mj(sum(each) / len(each)),
        "starts": sum(one.starts / one.messages for one in every) / len(every),
        "late_s": sum(one.late_s for one in every) / len(every),
    }
    return Row(name, kind, figures, bootstrap.mean([energy_mj(mc) for mc in each]))


def _sweep(board: int, found: dict[str, list[list[Outcome]]]) -> Sweep:
    """Energy over good practice's behind more and more wall."""
    walls = range(len(WALLS_DB))
    curves = {
        name: [_mc(found[name][i][board]) / _mc(found[PRACTICE][i][board]) for i in walls]
        for name in WAYS
        if name != NAIVE
    }
    over = f"wall, dB more than {JUDGED} has"
    return Sweep(over, WALLS_DB, "energy over good practice's", curves, BOARDS[board])


def _mc(one: Outcome) -> float:
    return one.mc / one.messages


def _shares(links: Sequence[Channel]) -> dict[str, dict[str, float]]:
    """What each decision brings on each link, % of good practice's charge (Shapley)."""
    out: dict[str, dict[str, float]] = {}
    for link in links:
        least = _mc(life.live(BOARDS[0], link, frozenset(), MESSAGES))

        def saved(some: Collection[str], link: Channel = link, least: float = least) -> float:
            mc = _mc(life.live(BOARDS[0], link, frozenset(some), MESSAGES))
            return 100 * (1 - mc / least)

        out[link.name] = shares.shapley(DECISIONS, saved)
    return out


def _goals(rows: Sequence[Row], sweeps: Sequence[Sweep]) -> list[Goal]:
    """What was asked of the link."""
    out = []
    for ours, best, theirs, how in (
        (OURS, BEST, PRACTICE, "by Wi-Fi"),
        (RELAYED, BEST_RELAYED, BARE, "by a gateway"),
    ):
        mj = {row.name: row.figures[ENERGY] for row in rows}
        saved = 100 * (1 - mj[ours] / mj[PRACTICE])
        least = min(100 * (1 - mine) for one in sweeps for mine in one.curves[ours])
        gap = 100 * (mj[ours] / mj[best] - 1)
        curve = sweeps[0].curves
        strong = 100 * (curve[ours][0] / curve[best][0] - 1)
        over = max(
            100 * (mine / other - 1)
            for one in sweeps
            for mine, other in zip(one.curves[ours], one.curves[theirs], strict=True)
        )
        out += [
            Goal(
                f"{how}, 30 % less than a cached join at 20 dBm",
                f"{saved:.1f} %, {least:.1f} % at least",
                saved >= 30,
            ),
            Goal(
                f"{how}, within 5 % of the clairvoyant",
                f"{gap:+.0f} % on average, {strong:+.1f} % where the link is strong",
                gap <= 5,
            ),
            Goal(
                f"{how}, never 0.5 % over 20 dBm and the same way",
                f"{over:+.1f} % at worst",
                over <= 0.5,
            ),
        ]
    return out


def _told(brought: dict[str, dict[str, float]]) -> str:
    """The shares as a table."""
    head = f"| link | {' | '.join(DECISIONS)} | all |"
    lines = [
        f"| {name} | {' | '.join(f'{of[one]:.1f}' for one in DECISIONS)} | {sum(of.values()):.1f} |"
        for name, of in brought.items()
    ]
    return "\n".join((head, "| --- |" + " ---: |" * (len(DECISIONS) + 1), *lines))


TAUGHT = """\
The key is the largest part of what can be spared: PBKDF2 takes the ESP32 138 ms of each join, newer
chips 71 to 150 (espressif/esp-idf issue 15072), with the receiver on. Power brings its few percent
on strong links, and nothing on those that need all of it. Patience is worth nothing where nothing
is lost, and up to a quarter where much is: a join is left at its second loss, and the next minute
is better. Its price is more starts, and messages that are minutes late.

By Wi-Fi the 30 % are missed. Where the link is good, what is left of a join is its scan, the
driver's start and the handshake, which no decision of the firmware reaches; on chips that derive
the key faster the largest saving is half as large. Nobody without foresight comes within 5 % of the
clairvoyant on a bad link, who waits up to five minutes for the moment that loses nothing; where the
link is strong, the daily request for an address is what is between. A router that reserves the
node's address lets it be kept (`lease_h`). A slower clock would spare an ESP32 8 of the 100 to 137
mA that it draws meanwhile, if all it did was wait; how much of a join its CPU works, which then
takes twice as long, no recording tells, so that sensors keep theirs. The mean over the links is
governed by two of Rutgers', which lose 60 % of all frames and cost everybody more than 2 C a
message.

The path weighs more than all of these. A gateway that is always on, and hears the node by ESP-NOW,
spares it the join: what remains is the radio's start, a greeting and the message, a tenth of a
cached join where the link is good and a twentieth where it is not, for what is lost is sent again
at once and not after a second. It is compared on the same terms: its own practice sends at 20 dBm,
its own clairvoyant knows the channel; power brings 3 % of that where the link is strong. The price
is a second board on the mains. That the gateway hears the node as well as the access point would is
taken for granted, and its times are inferred but for the radio's start
(`boards/chips/all.toml`).

A stretch's loss is that recorded at 10 Mbit/s; frames at 1 Mbit/s, as the node sends them, need
some 10 dB less, so a wall is here that much thinner than for a node. The form of the policy was
chosen with both links of the data set at hand, its numbers with the one.

What each decision brings, % of good practice's charge on lolin32_lite, the mean over all orders in
which they may be switched on:

"""
