"""The model of the heap: JSON to the block, parts by configuration, and the figure in a budget."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.files import scratch
from host_sim.hardware import heap
from host_sim.hardware.heap import COUNTED, NODE, OBJECT_BYTES, PARTS, fullest_bytes, parsed_bytes
from host_sim.hardware.start import IMAGES
from host_sim.sim import run
from host_sim.spec import scenario
from host_sim.spec.drivers import Analog
from host_sim.spec.heap import NAMES, heap_bytes
from host_sim.spec.wiring import Pins, Wiring
from tests import interpreters
from tests.heap import nodes
from torpor_tools import cli

PARSE = """
import gc, json
sizes = [0] * 100
with open("/tree/texts") as file:
    texts = file.read().split("\\n")
gc.collect()
at = before = made = 0
for at in range(len(texts)):
    before = gc.mem_alloc()
    made = json.loads(texts[at])
    sizes[at] = gc.mem_alloc() - before
print(sizes[: len(texts)])
"""
# Of letters that make no name in the firmware; the interpreter knows what is shorter.
texts = st.text("qxzjQXZJ", min_size=5, max_size=80)
values = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**31), 2**31), texts),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(texts, inner, max_size=20),
    max_leaves=40,
)


@given(st.lists(values.filter(lambda one: isinstance(one, dict | list)), min_size=1, max_size=9))
@settings(max_examples=3)
def test_json_takes_what_the_interpreter_says(some: list[object]) -> None:
    with scratch.folder() as folder:
        Path(folder, "parse.py").write_text(PARSE)
        Path(folder, "texts").write_text("\n".join(map(json.dumps, some)))
        told = json.loads(interpreters.wasm(folder, "parse").stdout)
    for size, one in zip(told, some, strict=True):
        assert size - _begun_bytes(one) == parsed_bytes(one)


def _begun_bytes(value: object) -> int:
    """Of the list of what is begun around the innermost; garbage then."""
    around = _depth(value) - 1
    return parsed_bytes([0] * around) - OBJECT_BYTES if around else 0


def _depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def test_a_part_comes_by_what_needs_it() -> None:
    found = {name: one for name, (one, _) in nodes.shipped().items()}
    has = {name: _more(one) for name, one in found.items()}
    counts = heap.counted()["files"]
    assert (has["garden"], has["door"]) == (0, counts["watching"])
    assert has["plug"] == counts["switch"] + counts["bl0937"]
    assert has["sound"] == counts["ulp"]
    assert has["examples/greenhouse"] == counts["harvest"]


def _more(given: scenario.Scenario) -> int:
    """What is booked beside the node's and the configuration's."""
    told = heap_bytes(given.file.node, given.board, given.wiring)
    bare = {**nodes.config_of(given), **NAMES}
    assert told
    return told - fullest_bytes(given.file.node.image, (), bare)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_counts_as_the_one_that_was_counted(image: str) -> None:
    some = fullest_bytes(image, PARTS, {})
    counts = heap.counted()[COUNTED[image]]
    assert some == counts[NODE] + sum(counts[part] for part in PARTS) + parsed_bytes({})
    assert fullest_bytes("romfs", PARTS, {}) < fullest_bytes("files", PARTS, {})


def test_more_channels_need_more() -> None:
    found = scenario.load("garden")
    channels = found.file.node.channel
    few, many = (
        heap_bytes(msgspec.structs.replace(found.file.node, channel=some), found.board, Wiring())
        for some in (channels, [*channels, msgspec.structs.replace(channels[0], name="more")])
    )
    assert few
    assert many
    assert 100 < many - few < 300


def test_markers_are_dear() -> None:
    found = scenario.load("garden")
    bare, marked = (
        heap_bytes(found.file.node, found.board, Wiring(pins=pins))
        for pins in (Pins(), Pins(markers=(18, 19)))
    )
    assert bare
    assert marked
    assert marked - bare > heap.counted()["files"]["markers"]


def test_what_the_ulp_reads_by_counts_where_no_wiring_says_what_that_is() -> None:
    by_cpu, by_ulp, without_one = (
        heap_bytes(found.file.node, found.board, Wiring())
        for changes in (
            (),
            ("node.task.climate.ulp=true",),
            ("node.task.climate.ulp=true", "board=xiao_esp32c3"),
        )
        for found in [scenario.load("garden", changes)]
    )
    assert by_cpu
    assert by_ulp == by_cpu + heap.counted()["files"]["monitor"]
    assert without_one == by_cpu


def test_a_board_without_the_pins_has_no_figure() -> None:
    found = scenario.load("garden")
    wired = Wiring(sensor={"light": Analog(pin="no_such_pin")})
    assert heap_bytes(found.file.node, found.board, wired) is None


def test_a_budget_on_it_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    value = run.run(scenario.load("garden", ("days=0.1",))).figure("heap_bytes")
    assert value
    for limit, code in ((int(value), 0), (int(value) - 1, 1)):
        budget = f'budget=[{{name="heap_bytes", at_most={limit}}}]'
        assert cli.run(["check", "garden", "--days", "0.1", "--set", budget]) == code
        assert "heap_bytes" in capsys.readouterr().out
