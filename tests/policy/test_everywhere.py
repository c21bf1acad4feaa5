"""The policy tests again in both MicroPythons, and the same decisions over random wakes."""

from pathlib import Path

import pytest

from tests.interpreters import NAMES, Run, run
from tests.policy.differential import parting, played
from tests.policy.wakes import play
from tests.policy.words import Words

MODULES = (
    "ticks",
    "sleep",
    "spread",
    "surge",
    "backoff",
    "energy",
    "harvest",
    "loudness",
    "patience",
    "report",
    "sampling",
    "cascade",
    "txpower",
    "schedule",
    "retain",
    "config",
    "node",
    "failing",
    "resting",
    "detector",
    "monitor",
    "switch",
)
SHARDS = 4
SHARD = 25_000


def test_no_module_is_forgotten() -> None:
    here = Path(__file__).parent
    elsewhere = {"test_everywhere.py", *(path.name for path in here.glob("test_properties_*.py"))}
    found = {path.name for path in here.glob("test_*.py")} - elsewhere
    assert found == {f"test_{module}.py" for module in MODULES}


@pytest.mark.parametrize("interpreter", ["unix", "wasm"])
@pytest.mark.parametrize("module", MODULES)
def test_policy(module: str, interpreter: str) -> None:
    done = run(interpreter, "tests.policy.runner", (f"test_{module}",))
    print(done.stdout)
    assert done.code == 0, done.stdout
    assert "ok test_" in done.stdout


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 1 + SHARDS))]
)
def test_the_same_decisions_in_every_interpreter(seed: int) -> None:
    """100,000 wakes in all, each with the heap locked and through the wrap of the clock."""
    assert parting({name: played(name, seed, SHARD) for name in NAMES}) == ""


def test_nothing_leaves_31_bits_in_random_wakes() -> None:
    """Values and intermediates are checked; the decisions are those of plain ints."""
    assert list(play(99, 10_000, Words)) == list(play(99, 10_000))


def test_a_difference_is_found() -> None:
    runs = {"cpython": Run("1000 a b\n2000 c d\n", 0, 0), "wasm": Run("1000 a b\n2000 c e\n", 0, 0)}
    assert parting(runs) == "cpython 2000 c d\nwasm 2000 c e"
    assert parting({**runs, "wasm": runs["cpython"]}) == ""
    assert parting({"unix": Run("boom", 1, 0)}) == "unix failed:\nboom"
