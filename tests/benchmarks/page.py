"""Writes docs/benchmarks.md: the tables of `speed`, `seeds` and `cliffs`, the machine and the date."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import cliffs, seeds, speed, targets
from tests.benchmarks.measuring import machine
from tests.benchmarks.registry import benchmark

_SEED_EPOCHS = 200
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each")
    parser.add_argument("--file", type=Path, default=PAGE, help=f"default {PAGE.name} in docs")


@benchmark(
    "page",
    "measure speed, seeds and cliffs, and write docs/benchmarks.md",
    _options,
    by_default=False,
)
def run(options: Namespace) -> bool:
    """See the module. There are no bounds."""
    engines = cliffs.measure(options.rounds)
    together, _ = seeds.measure(_SEED_EPOCHS, options.rounds)
    results: list[speed.Result] = []
    options.file.parent.mkdir(exist_ok=True)
    for result in speed.measure("", options.rounds):
        results.append(result)
        # After every case: on a busy machine all of them take half an hour.
        options.file.write_text(page(results, together, engines, options.rounds), encoding="utf-8")
    print(f"wrote {options.file}")
    return True


def page(
    results: Sequence[speed.Result],
    together: Sequence[Sequence[str]],
    engines: Sequence[Sequence[str]],
    rounds: int,
) -> str:
    """The page as Markdown."""
    notes = "\n".join(f"- {note}" for note in speed.NOTES)
    return f"""# Benchmarks

Written by `python -m tests.benchmarks page` on {datetime.now(UTC):%-d %B %Y}.
{machine()}.

Contestants take turns in one process, {rounds} rounds; figures are medians (lowest … highest). The load is that of the
last minute after the case, 1 being what the measurement itself makes. Ratios of CPU time hardly depend on it for small
networks; large ones share caches and memory with what runs beside them, and ratios by the wall depend on it wholly.
`OPENBLAS_CORETYPE` and `OPENBLAS_L2_SIZE` are unset. No test asserts any of these figures.

## Speed

{_markdown(speed.HEAD, [speed.row_of(result) for result in results])}

{notes}

## What is wanted

{_markdown(targets.HEAD, speed.target_rows(results))}

How many times the CPU time of the engine the fastest of the others takes, as ratios within one round.

## Sixteen seeds at once

{_markdown(seeds.HEAD, together)}

{_SEED_EPOCHS} epochs of 2-8-8-8-1 on 350 points, evaluated at the end of each, by `core.seeds`: how many times as fast
as numpy's engine trains the sixteen one after the other. Threads share the cores, so that for them the wall counts.

## Cliffs

{_markdown(cliffs.HEAD, engines)}

{cliffs.NOTE} Measured on {datetime.now(UTC):%-d %B %Y}.

## Measuring it again

`make bench` installs PyTorch and JAX where it can, and measures everything that is not long; a contestant that is not
installed is told as absent. `python -m tests.benchmarks compare OTHER_TREE` sets this work tree against another
one of this project, such as a `git worktree` of an earlier commit.
"""


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))
