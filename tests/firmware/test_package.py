"""What mip installs is the library as it is: every file, and this version."""

import json
from pathlib import Path

import torpor

LIBRARY = Path(torpor.__file__).parent


def test_the_package_lists_every_file_and_the_version() -> None:
    package = json.loads((LIBRARY / "package.json").read_text(encoding="utf-8"))
    files = sorted(path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.py"))
    beside = ["awake.py", "rescue.py"]  # which main.py imports by these names alone
    files = [name for name in files if name not in (*beside, "package.py")]  # of torpor.mpy
    assert package == {
        "urls": [*([f"torpor/{file}", file] for file in files), *([name, name] for name in beside)],
        "version": torpor.__version__,
    }
