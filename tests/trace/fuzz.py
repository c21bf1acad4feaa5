"""Damaged recordings: each is refused in a line, or read as a second reader reads the same bytes.

python -m tests.trace.fuzz --inputs 10000
"""

import argparse
import faulthandler
import math
import os
import resource
import signal
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from host_sim.errors import BadInput
from host_sim.trace import reader
from tests.conftest import CHECKOUT
from tests.trace import seeds, strict
from tests.trace.seeds import Seed

MOST_S = 10  # for one input: a hang, not a slow machine
MOST_BYTES = 4 << 30  # of address space: a header's number must not be allocated unseen

# Where, counted round the file; how many bytes go; what comes in their place.
WHERE = st.integers(0, 1 << 16)
ANY = st.tuples(WHERE, st.integers(0, 12), st.binary(max_size=40))
DIGIT = st.tuples(WHERE, st.just(1), st.sampled_from([b"%d" % i for i in range(10)]))
WORDS = [b"-", b".", b"\n", b",", b"nan", b"inf", b"1e400", b"\r", b"#", b" ", b"\xc2\xb5", b"_"]
WORD = st.tuples(WHERE, st.integers(0, 4), st.sampled_from(WORDS))
CUT = st.sampled_from([None, None, None]) | st.floats(0, 1)
DAMAGE = st.tuples(st.lists(ANY | DIGIT | WORD, min_size=1, max_size=2), CUT)
Edits = tuple[list[tuple[int, int, bytes]], float | None]


def damaged(data: bytes, how: Edits) -> bytes:
    """Some places overwritten, perhaps cut off."""
    edits, cut = how
    for where, gone, come in edits:
        at = where % (len(data) + 1)
        data = data[:at] + come + data[at + gone :]
    return data if cut is None else data[: int(cut * len(data))]


@dataclass(frozen=True)
class Target:
    """A seed, the file that is damaged and, where it is another, the one that is read."""

    seed: Seed
    damaged: Path
    read: Path


def outcome(target: Target, how: Edits) -> str:
    """Read a damaged file; AssertionError for a number that a second reading does not bear out."""
    seed, data = target.seed, damaged(target.seed.data, how)
    target.damaged.write_bytes(data)
    said = ""
    try:
        recording = reader.read(target.read, **seed.said)  # type: ignore[arg-type]
        found_mc = recording.charge_mc
    except BadInput as error:
        said = str(error)
    assert target.damaged.read_bytes() == data, "the reader changed the file"
    assert said.isprintable(), said
    if said:
        return "refused"
    expected_mc = seed.charge_mc(data)
    reach_mc = recording.duration_s * float(abs(recording.current_ua).max()) / 1000
    # A rate has five digits.
    assert math.isclose(found_mc, expected_mc, rel_tol=1e-4, abs_tol=1e-4 * reach_mc), (
        f"{seed.name}: {found_mc} mC, by another reading {expected_mc}"
    )
    return "read"


def of_project(stub: Path, _: bytes) -> float:
    return strict.otii3(stub)


def all_targets(folder: Path) -> list[Target]:
    """Made files, the parts of a made Otii 3 project, and genuine files where they are."""
    recordings = Path(os.environ.get("TORPOR_DATA", CHECKOUT.parent / "shared" / "data"))
    files = [*seeds.made(), *(seeds.genuine(recordings) if recordings.is_dir() else ())]
    files.append(Seed("any bytes", b"", lambda _: math.nan))
    targets = [Target(seed, folder / "recording", folder / "recording") for seed in files]
    for part in (f"versions/{seeds.OTII3}/data/project.json", "data/project/b0/samples.dat"):
        project = folder / Path(part).name
        project.mkdir()
        stub = seeds.otii3(project, [("mc", "current", 4000.0, seeds.MADE_A)])
        path = project / "data" / part
        seed = Seed(f"otii3 {path.name}", path.read_bytes(), partial(of_project, stub))
        targets.append(Target(seed, path, stub))
    return targets


def main() -> None:
    """Fuzz every seed alike; a failure ends the command with the input that hypothesis reduced."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    inputs = parser.parse_args().inputs
    faulthandler.enable()  # a library that crashes says where
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    with tempfile.TemporaryDirectory() as folder:
        targets = all_targets(Path(folder))
        total: Counter[str] = Counter()
        for target in targets:
            total += fuzz(target, -(-inputs // len(targets)))
    print(f"{total.total():,} inputs: {dict(total)}")


def fuzz(target: Target, inputs: int) -> Counter[str]:
    """Read so many damaged copies of one file."""
    found: Counter[str] = Counter()

    @settings(
        max_examples=inputs,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(DAMAGE)
    def damage(how: Edits) -> None:
        signal.alarm(MOST_S)
        found[outcome(target, how)] += 1
        signal.alarm(0)

    damage()
    print(f"{target.seed.name}: {dict(found)}", flush=True)
    return found


if __name__ == "__main__":
    main()
