"""A recording that is a zip archive."""

import zipfile
import zlib
from pathlib import Path

# What zipfile raises of a damaged archive; RuntimeError is of a member that seems encrypted.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def opened(path: Path) -> zipfile.ZipFile:
    """The archive; one of DAMAGE for a file that is none.

    No program packs a recording otherwise than by Deflate. What else a Python unpacks, Zstandard
    since 3.14, has errors of its own.
    """
    archive = zipfile.ZipFile(path)
    if any(member.compress_type not in _PACKED for member in archive.infolist()):
        archive.close()
        raise zipfile.BadZipFile
    return archive
