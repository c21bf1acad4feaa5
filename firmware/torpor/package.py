"""The package as it is deployed: torpor.mpy, its modules behind the bytecode of this.

LittleFS reads past each folder at a mount, and past each name of one at every look for a file. A
wake has no use for any of these modules, or for a few: as one file they cost the others nothing.

__path__ is what makes a module a package (MicroPython 1.29, py/builtinimport.c:435), and the end of
a module's bytecode is known without that of the file (py/persistentcode.c:454).
"""

import os

import vfs

__version__ = ""
__path__ = "/torpor"
MODULES = ""  # of each its path, where it begins as bytes before the file's end, and "\n"

_own = __file__ if __file__[0] == "/" else os.getcwd().rstrip("/") + "/" + __file__


class Modules:
    """A file system of which an import asks two things (extmod/vfs.c:122, vfs_reader.c:84)."""

    error: "BaseException | None" = None  # a Ctrl-C's, which came as it was asked

    def mount(self, readonly: bool, mkfs: bool) -> None:
        """Nothing is to be done."""

    def umount(self) -> None:
        """Nor at the end of an interpreter."""

    def stat(self, path: str) -> tuple:
        """Of a path from here whether it is a folder. OSError where there is nothing."""
        try:
            return _stat(path)
        except OSError:
            raise
        except BaseException as error:  # an import takes it for nothing there (vfs.c:143)
            self.error = error
        return _stat(path)

    def open(self, path: str, mode: str) -> object:
        """The file of all modules, at the beginning of one; or what stat() was not let raise."""
        if self.error:
            error = self.error
            self.error = None
            raise error
        file = open(_own, "rb")
        file.seek(-_before_end(path), 2)
        return file


def _stat(path: str) -> tuple:
    """Of a folder or a module. OSError where there is neither."""
    if "\n" + path + "/" in MODULES:
        return 0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0
    _before_end(path)
    return 0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0


def _before_end(path: str) -> int:
    """Where a module begins. OSError where there is none."""
    found = MODULES.find("\n" + path + " ")
    if found < 0:
        raise OSError(2)
    begin = found + len(path) + 2
    return int(MODULES[begin : MODULES.index("\n", begin)])


try:
    vfs.mount(Modules(), __path__)
except OSError:
    pass  # it was imported before
