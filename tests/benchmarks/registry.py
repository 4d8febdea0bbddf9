"""Registry of benchmarks: every `@benchmark(...)` in the modules of this package."""

from __future__ import annotations

import importlib
import pkgutil
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Benchmark:
    """One benchmark. `run(options)` prints its tables and returns whether the figures are within their bounds."""

    name: str
    summary: str
    run: Callable[[Namespace], bool]
    add_options: Callable[[ArgumentParser], None] | None = None
    by_default: bool = True
    """Whether it runs when no name is given."""


BENCHMARKS: Final[dict[str, Benchmark]] = {}


def benchmark(
    name: str,
    summary: str,
    add_options: Callable[[ArgumentParser], None] | None = None,
    by_default: bool = True,
) -> Callable[[Callable[[Namespace], bool]], Callable[[Namespace], bool]]:
    """Register a function as a benchmark."""

    def register(run: Callable[[Namespace], bool]) -> Callable[[Namespace], bool]:
        BENCHMARKS[name] = Benchmark(name, summary, run, add_options, by_default)
        return run

    return register


def load_all() -> None:
    """Import every module of this package, and those of plug-ins, so that all benchmarks are registered."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{__package__}.{module.name}")
    tests = Path(__file__).parents[1]
    for path in sorted(tests.glob("playground/plugins/*/benchmark*.py")):
        importlib.import_module(".".join(path.relative_to(tests.parent).with_suffix("").parts))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows of text below a head, the first column left-aligned and the others right-aligned."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    ]
    return "\n".join((lines[0], "  ".join("-" * width for width in widths), *lines[1:]))


def judged(title: str, rows: Sequence[tuple[str, str, str, bool]]) -> bool:
    """Print figures, their bounds and whether each is kept; returns whether all are."""
    print(
        table((title, "measured", "bound", "kept"), [(*row[:3], "yes" if row[3] else "NO") for row in rows])
    )
    return all(row[3] for row in rows)
