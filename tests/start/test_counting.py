"""start.toml is what the firmware of this tree reads and executes."""

from host_sim.files import inputs
from host_sim.hardware import start
from tests.start import counting, page


def test_the_counts_are_those_of_this_tree() -> None:
    assert start.as_toml(counting.counted()) == inputs.text(start.COUNTS), "run make start"


def test_what_it_writes_is_what_it_reads() -> None:
    written = {name: image.work for name, image in start.images().items()}
    assert start.as_toml(written) == inputs.text(start.COUNTS)


def test_the_page_tells_the_starts_of_this_tree() -> None:
    told = page.PAGE.read_text(encoding="utf-8")
    assert page.written(told) == told, "make start"
