"""Write a recording for the viewers that people use, the format by the file's ending."""

from collections.abc import Callable
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.trace.columns.source import Progress, silent
from host_sim.trace.recording import Recording

Write = Callable[[Path, Recording, Progress], None]


def _csv(path: Path, recording: Recording, progress: Progress) -> None:
    from host_sim.trace.formats import ppk2

    ppk2.write(path, recording, progress)


def _ppk2(path: Path, recording: Recording, progress: Progress) -> None:
    from host_sim.trace.formats import ppk2file

    ppk2file.write(path, recording, progress)


def _jls(path: Path, recording: Recording, progress: Progress) -> None:
    from host_sim.trace.formats import jls

    jls.write(path, recording, progress)


def _parquet(path: Path, recording: Recording, progress: Progress) -> None:
    from host_sim.trace.formats import parquet

    parquet.write(path, recording, progress)


# Each imports its library when it is used.
WRITERS: dict[str, Write] = {".csv": _csv, ".ppk2": _ppk2, ".jls": _jls, ".parquet": _parquet}


def check(path: Path) -> Write:
    """The writer of a file of this name; BadInput for an ending that has none."""
    if path.suffix not in WRITERS:
        remedy = f"one of {', '.join(WRITERS)}"
        raise BadInput(f"no format ends in {path.suffix or 'nothing'}", where=path, remedy=remedy)
    return WRITERS[path.suffix]


def write(path: Path, recording: Recording, progress: Progress = silent) -> list[str]:
    """Write the file; what of the recording its format cannot hold, in words.

    BadInput when it cannot be written; what stood there before then still does.
    """
    writer = check(path)
    with outputs.beside(path) as part:
        try:
            writer(part, recording, progress)
        except BadInput as error:  # of the format, which does not know the file's last name
            raise BadInput(str(error), where=path) from None
    return lost(path.suffix, recording)


def lost(suffix: str, recording: Recording) -> list[str]:
    """What a format has no place for."""
    out = []
    if suffix in (".ppk2", ".csv") and recording.voltage_v is not None:
        out.append("the voltage")
    if suffix != ".parquet" and recording.clipped_samples:
        out.append("the count of clipped samples")
    return out
