"""docs/reference.md is the schemas', and says what they hold the reader to."""

import tomllib

import pytest

from host_sim.errors import BadInput
from host_sim.hardware import boardfile
from host_sim.spec import scenario
from host_sim.toml import file as tomlfile
from tests.conftest import CHECKOUT
from tests.sim.files import text_of
from torpor_tools import reference

PAGE = (CHECKOUT / reference.PAGE).read_text()


def test_the_page_is_the_schemas() -> None:
    assert reference.page() == PAGE, "make reference"


def test_every_key_of_the_shipped_scenarios_is_on_it() -> None:
    def keys(table: dict[str, object]) -> set[str]:
        out = set(table)
        for name, value in table.items():
            for below in value if isinstance(value, list) else [value]:
                if isinstance(below, dict) and name != "reads":
                    out |= keys(below)
        return out

    for name in scenario.names():
        for key in keys(tomllib.loads(text_of(name))):
            assert f"| `{key}` |" in PAGE


@pytest.mark.parametrize(
    ("row", "key", "last", "first_refused"),
    [
        ("`drift_ppm` | whole number -500 … 500 |", "world.drift_ppm", "500", "501"),
        ("`seed` | whole number 0 … 2,147,483,647 |", "seed", "2147483647", "2147483648"),
        ("`days` | number 0.001 … 36,500 |", "days", "36500", "36500.1"),
        ("`days` | number 0.001 … 36,500 |", "days", "0.001", "0.000999"),
        (
            "`hours` | number over 0, at most 876,000 |",
            "world.wifi.outage",
            "[{start_h=0,hours=1}]",
            "[{hours=0}]",
        ),
    ],
)
def test_a_bound_is_where_the_page_has_it(
    row: str, key: str, last: str, first_refused: str
) -> None:
    assert row in PAGE
    scenario.load("garden", (f"{key}={last}",))
    with pytest.raises(BadInput):
        scenario.load("garden", (f"{key}={first_refused}",))


def test_a_text_is_as_long_as_the_page_has_it() -> None:
    for row in (
        "`source` | text, 8 at least |",
        "`ssid` | text, not empty |",
        "`host` | text, 1 to 253 characters |",
        "`user` | text, 128 at most |",
    ):
        assert f"| {row}" in PAGE
    board = {"current_na": 63_000, "tag": "M", "source": "8 signs."}
    tomlfile.convert(board, "", "board.toml", boardfile.State)
    with pytest.raises(BadInput, match=r"source: expected string of length >= 8"):
        tomlfile.convert(board | {"source": "7 signs"}, "", "board.toml", boardfile.State)
