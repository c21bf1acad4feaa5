"""The pytest plugin: tests of a node on a board at a desk, or else on a virtual board.

Fixtures: `power_budget` simulates a scenario (power.py), and a test marked by it fails where the
scenario does not keep its budgets. `node` handles a node (hil/node.py), `processor` lets it decide
in the simulator's world (hil/processor.py) and `supply` measures it (hil/supply.py);
`torpor_bench` is what stands around it, `torpor_board` what it is. Their modules are loaded when a
test asks for them: the plugin is there in every run of pytest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from host_sim.errors import BadInput

if TYPE_CHECKING:
    from host_sim.hardware.board import Board
    from torpor_tools.hil.bench import Bench
    from torpor_tools.hil.node import Node
    from torpor_tools.hil.power import Power
    from torpor_tools.hil.processor import Processor
    from torpor_tools.hil.supply import Supply
    from torpor_tools.power import Power as Measured

DEFAULT = "lolin32_lite"
BASELINE = "power.toml"
EXPLAINED = pytest.StashKey[Any]()  # the figure of the assertion that fails
MEASURING = pytest.StashKey["Callable[..., Measured]"]()  # what simulates
MARK = "power_budget(scenario, *changes): fails where the scenario does not keep its budgets"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which node, and what is around it."""
    group = parser.getgroup("torpor", "a node in the loop")
    group.addoption("--port", help="the node's serial port; without it a virtual board is started")
    group.addoption("--board", default=DEFAULT, help=f"a board's name or file ({DEFAULT})")
    group.addoption("--bench", type=Path, help="a TOML file: Wi-Fi, broker, relay and supply")
    parser.addini("power_baseline", "what torpor check --update-baseline wrote", default=BASELINE)
    group.addoption("--speed", type=int, default=300, help="of a virtual board's sleeps (300)")


def pytest_configure(config: pytest.Config) -> None:
    """Say what the mark is for, and refuse wrong options before anything runs."""
    config.addinivalue_line("markers", MARK)
    try:
        if config.getoption("--board") != DEFAULT:
            _board(config)
        if config.getoption("--bench"):
            _bench(config)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def _board(config: pytest.Config) -> Board:
    from host_sim.hardware import board

    return board.load(config.getoption("--board"))


def _bench(config: pytest.Config) -> Bench:
    from torpor_tools.hil import bench

    return bench.load(config.getoption("--bench"))


@pytest.fixture(scope="session")
def power_budget(pytestconfig: pytest.Config) -> Callable[..., Measured]:
    """Simulate a scenario, by its path as seen from pytest's rootdir; each once in a process.

    `power_budget("garden.toml").battery_life_days >= 700` is what a test asserts, and further
    arguments change keys: `power_budget("garden.toml", "node.mode=eco")`.
    """
    return _measuring(pytestconfig)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Of a test that is marked, judge the budgets first."""
    for mark in item.iter_markers("power_budget"):
        if mark.kwargs or not mark.args or not all(isinstance(arg, str) for arg in mark.args):
            needs = "a scenario's name, and changes as further texts, key=value"
            pytest.fail(f"the mark power_budget needs {needs}", pytrace=False)
        if why := _measuring(item.config)(*mark.args).broken():
            pytest.fail(why, pytrace=False)


def _measuring(config: pytest.Config) -> Callable[..., Measured]:
    """What simulates scenarios in this process, and remembers them."""
    if MEASURING not in config.stash:
        config.stash[MEASURING] = _measurer(config)
    return config.stash[MEASURING]


def _measurer(config: pytest.Config) -> Callable[..., Measured]:
    from host_sim.spec import scenario
    from torpor_tools import power

    root = config.rootpath
    baseline = root / str(config.getini("power_baseline"))

    @cache
    def measured(name: str, *changes: str) -> Measured:
        path = name if name in scenario.names() else str(root / name)
        try:
            if path != name and not (root / name).is_file():
                remedy = "name it as seen from pytest's rootdir"
                raise BadInput("no such file", where=path, remedy=remedy)
            found = power.measured(path, changes, baseline if baseline.is_file() else None)
        except BadInput as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        found.name = name
        return found

    return measured


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Let an assertion on a figure explain itself; the table is a section of the report."""
    if "torpor_tools.power" not in sys.modules:
        return None
    from torpor_tools.power import Figure

    found = next((side for side in (left, right) if isinstance(side, Figure)), None)
    if found is None:
        return None
    config.stash[EXPLAINED] = found
    sides = (f"{side:g}" if isinstance(side, float | int) else repr(side) for side in (left, right))
    return [f" {op} ".join(sides), *found.explained()]


