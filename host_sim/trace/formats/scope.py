"""CSV of an oscilloscope (CH1,CH2,...,Start,Increment): voltages, also those over a shunt.

Nothing in the file tells which channel is over the shunt, nor its resistance, so there is no
current to read: the reader only says so.
"""

import re

from host_sim.errors import BadInput
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Recording

NAME = "oscilloscope CSV"
_HEADER = re.compile(rb"(CH\d,)+Start,Increment,?\r?\n")


def matches(data: bytes) -> bool:
    """Whether the first line is that of a scope's export."""
    return bool(_HEADER.match(data))


def read(source: Source) -> Recording:
    """Refuse."""
    raise BadInput(
        "voltages of an oscilloscope, and neither the shunt nor its channel is stated",
        where=source.path,
        line=2,
        remedy="divide by the shunt's resistance and write columns timestamp_ms,current_mA",
    )
