"""Runs benchmarks: `python -m tests.benchmarks [NAME ...] [--OPTION VALUE]`; without a name all that are not long.

Each one runs in a process of its own, so that none starts with what another has left.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.benchmarks.registry import BENCHMARKS, load_all


def main() -> int:
    """Exit code 0 when all figures are within their bounds, else 1."""
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
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *BENCHMARKS], help="what to run")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    options, rest = parser.parse_known_args()
    if options.list:
        print(listed)
        return 0
    names = options.names or [name for name, item in BENCHMARKS.items() if item.by_default]
    if len(names) == 1:
        return run_here(names[0], rest)
    codes = [
        subprocess.run([sys.executable, "-m", "tests.benchmarks", name, *rest]).returncode for name in names
    ]
    return max(codes, default=0)


def run_here(name: str, arguments: list[str]) -> int:
    """Run one benchmark in this process, with the options that it has itself."""
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