@pytest.fixture(scope="session")
def torpor_board(pytestconfig: pytest.Config) -> Board:
    """What --board names."""
    return _board(pytestconfig)


@pytest.fixture(scope="session")
def torpor_bench(pytestconfig: pytest.Config) -> Bench:
    """What --bench describes; the virtual board's without it."""
    return _bench(pytestconfig)


@pytest.fixture(scope="session")
def torpor_supply(torpor_bench: Bench) -> Iterator[Supply | None]:
    """The bench's PPK2, feeding."""
    if not torpor_bench.supply:
        yield None
        return
    from torpor_tools.hil.supply import Supply

    try:
        kit = Supply(torpor_bench.supply)
    except BadInput as error:
        pytest.fail(str(error), pytrace=False)
    kit.on()
    yield kit
    kit.close()


@pytest.fixture(scope="session")
def torpor_power(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    torpor_bench: Bench,
    torpor_supply: Supply | None,
) -> Iterator[Power | None]:
    """What can take its power: the virtual board's process, a relay, the PPK2, or nothing."""
    from torpor_tools.hil.power import Switch, Virtual

    if pytestconfig.getoption("--port"):
        yield Switch(torpor_bench.relay) if torpor_bench.relay else torpor_supply
        return
    if sys.platform != "linux":
        pytest.skip("no --port, and the virtual board needs Linux")
    folder = tmp_path_factory.mktemp("board")
    virtual = Virtual(folder, pytestconfig.getoption("--board"), pytestconfig.getoption("--speed"))
    virtual.on()
    yield virtual
    virtual.off()


@pytest.fixture(scope="session")
def torpor_node(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    torpor_power: Power | None,
) -> Iterator[Node]:
    """The node, its port held open for the whole run."""
    from torpor_tools.hil.node import Node

    port = pytestconfig.getoption("--port") or str(torpor_power.port)  # type: ignore[union-attr]
    try:
        opened = Node(port, tmp_path_factory.mktemp("node") / "node.log", torpor_power)
    except BadInput as error:
        pytest.fail(str(error), pytrace=False)
    yield opened
    opened.close()


@pytest.fixture
def node(torpor_node: Node, tmp_path: Path) -> Node:
    """The node, as it happens to be: deploy() to it first."""
    torpor_node.log_to(tmp_path / "node.log")
    return torpor_node


@pytest.fixture
def processor(node: Node) -> Processor:
    """The node's processor, to be lent to the simulator: deploy() to the node first."""
    from torpor_tools.hil.processor import Processor

    return Processor(node)


@pytest.fixture
def supply(torpor_supply: Supply | None) -> Supply:
    """The PPK2; a test that needs one is skipped where there is none."""
    if not torpor_supply:
        pytest.skip("no [supply] in the file that --bench names")
    return torpor_supply


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failure tell what the node said last, or why a figure is another."""
    report = yield
    handled = getattr(item, "funcargs", {}).get("node")
    if report.failed and handled is not None and hasattr(handled, "last_lines"):
        report.sections.append(("node", handled.last_lines()))
    figure = item.config.stash.get(EXPLAINED, None)
    if report.failed and figure is not None:
        item.config.stash[EXPLAINED] = None
        if causes := figure.table():
            report.sections.append(("power", causes))
    return report
