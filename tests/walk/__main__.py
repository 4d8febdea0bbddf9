"""Walk the real window: `python -m tests.walk [--minutes N] [--seed N] [--only KIND] [--presets NAME] [--again FILE]`.

What it finds is printed as a sentence with its shortest steps, which are written to a file, too: `--again` walks them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Exit code 0 if nothing was found, else 1."""
    parser = argparse.ArgumentParser("python -m tests.walk", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--seed", type=int, help="decides what is done; by default another each time")
    parser.add_argument("--only", nargs="*", default=(), metavar="KIND", help="only findings of these kinds")
    parser.add_argument("--among", nargs="*", default=(), metavar="ACTION", help="only these actions")
    parser.add_argument("--presets", nargs="*", default=(), metavar="NAME", help="where walks begin")
    parser.add_argument(
        "--known", nargs="*", default=(), metavar="PATTERN", help="findings that count no more"
    )
    parser.add_argument(
        "--shrink", type=float, default=45.0, help="seconds for the shortest steps (default 45)"
    )
    parser.add_argument("--all", action="store_true", help="go on after a finding, and list all")
    parser.add_argument("--again", metavar="STEPS", help="walk these steps: JSON, or a file of it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="numpynet-walk-") as name:
        folder = Path(name)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        for each in ("CACHE", "CONFIG", "DATA", "STATE"):
            os.environ[f"XDG_{each}_HOME"] = str(folder / each.lower())
        os.environ["HOME"] = name
        os.chdir(folder)
        return _walk(options, folder)


def _walk(options: argparse.Namespace, folder: Path) -> int:
    from tests.walk.memory import MAX_GROWTH_MB, growth_mb
    from tests.walk.room import Room
    from tests.walk.walk import PRESETS, Walks

    number = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    room = Room(folder)
    walks = Walks(
        room,
        tuple(options.only),
        tuple(options.known),
        tuple(options.presets or PRESETS),
        tuple(options.among),
        measures=True,
    )
    begin, end, code = time.perf_counter(), time.perf_counter() + 60 * options.minutes, 0
    with room.open():
        if options.again:
            text = Path(options.again).read_text() if Path(options.again).is_file() else options.again
            sentence, _ = walks.again_from([(str(step), int(at)) for step, at in json.loads(text)])
            print(sentence or "nothing found")
            return bool(sentence)
        print(f"a walk of {options.minutes:g} minutes, seed {number}", flush=True)
        while (left := end - time.perf_counter()) > 0:
            found = walks.walk(number, left)
            if found is None:
                break
            code = 1
            seconds = time.perf_counter() - begin
            print(f"FOUND after {seconds:.0f} s, seed {number}: {found.sentence}", flush=True)
            short = walks.shortest(found, options.shrink)
            print(f"SHORTEST {short.sentence}\n  {json.dumps(short.steps, ensure_ascii=False)}", flush=True)
            if not options.all:
                break
            walks.known += (_pattern(short.sentence), _pattern(found.sentence))
            number += 1
    grown = growth_mb(walks.memory)
    if grown > MAX_GROWTH_MB and not options.only:
        print(f"FOUND memory grew by {grown:.0f} MB: {[round(mb) for _, mb in walks.memory]}")
        code = 1
    _summarize(walks, begin)
    return code


def _pattern(sentence: str) -> str:
    """What finds the same again, whatever its numbers."""
    import re

    return re.sub(r"\\?[\d,.]*\d", r"[\\d,.]+", re.escape(sentence[:70]))


def _summarize(walks, begin: float) -> None:  # type: ignore[no-untyped-def]
    seconds, cost = time.perf_counter() - begin, walks.room.cost
    print(f"{sum(walks.steps.values()):,} steps in {walks.walks:,} walks and {seconds:.0f} s")
    print(f"known, and met again: {dict(walks.again)}")
    slow = sorted(cost.items(), key=lambda each: -sum(each[1]))[:12]
    print("; ".join(f"{name} {len(each)} x {1000 * sum(each) / len(each):.0f} ms" for name, each in slow))
    from tests.walk.actions import ACTIONS

    never = [name for name in ACTIONS if name not in walks.steps]
    print(f"{len(ACTIONS)} actions; never: {', '.join(never) or 'none'}")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
