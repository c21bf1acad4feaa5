"""What the schema of a board cannot say: tables that must be there, values that fit together."""

from collections.abc import Iterable, Iterator, Sequence

from host_sim.hardware import mac, states
from host_sim.hardware.boardfile import BoardFile, Supply, Wake
from host_sim.hardware.start import FACTORS, Currents
from host_sim.toml.file import Fault


def of(file: BoardFile) -> Iterator[Fault]:
    """Each fault: what is wrong, the key, the remedy."""
    yield from _table_faults(file)
    yield from _value_faults(file)


def of_switch(file: BoardFile) -> Iterator[Fault]:
    """A clock that spares all that a switch draws, once both are what the cell sees."""
    if 0 < file.states["modem_sleep"].current_na <= file.radio.slow.spared_na:
        key = ("radio", "slow", "spared_na")
        yield "spares all that modem_sleep draws", key, "give what it spares, and not what remains"


def _table_faults(file: BoardFile) -> Iterator[Fault]:
    """States and phases that are missing, or that nothing reads."""
    wanted: tuple[tuple[str, Iterable[str], Sequence[str]], ...] = (
        ("states", file.states, (*states.NAMES[: states.TX], *Currents._fields[:2])),
        ("phases", file.phases, states.PHASES),
        ("factors", file.factors, tuple(FACTORS)),
    )
    for kind, have, want in wanted:
        for name in sorted(set(want) - {*have, *states.START}):
            yield f"{name} is missing", (kind,), f"add [{kind}.{name}] with its source"
        for name in sorted(set(have) - set(want)):
            yield f"{kind} has no {name}", (kind, name), f"known: {', '.join(want)}"


def _value_faults(file: BoardFile) -> Iterator[Fault]:
    """Frames that outlast their phase, transmit currents that fall, recipes with no such state."""
    yield from _supply_faults(file.supply)
    for part in states.ALL_PARTS:
        air_us = part.frames * mac.air_us(part.bytes)
        if file.phases[part.phase].duration_us < air_us:
            what = f"shorter than the {air_us:,} µs that its frames are on the air"
            yield what, ("phases", part.phase, "duration_us"), "a phase holds its frames"
    tx = file.radio.tx.current_na
    for dbm, below, here in zip(states.TX_LEVELS_DBM[1:], tx, tx[1:], strict=False):
        if here < below:
            what = f"{dbm:g} dBm draws less than the level below it"
            yield what, ("radio", "tx", "current_na"), "a higher level never draws less"
    yield from _wake_faults(file.wakes)


def _supply_faults(supply: Supply) -> Iterator[Fault]:
    """What this kind of supply does not have."""
    odd = {
        "none": (supply.dropout_mv, supply.dropout_mohm, 100 - supply.efficiency_percent),
        "ldo": (0, 0, 100 - supply.efficiency_percent),
        "buck": (0, 0, 0),
    }[supply.kind]
    for value, key in zip(odd, ("dropout_mv", "dropout_mohm", "efficiency_percent"), strict=True):
        if value:
            yield f"a supply of kind {supply.kind} has none", ("supply", key), "leave it out"


def _wake_faults(wakes: dict[str, Wake]) -> Iterator[Fault]:
    for name, wake in wakes.items():
        if wake.of and (wake.of not in wakes or not wakes[wake.of].phases):
            yield f"no wake named {wake.of} with phases", ("wakes", name, "of"), "name one that has"
        elif bool(wake.of) == bool(wake.phases):
            yield "a wake has phases, or is of another", ("wakes", name), "write one of both"
        for i, step in enumerate(wake.phases):
            if step.charge_nc is None and step.state not in states.NAMES:
                key = ("wakes", name, "phases", i)
                remedy = f"one of {', '.join(states.NAMES)}, or give its charge_nc"
                yield f"no state named {step.state}", key, remedy
