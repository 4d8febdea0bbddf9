"""Fuzz every file reader at length: `python -m tests.fuzz [NAME ...] [--cases N] [--first N] [--atheris SECONDS]`.

Each time with other seeds, unless the first is given: those of `make test` are fixed, and find a fault once.
Prints the slowest case, the peak memory and all undocumented errors of each reader; files with errors stay in the
printed folder. With --atheris, if that package is installed, coverage guides the mutations, for SECONDS per reader.
"""

from __future__ import annotations

import argparse
import logging
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from time import perf_counter

from tests.fuzz.cases import run_cases
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Exit code 0 if every case is as documented and within its bounds, else 1."""
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}; without, all")
    parser.add_argument("--cases", type=int, default=2_000, help="how many for each reader (default 2000)")
    parser.add_argument("--first", type=int, help="the first seed; by default another each time")
    parser.add_argument("--atheris", type=int, metavar="SECONDS", help="guided by coverage, for so long each")
    options = parser.parse_args()
    unknown = set(options.names) - TARGETS.keys()
    if unknown:
        parser.error(f"there is no reader called {min(unknown)}; choose from {', '.join(TARGETS)}")
    # As in the tests, warnings are errors.
    warnings.simplefilter("error")
    # What readers log of damaged files.
    logging.disable()
    targets = [TARGETS[name] for name in options.names or TARGETS]
    folder = Path(tempfile.mkdtemp(prefix="numpynet-fuzz-"))
    if options.atheris is not None and len(targets) == 1:
        from tests.fuzz.guided import fuzz

        return fuzz(targets[0], options.atheris, folder)
    if options.atheris is not None:
        failed = [target.name for target in targets if not _guided(target, options.atheris)]
    else:
        first = random.SystemRandom().randrange(1_000_000_000) if options.first is None else options.first
        print(f"seeds from {first}", flush=True)
        failed = [target.name for target in targets if not _run(target, options.cases, first, folder)]
    if failed:
        print(f"failed: {', '.join(failed)}; their files are in {folder}")
    return 1 if failed else 0


def _guided(target: Target, seconds: int) -> bool:
    """A process for each, since atheris ends its own."""
    command = [sys.executable, "-m", "tests.fuzz", target.name, "--atheris", str(seconds)]
    return subprocess.run(command, check=False).returncode == 0


def _run(target: Target, count: int, first: int, folder: Path) -> bool:
    begin = perf_counter()
    cases = list(run_cases(target, count, folder, first))
    slowest = max(cases, key=lambda case: case.seconds)
    largest = max(cases, key=lambda case: case.memory)
    faults = [case for case in cases if case.fault]
    print(
        f"{target.name:<12} {len(cases):,} cases, {sum(case.opened for case in cases):,} opened, "
        f"slowest {1000 * slowest.seconds:.0f} ms (seed {slowest.seed}), "
        f"most memory {largest.memory / 1e6:.0f} MB (seed {largest.seed}), "
        f"{len(faults)} undocumented, {perf_counter() - begin:.0f} s in all",
        flush=True,
    )
    for case in faults[:20]:
        print(f"    seed {case.seed}: {case.fault}")
    return not faults


if __name__ == "__main__":
    sys.exit(main())
