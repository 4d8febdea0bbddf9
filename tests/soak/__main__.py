"""Soak the real window: `python -m tests.soak [--minutes N] [--seed N] [--only TEXT]`.

Random mouse and keys while it trains, every command, dialog, menu, file and kind of data. It fails on any uncaught
exception, Qt or Python warning, error of an override, left thread, dialog that was never seen, or growth of memory by
more than 30 MB after the first five minutes. Memory is printed forty times, each with an
untouched document.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Exit code 0 if nothing failed, else 1."""
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--seed", type=int, help="decides what is done; by default another each time")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only moves whose kind and name contain it"
    )
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    print(f"soak of {options.minutes:g} minutes, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="numpynet-soak-") as folder:
        _use_own_folders(Path(folder))
        from tests.soak.program import run

        return run(Path(folder), seed, 60 * options.minutes, options.only)


def _use_own_folders(folder: Path) -> None:
    """Before Qt or platformdirs reads them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
    os.environ["HOME"] = str(folder)
    # Names without a folder, such as those of exports, are written here.
    os.chdir(folder)


if __name__ == "__main__":
    sys.exit(main())
