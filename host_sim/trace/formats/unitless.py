"""CSV of a time and a value whose header tells no unit: the user must.

Otii's export of one channel (seconds, the channel's name only in the file's name) and loggers that
write Timestamp,Data with the date.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt

from host_sim.errors import BadInput
from host_sim.trace.columns import rows, text
from host_sim.trace.columns.source import Source
from host_sim.trace.columns.units import as_ua
from host_sim.trace.recording import Floats, Recording

NAME = "Otii CSV"
_FORMATS = {'"Timestamp","Value"': "otii-csv", "Timestamp,Data": "timestamp-csv"}
_DATE = "S40"  # 2024-03-03 20:24:46.935040


def matches(data: bytes) -> bool:
    """Whether the first line is one of the two."""
    return data.split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1") in _FORMATS


def read(source: Source) -> Recording:
    """All samples; BadInput without a unit, for a cut row, or times that are not even."""
    path = source.path
    as_ua(np.zeros(1), source)  # before the rows are read
    lines = text.lines(source)
    name = _FORMATS[lines[0]]
    dated = name == "timestamp-csv"
    table = rows.table(lines[1:], [("at", _DATE if dated else "f8"), ("value", "f8")], path, 2)
    at_s = _seconds(table["at"], source) if dated else table["at"]
    found = rows.recording(name, at_s, as_ua(table["value"], source), path, 2)
    text.check_even(found, path)
    return found


def _seconds(dates: npt.NDArray[np.bytes_], source: Source) -> Floats:
    """Time since the first row."""
    try:
        stamps = [datetime.fromisoformat(date.decode()) for date in dates]
        return np.array([(stamp - stamps[0]).total_seconds() for stamp in stamps])
    except (ValueError, TypeError):  # no date, or some with a time zone and some without
        raise BadInput(
            "no date and time in each row", where=source.path, remedy="the file is damaged"
        ) from None
