"""Where the charge went: the ledger's cells by name, and what stands behind each number."""

from typing import Any

from host_sim.engine.ledger import DECISION_NAMES, FC_PER_MC, Ledger
from host_sim.hardware import states
from host_sim.hardware.board import SLOWED, Board
from host_sim.lab.report import words
from host_sim.sim import cube
from host_sim.sim.traced import MARKS
from host_sim.spec.nodefile import Node
from host_sim.spec.scenario import Scenario

START = "the stages of the start, counts times factors: torpor board show, docs/start.md"


def of(scenario: Scenario, books: Ledger) -> dict[str, Any]:
    """Cells, all of which add up to the run's charge, and the words for their names."""
    price_na = dict(zip(states.NAMES, books.current_na, strict=True))
    cells = [
        [*cell[:5], cell.charge_fc(price_na[cell.state]) / FC_PER_MC] for cell in cube.cells(books)
    ]
    return {
        "cells": cells,
        "names": {
            "slots": cube.slots(books.task_names),
            "decisions": DECISION_NAMES,
            "states": states.NAMES,
            "marks": MARKS,  # what the marker pins say in each
        },
        "states": {name: source(scenario.board, name, na) for name, na in price_na.items()},
        "tasks": tasks(scenario.file.node),
        "decisions": words.DECISIONS,
    }


def source(board: Board, name: str, na: int) -> dict[str, Any]:
    """A state's current in the run, and where it stands: of the board, and of what is beside it."""
    at = states.NAMES.index(name)
    tx = board.file.radio.tx
    table = tx if at >= states.TX else board.file.states.get(name)
    more_ua = (na - board.current_na[at]) / 1000
    more = f"; and {more_ua:g} µA by sensors and a pull-up" if more_ua else ""
    slow = board.file.radio.slow
    if board.slow and name in SLOWED and slow.spared_na:
        more += f"; less {slow.spared_na / 1e6:g} mA by a clock of 80 MHz ({slow.source})"
    return {
        "what": words.state(name),
        "ua": na / 1000,
        "tag": table.tag if table else "I",
        "source": (table.source if table else START) + more,
    }


def tasks(node: Node) -> dict[str, str]:
    """What each line of the books by task is for."""
    own = {
        task.name: f"{', '.join(task.channels)}: every {task.period_s:,} s, "
        f"{task.early_s:,} s early to {task.late_s:,} s late"
        for task in node.task
    }
    return {**own, "report": words.REPORT, "watch": words.WATCH, "node": words.NODE}
