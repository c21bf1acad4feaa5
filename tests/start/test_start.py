"""A start's stages: sums, order, switches and scale; the published ones."""

from dataclasses import replace
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.hardware import board, boardfile, price, states, uncertain
from host_sim.hardware import start as starts
from host_sim.hardware.start import FACTORS, IMAGES, Currents, Image, Work
from host_sim.sim import build
from host_sim.spec import scenario
from tests.fidelity import starts as published
from tests.fidelity.row import Row

BUSY = Currents(15_000_000, 45_000_000, 50_000_000)
BOARDS = {name: board.load(name) for name in board.names()}
DEVKIT = BOARDS["lolin32_lite"]
ALL = pytest.mark.parametrize("name", BOARDS)
works = st.builds(Work, st.integers(0, 9_000), st.integers(0, 10**6), st.integers(0, 10**8))
images = st.builds(
    Image,
    st.dictionaries(st.sampled_from(["mount", "imports", starts.WAKE]), works, min_size=1),
    nvs=st.booleans(),
    psram=st.booleans(),
    validated_kib=st.integers(0, 4_000),
    gc_init_mib=st.integers(0, 8),
    gc_collect_mib=st.integers(0, 8),
)
eaches = st.fixed_dictionaries({name: st.integers(1, 10**8) for name in FACTORS})


@ALL
def test_a_start_is_the_sum_of_its_stages(name: str) -> None:
    for image in IMAGES:
        one = BOARDS[name].starting(image)
        *begun, own, link = one.stages
        assert one.phase_us("boot") == sum(stage.us for stage in begun)
        assert (own.name, one.phase_us("wake_cpu")) == (starts.WAKE, own.us)
        assert (link.name, one.phase_us("link")) == (starts.LINK, link.us)
        fc = sum(stage.us * stage.na for stage in begun)
        assert price.state_fc(one, "boot", one.phase_us("boot")) == pytest.approx(fc, rel=1e-6)


@ALL
def test_a_better_image_is_never_slower(name: str) -> None:
    boot_us = [BOARDS[name].starting(image).phase_us("boot") for image in IMAGES]
    assert boot_us == sorted(boot_us, reverse=True)


@given(image=images, each=eaches, more=works, mhz=st.sampled_from([80, 160, 240]))
def test_more_to_do_never_starts_faster(
    image: Image, each: dict[str, float], more: Work, mhz: int
) -> None:
    before = starts.stages(image, each, mhz, BUSY)
    name, work = next(iter(image.work.items()))
    added = Work(work.reads + more.reads, work.bytes + more.bytes, work.fuel + more.fuel)
    larger = replace(image, work={**image.work, name: added})
    after = starts.stages(larger, each, mhz, BUSY)
    for one, other in zip(before, after, strict=True):
        assert other.us >= one.us if one.name == name else other == one


@given(image=images, each=eaches, psram_mb=st.integers(0, 32))
def test_what_is_left_out_takes_no_time(
    image: Image, each: dict[str, float], psram_mb: int
) -> None:
    bare = replace(image, nvs=False, psram=False, validated_kib=0, gc_init_mib=0, gc_collect_mib=0)
    full, least = (starts.stages(one, each, 160, BUSY, psram_mb) for one in (image, bare))
    assert [stage.name for stage in least[:3]] == ["ROM", "boot loader", "interpreter"]
    assert starts.total_us(least) <= starts.total_us(full)


@given(
    factor=st.sampled_from(sorted(FACTORS)),
    ratio=st.floats(0.1, 10),
    plain=st.sampled_from(list(BOARDS.values())),
)
@settings(max_examples=60)
def test_a_factor_scales_what_it_counts(factor: str, ratio: float, plain: board.Board) -> None:
    scaled = plain.starting("files", {factor: ratio})
    for one, other in zip(plain.stages, scaled.stages, strict=True):
        if factor not in one.counts:
            assert one == other
        elif len(one.counts) == 1:
            assert other.us == pytest.approx(one.us * ratio, abs=starts.ROUND_US * (1 + ratio) / 2)
        else:
            assert (other.us - one.us) * (ratio - 1) >= 0


