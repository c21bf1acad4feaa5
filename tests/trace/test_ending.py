"""A last row without its end: cut off or not, as exporters and as loggers print."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace.columns import ending

PATH = Path("a.csv")


@pytest.mark.parametrize(
    ("last", "above", "whole"),
    [
        (b"2,1.50", b"1,1.25", True),
        (b"2,1.5", b"1,1.25", False),
        (b"2,1.", b"1,1.25", False),
        (b"2,1", b"1,1.25", False),
        (b"2,01100", b"1,01100000", False),  # eight channels in one column
        (b"2,01100111", b"1,01100000", True),
        (b"2,", b"1,7", False),
        (b"x,9.99\n2,1.50", b"0,3\n1,1.25", True),  # the last line of each counts
    ],
)
def test_digits_as_above_are_whole(last: bytes, above: bytes, whole: bool) -> None:
    if whole:
        ending.check_alike(last, above, PATH, 7)
        return
    with pytest.raises(BadInput, match=r"^a.csv:7: the last row is cut off; export it again$"):
        ending.check_alike(last, above, PATH, 7)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 6), st.data())
def test_any_cut_behind_the_point_is_seen(
    one: int, other: int, digits: int, data: st.DataObject
) -> None:
    above, last = (f"{value / 10**digits:.{digits}f}".encode() for value in (one, other))
    ending.check_alike(last, above, PATH, 2)
    cut = data.draw(st.integers(1, digits))
    with pytest.raises(BadInput):
        ending.check_alike(last[:-cut], above, PATH, 2)


def test_a_loggers_row_ends_or_may_be_cut() -> None:
    ending.check_ended(True, PATH, 3)
    with pytest.raises(BadInput, match=r"^a.csv:3: the last line lacks its end and may be cut off"):
        ending.check_ended(False, PATH, 3)
