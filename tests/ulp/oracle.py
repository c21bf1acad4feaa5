"""py-esp32-ulp in MicroPython's unix interpreter: what another assembler makes of a program.

It needs MicroPython's uctypes and cannot be installed by pip, so TORPOR_ULP_ORACLE names a folder
that holds its checkout (micropython/micropython-esp32-ulp on GitHub, MIT).
"""

import json
import os
import subprocess
from pathlib import Path

from tests.unix import micropython

# Its preprocessor asks for a database module that the unix interpreter lacks, and does not use it.
SCRIPT = """
import json, sys
sys.modules["btree"] = object()
from esp32_ulp import src_to_binary_ext
with open(sys.argv[1]) as file:
    cpu, texts = json.load(file)
print(json.dumps([src_to_binary_ext(text, cpu)[0].hex() for text in texts]))
"""


def folder() -> Path | None:
    """The checkout, where there is one."""
    named = os.environ.get("TORPOR_ULP_ORACLE")
    return Path(named) if named else None


def assemble(checkout: Path, chip: str, texts: list[str], scratch: Path) -> list[bytes]:
    """The binaries of these texts."""
    cpu = "esp32" if chip == "esp32" else "esp32s2"  # it calls both by the S2's name
    (scratch / "script.py").write_text(SCRIPT)
    (scratch / "texts.json").write_text(json.dumps([cpu, texts]))
    done = subprocess.run(
        [micropython(), "-X", "heapsize=1M", scratch / "script.py", scratch / "texts.json"],
        env={**os.environ, "MICROPYPATH": f"{checkout}:.frozen"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [bytes.fromhex(binary) for binary in json.loads(done.stdout)]
