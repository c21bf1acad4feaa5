"""The same randomised wakes in every interpreter: `python -m tests.policy.differential --wakes N`.

Each shard of wakes has a seed and runs in CPython, unix and wasm (tests/policy/wakes.py). Prints a
line a shard, and where two interpreters part first; exit 1 when they do.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.interpreters import NAMES, Run, run

SHARD = 50_000


def played(interpreter: str, seed: int, wakes: int) -> Run:
    """One shard in one interpreter."""
    return run(interpreter, "tests.policy.wakes", (str(seed), str(wakes)))


def parting(runs: dict[str, Run]) -> str:
    """Where the interpreters part, or why one of them failed; empty when they agree."""
    for name, each in runs.items():
        if each.code:
            return f"{name} failed:\n{each.stdout}"
    first, *others = runs.items()
    for name, each in others:
        for ours, theirs in zip(first[1].stdout.split("\n"), each.stdout.split("\n"), strict=True):
            if ours != theirs:
                return f"{first[0]} {ours}\n{name} {theirs}"
    return ""


def main() -> int:
    """Compare all shards on all cores; the number that part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wakes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first shard")
    chosen = parser.parse_args()
    parted = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shards = [
            (seed, min(SHARD, chosen.wakes - start))
            for seed, start in enumerate(range(0, chosen.wakes, SHARD), chosen.seed)
        ]
        jobs = [[pool.submit(played, name, *shard) for name in NAMES] for shard in shards]
        for (seed, wakes), shard_jobs in zip(shards, jobs, strict=True):
            runs = {name: job.result() for name, job in zip(NAMES, shard_jobs, strict=True)}
            difference = parting(runs)
            parted += bool(difference)
            print(f"seed {seed}: {wakes} wakes {difference or 'equal'}", flush=True)
    print(f"{chosen.wakes} wakes in {', '.join(NAMES)}: {parted} of {len(shards)} shards differ")
    return parted


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
