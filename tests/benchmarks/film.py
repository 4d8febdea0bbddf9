"""A film of 300 frames, 480 pixels a side: seconds, with the training, and size."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from playground.plugins.film.command_line import write_project_film
from playground.plugins.film.settings import FilmSettings
from tests.benchmarks.measuring import load
from tests.benchmarks.registry import benchmark, judged

_MAX_SECONDS, _MAX_MB = 10.0, 3.0


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--presets", nargs="+", default=["spirals", "moons", "iris"], help="of which films")


@benchmark("film", "a film of 300 frames, 480 pixels a side, as WebP", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    settings = FilmSettings(seconds=10.0, fps=30, side=480, hold=0.0)
    rows = []
    with TemporaryDirectory() as folder:
        for name in options.presets:
            path = Path(folder) / f"{name}.webp"
            start, own = perf_counter(), process_time()
            write_project_film(name, path, settings, None)
            seconds, own = perf_counter() - start, process_time() - own
            size = path.stat().st_size / 1e6
            limit = f"at most {_MAX_SECONDS:.0f} s, {_MAX_MB:.0f} MB"
            ok = seconds <= _MAX_SECONDS and size <= _MAX_MB
            rows.append((name, f"{seconds:.1f} s ({own:.1f} s CPU), {size:.2f} MB", limit, ok))
    print(f"load {load()}")
    return judged("film", rows)
