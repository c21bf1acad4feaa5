"""Open a recording, whatever its name: by content, through .xz and .gz."""

import gzip
import lzma
import zlib
from pathlib import Path

from host_sim.errors import BadInput
from host_sim.trace import dmm, ppk2
from host_sim.trace.recording import Recording

FORMATS = (
    (dmm.matches, dmm.read, dmm.NAME),
    (ppk2.matches, ppk2.read, ppk2.NAME),
)
_XZ, _GZ = b"\xfd7zXZ\x00", b"\x1f\x8b"


def read(path: Path) -> Recording:
    """Read a recording. BadInput names the file, the line and the fault when it cannot be used."""
    data = _unpacked(path)
    if not data.strip():
        raise BadInput("the file is empty", where=path, remedy="record again")
    for matches, parse, _ in FORMATS:
        if matches(data):
            return parse(data, path)
    names = " or ".join(name for _, _, name in FORMATS)
    raise BadInput("no format that is known here", where=path, remedy=f"give {names}")


def _unpacked(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInput("no such file", where=path, remedy="check the path") from None
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", where=path) from None
    try:
        if data.startswith(_XZ):
            return lzma.decompress(data)
        if data.startswith(_GZ):
            return gzip.decompress(data)
    except (lzma.LZMAError, EOFError, OSError, zlib.error):
        raise BadInput("cut off or damaged", where=path, remedy="fetch it again") from None
    return data
