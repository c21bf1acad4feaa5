"""start.toml is what the firmware of this tree reads and executes."""

from collections.abc import Iterable, Mapping

from host_sim.files import inputs
from host_sim.hardware import start
from tests.start import counting, page, plain


def written(names: Iterable[str]) -> dict[str, Mapping[str, start.Work]]:
    """What start.toml has of these."""
    return {name: start.images()[name].work for name in names}


def test_the_counts_are_those_of_this_tree() -> None:
    assert counting.counted() == written(start.OURS), "run make start"


def test_so_are_those_of_a_node_without_our_library() -> None:
    assert plain.counted() == written(start.PLAIN.values()), "run make start"


def test_what_it_writes_is_what_it_reads() -> None:
    names = (*start.OURS, *start.PLAIN.values())
    assert start.as_toml(written(names)) == inputs.text(start.COUNTS)


def test_the_page_tells_the_starts_of_this_tree() -> None:
    told = page.PAGE.read_text(encoding="utf-8")
    assert page.written(told) == told, "make start"
