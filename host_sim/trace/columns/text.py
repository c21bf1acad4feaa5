"""Lines of a logger's text file, and whether its rows are a recording at all."""

from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace.columns import ending
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Recording

_MOST_GAPS = 0.05  # of the rows: with more, the times are those of arrival, not of sampling


def lines(source: Source) -> list[str]:
    """The lines of a UTF-8 file, each whole: a last one without its end may be cut off."""
    data = source.whole()
    try:
        found = data.decode("utf-8").splitlines(keepends=True)
    except UnicodeDecodeError:
        raise BadInput("not a text file", where=source.path, remedy="export it as CSV") from None
    ending.check_ended(found[-1].endswith("\n"), source.path, len(found))
    return [line.rstrip("\r\n") for line in found]


def check_even(recording: Recording, path: Path) -> None:
    """BadInput when so many rows follow a gap that the mean interval means nothing."""
    gaps = len(recording.gaps)
    if gaps > max(1, _MOST_GAPS * len(recording.current_ua)):
        raise BadInput(
            f"{gaps:,} of {len(recording.current_ua):,} rows come after a gap: not an even rate",
            where=path,
            remedy="log the time at which each sample was taken",
        )
