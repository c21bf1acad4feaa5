"""What the schema of a scenario cannot say: sources that must exist, and what fits together."""

from collections.abc import Iterator
from itertools import chain

from host_sim.engine import replay
from host_sim.hardware.board import Board
from host_sim.hardware.cell import CELLS
from host_sim.hardware.panel import PANELS
from host_sim.spec import nodefaults, nodefile, sources
from host_sim.spec.figures import FIGURES
from host_sim.spec.scenariofile import ScenarioFile
from host_sim.toml.file import Fault
from host_sim.world import sound


def of(file: ScenarioFile, board: Board) -> Iterator[Fault]:
    """Every fault: what, key, remedy."""
    return chain(
        nodefaults.of(file.node, board),
        _read_faults(file),
        sources.faults(file.world),
        _monitor_faults(file),
        _contact_faults(file),
        _poll_faults(file, board),
        _budget_faults(file),
        _replay_faults(file),
        _command_faults(file),
        _harvest_faults(file),
    )


def _harvest_faults(file: ScenarioFile) -> Iterator[Fault]:
    """A harvest that has nowhere to go, or of which nothing is known."""
    harvest, battery = file.world.harvest, file.node.battery
    if harvest is None:
        return
    key = ("world", "harvest")
    charged = [name for name, one in CELLS.items() if one.charge_from_c is not None]
    if battery is None or battery.chemistry not in charged:
        yield "nothing to charge", key, f"add [node.battery], its chemistry {' or '.join(charged)}"
    if harvest.light == "sun" and PANELS[harvest.panel].sun_uw is None:
        some = [name for name, one in PANELS.items() if one.sun_uw]
        what = f"{harvest.panel} is not known in the sun"
        yield what, (*key, "panel"), f"{' or '.join(some)}; or a light in lux"


def _command_faults(file: ScenarioFile) -> Iterator[Fault]:
    """Commands to a node that takes none."""
    if file.world.commands_per_day and file.node.kind != "switch":
        key = ("world", "commands_per_day")
        yield "only a switch takes commands", key, 'leave it out, or set node.kind = "switch"'


def _read_faults(file: ScenarioFile) -> Iterator[Fault]:
    """Sources of no channel, and channels without a source."""
    channels = [channel.name for channel in file.node.channel]
    for name in file.world.reads:
        if name not in channels:
            known = f"channels: {', '.join(channels)}"
            yield f"no channel named {name}", ("world", "reads", name), known
    for name in channels:
        if name not in file.world.reads:
            yield f"nothing to read for {name}", ("world", "reads"), "name its source"


def _monitor_faults(file: ScenarioFile) -> Iterator[Fault]:
    """What the ULP is to read and is no value that moves."""
    for i, task in enumerate(file.node.task):
        for name in task.channels if task.ulp else ():
            if file.world.reads.get(name) in ("door", "sound", "output"):
                what = f"the ULP does not read {file.world.reads[name]}"
                yield what, ("node", "task", i, "ulp"), "leave it out"


def _contact_faults(file: ScenarioFile) -> Iterator[Fault]:
    """A contact at the pin of a node that does not read it, and so would be woken on end."""
    watch = file.node.watch
    if file.world.door is None or watch is None or watch.interval_ms:
        return
    if file.node.kind == "switch":
        remedy = "leave it out; commands_per_day turns its relay"
        yield "a switch has no contact", ("world", "door"), remedy
    elif file.world.reads.get(watch.channel, "door") != "door":
        key = ("world", "reads", watch.channel)
        yield "its pin is the contact", key, 'read "door", or leave world.door out'


def _poll_faults(file: ScenarioFile, board: Board) -> Iterator[Fault]:
    """Polls that last longer than the time between them, or that have nothing to hear."""
    watch, poll_ms = file.node.watch, file.baseline.poll_ms
    interval_ms = watch.interval_ms if watch else 0
    if interval_ms and file.world.sound is None:
        yield "there is no sound to poll", ("node", "watch"), "add [world.sound]"
    if poll_ms and not interval_ms:
        yield "the node does not poll", ("baseline", "poll_ms"), "leave it out"
    least_ms = -(-(sound.LOOK_US[0] + board.phase_us("light_exit")) // 1000)
    for key, ms in (
        (("node", "watch", "interval_ms"), interval_ms),
        (("baseline", "poll_ms"), poll_ms),
    ):
        if 0 < ms < least_ms:
            yield f"a poll alone takes {least_ms} ms", key, "poll less often"


def _budget_faults(file: ScenarioFile) -> Iterator[Fault]:
    """A figure that cannot be judged."""
    tasks = (*nodefile.task_names(file.node), "node")
    for i, budget in enumerate(file.budget):
        key = ("budget", i)
        if budget.at_most is not None and budget.at_least is not None:
            yield "has both at_most and at_least", key, "keep one of them"
        if budget.limit is None and budget.tolerance_percent is None:
            yield "has no limit", key, "add at_most, at_least or tolerance_percent"
        figure = FIGURES[budget.name]
        if not figure.fits(file):
            what = f"no {figure.needs.rpartition('.')[2]}"
            yield what, (*key, "name"), f"add [{figure.needs}]"
        if budget.name == "battery_life_days" and file.world.harvest:
            yield "its cell is charged", (*key, "name"), "limit off_h_per_day instead"
        if budget.task and not figure.by_task:
            some = [name for name in FIGURES if FIGURES[name].by_task]
            yield (
                f"{budget.name} is no task's",
                (*key, "task"),
                f"leave it out, or {', '.join(some)}",
            )
        elif budget.task and budget.task not in tasks:
            yield f"no task {budget.task}", (*key, "task"), f"one of {', '.join(tasks)}"


def _replay_faults(file: ScenarioFile) -> Iterator[Fault]:
    """A replay of what the board does not have, or of what another already replays."""
    known = (*replay.PHASES, *replay.RESTS)
    names = [one.of for one in file.replay]
    for i, name in enumerate(names):
        if name not in known:
            yield f"no phase or state {name}", ("replay", i, "of"), f"one of {', '.join(known)}"
        elif name in names[:i]:
            yield f"{name} is replayed already", ("replay", i, "of"), "name all recordings there"
