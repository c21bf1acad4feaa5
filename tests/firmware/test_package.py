"""What mip installs is the library as it is: every file, and this version."""

import json
from pathlib import Path

import torpor

LIBRARY = Path(torpor.__file__).parent


def test_the_package_lists_every_file_and_the_version() -> None:
    package = json.loads((LIBRARY / "package.json").read_text(encoding="utf-8"))
    files = sorted(path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.py"))
    files.remove("awake.py")  # which main.py imports by that name alone
    assert package == {
        "urls": [*([f"torpor/{file}", file] for file in files), ["awake.py", "awake.py"]],
        "version": torpor.__version__,
    }
