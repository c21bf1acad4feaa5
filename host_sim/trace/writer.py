"""Write a recording for the viewers that people use, the format by the file's ending."""

from collections.abc import Callable
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.files import outputs
from host_sim.progress import Progress, silent
from host_sim.trace.formats import jls, parquet, ppk2, ppk2file
from host_sim.trace.recording import Recording

Write = Callable[[Path, Recording, Progress], None]
WRITERS: dict[str, Write] = {
    ".csv": ppk2.write,
    ".ppk2": ppk2file.write,
    ".jls": jls.write,
    ".parquet": parquet.write,
}


def write(path: Path, recording: Recording, progress: Progress = silent) -> list[str]:
    """Write the file; what of the recording its format cannot hold, in words.

    BadInput when it cannot be written; what stood there before then still does.
    """
    with outputs.beside(path) as part:
        try:
            WRITERS[path.suffix](part, recording, progress)
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