def test_a_start_by_hand() -> None:
    """What one takes of the first in FACTORS is 100 µs, of the next 200, and so on."""
    each = {name: 100_000.0 * i for i, name in enumerate(FACTORS, 1)}
    work = {"mount": Work(0, 0, 0), starts.WAKE: Work(3, 5, 7_000)}
    image = Image(work, validated_kib=11, gc_init_mib=2, gc_collect_mib=4)
    told = starts.stages(image, each, 160, Currents(1, 2, 3), psram_mb=8)
    assert [(stage.name, stage.us, stage.na) for stage in told] == [
        ("ROM", 100, 1),
        ("boot loader", 200, 2),
        ("validation", 11 * 300, 3),
        ("PSRAM test", 8 * 400, 3),
        ("NVS", 500, 3),
        ("interpreter", 800 + 2 * 600, 3),
        ("collection", 4 * 700, 3),
        ("mount", 0, 3),
        (starts.WAKE, 55_800, 3),  # 3 * 900 + 5 * 1,000 + 7,000 * 1,100 cycles at 160 MHz
    ]
    none = starts.stages(Image(work, nvs=False), each, 160, BUSY)
    assert [stage.name for stage in none[:3]] == ["ROM", "boot loader", "interpreter"]


@pytest.mark.parametrize("monitors", [False, True])
@pytest.mark.parametrize("link", states.WAYS)
def test_a_node_loads_its_own_link_and_a_monitor_if_it_has_one(link: str, monitors: bool) -> None:
    whole = starts.images()["files"].work
    told = starts.fitting("files", False, link, monitors).work
    names = list(told)
    assert told[starts.LINK] == whole[starts.BY_ESPNOW if link == "espnow" else starts.LINK]
    assert names[-3:-2] == [starts.MONITOR] if monitors else starts.MONITOR not in names
    assert names[-2:] == [starts.WAKE, starts.LINK]


@given(us=st.integers(10_000, 5_000_000), na=st.integers(10_000_000, 200_000_000))
@settings(max_examples=30)
def test_a_measured_start_comes_out_as_measured(us: int, na: int) -> None:
    """From files, as it was measured; another image by as much less as the model has it."""
    phases = {**DEVKIT.file.phases, "boot": boardfile.Phase(us, "M", "of a test")}
    drawn = {**DEVKIT.file.states, "boot": boardfile.State(na, "M", "of a test")}
    mine = replace(DEVKIT, file=msgspec.structs.replace(DEVKIT.file, phases=phases, states=drawn))
    assert mine.phase_us("boot") == us
    assert mine.current_na[states.BOOT] == pytest.approx(na, rel=1e-3)  # µs a stage
    assert mine.stages[-2:] == DEVKIT.stages[-2:]
    slow = mine.starting("files", {"read": 1.7})  # what a read takes is known no better by it
    assert slow.phase_us("boot") == us
    shares = [
        one.starting("frozen").phase_us("boot") / one.phase_us("boot") for one in (mine, DEVKIT)
    ]
    assert shares[0] == pytest.approx(shares[1], rel=1e-3)


def test_the_simulator_starts_as_the_image_does() -> None:
    for name, image in product(("garden", "door"), IMAGES):
        given = scenario.load(name, (f"node.image={image}", "days=1", 'board="lolin32_lite"'))
        told = DEVKIT.starting(image, watches=name == "door")
        parts = build.parts(given)
        assert parts.timing[:3] == [told.phase_us(name) for name in states.START]
        assert parts.current_na == told.current_na or name == "door"  # which has a resistor


def test_a_node_that_watches_has_more_to_load_of_files_alone() -> None:
    for image in IMAGES:
        alone, watches = (DEVKIT.starting(image, watches=one) for one in (False, True))
        more_us = watches.phase_us("boot") - alone.phase_us("boot")
        assert (more_us > 0) == (image == "files")


def test_an_image_that_is_none_is_told() -> None:
    with pytest.raises(BadInput, match=r"node\.image: invalid enum value 'nope'; one of files, fr"):
        scenario.load("garden", ("node.image=nope",))


@ALL
def test_a_factor_that_is_inferred_is_not_called_sure(name: str) -> None:
    for factor in BOARDS[name].file.factors.values():
        assert factor.tag == "M" or uncertain.percent(factor) >= 10


@pytest.mark.parametrize("row", published.rows(), ids=lambda row: row.what)
def test_a_published_start_is_met(row: Row) -> None:
    assert abs(row.error_pct) <= 5
