"""Run benchmarks: `python -m tests.benchmarks [NAME ...] [--OPTION VALUE]`; without a name all short ones.

Each runs in its own process, unaffected by others.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from itertools import takewhile

from tests.benchmarks.registry import BENCHMARKS, load_all

# Setting a kernel or cache size makes a current numpy 1.2 to 1.5 times slower, and has no other effect.
_DISTURBING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def main() -> int:
    """Exit code 0 if all figures are within their bounds, else 1."""
    if any(name in os.environ for name in _DISTURBING):
        # numpy reads them on import, so a process without them is needed.
        clean = {name: value for name, value in os.environ.items() if name not in _DISTURBING}
        print(f"{' and '.join(_DISTURBING)} are not passed on to what is measured", flush=True)
        return subprocess.run([sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]], env=clean).returncode
    load_all()
    listed = "\n".join(
        f"  {item.name:<12} {item.summary}{'' if item.by_default else ' (only when named)'}"
        for item in BENCHMARKS.values()
    )
    parser = argparse.ArgumentParser(
        "python -m tests.benchmarks",
        description="Measure speed, memory and smoothness.",
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to run")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    # Arguments after the names are options of the benchmarks.
    given = list(takewhile(BENCHMARKS.__contains__, sys.argv[1:]))
    rest = sys.argv[1 + len(given) :]
    if not given and rest:
        options, rest = parser.parse_known_args(rest)
        if options.names:
            parser.error(f"NAME must be one of {', '.join(BENCHMARKS)}, got {options.names[0]!r}")
        if options.list:
            print(listed)
            return 0
    names = given or [name for name, item in BENCHMARKS.items() if item.by_default]
    if len(names) == 1:
        return run_here(names[0], rest)
    codes = [
        subprocess.run([sys.executable, "-m", "tests.benchmarks", name, *rest]).returncode for name in names
    ]
    return max(codes, default=0)


def run_here(name: str, arguments: list[str]) -> int:
    """Run one benchmark in this process, with its own options."""
    item = BENCHMARKS[name]
    parser = argparse.ArgumentParser(f"python -m tests.benchmarks {name}", description=item.summary)
    if item.add_options is not None:
        item.add_options(parser)
    print(f"== {name}: {item.summary}", flush=True)
    good = item.run(parser.parse_args(arguments))
    print(f"{name}: {'within' if good else 'OUT OF'} bounds\n", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
