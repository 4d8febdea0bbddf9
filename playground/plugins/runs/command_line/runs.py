"""`numpynet runs` lists and writes the runs that the window has kept."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.headless.destinations import check_destination, check_destinations, write_each, write_file
from playground.headless.reports import print_columns, print_line
from playground.plugin import Command, HeadlessError, add_force, exit_code, make_parser, option

if TYPE_CHECKING:
    from core.runs.run import Run
    from core.runs.store import Store


def add_no_runs(parser: argparse.ArgumentParser, what: str) -> None:
    text = f"do not keep the {what} among the window's runs"
    option(parser, "--no-runs", text, dest="runs", action="store_false")


def _run(arguments: Sequence[str]) -> int:
    from core.runs.run_columns import RUNS

    parser = make_parser(
        "runs",
        "List the runs that the window has kept, or write one of them as a project or model.",
        """examples:
  numpynet runs
  numpynet runs --search "spirals adam" --sort test_score --csv runs.csv
  numpynet runs --set rates
  numpynet runs 12 --export run12.nnplay --export run12.onnx
""",
    )
    option(parser, "RUN", "the number of a run", type=int, nargs="?")
    option(parser, "--search WORDS", "only runs that have all of these words", default="")
    option(parser, "--set NAME", "only the runs of this set, those that failed too", default="")
    option(parser, "--sort", "the order (default newest)", choices=tuple(RUNS.orders), default="newest")
    option(parser, "--csv OUT", "write the list to a CSV file", type=Path)
    add_force(parser)
    told = "write the run; the suffix chooses the format (.nnplay is the whole project)"
    option(parser, "--export OUT", told, type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    if (options.run is None) != (not options.export):
        parser.error("a run's number and --export go together: numpynet runs 12 --export run12.nnplay")

    def work() -> None:
        if options.run is None:
            list_runs(options.search, options.sort, options.csv, options.set, force=options.force)
        else:
            export_run(options.run, options.export)

    return exit_code(work)


def list_runs(
    words: str, order: str, table: Path | None, name: str = "", file: Path | None = None, *, force: bool = False
) -> None:  # fmt: skip
    """Print the runs that have all `words`, in one of `RUNS.orders`, or write them to a CSV file `table`.

    `name`: only the runs of the newest set called so. `file` is the database; by default that of the window. With
    `force`, `table` may be any file.
    """
    from core.runs.run_columns import runs_csv, sorted_runs
    from core.runs.run_index import RunIndex
    from core.runs.store import Store, StoreError

    store = Store(file)
    if table is not None:
        check_destination(table, [store.path], mark=runs_csv([]).rstrip(), force=force)
    try:
        runs = _runs_of(store, name) if store.path.exists() else []
        index = RunIndex(sorted_runs(runs, order))
    except StoreError as error:
        raise HeadlessError(str(error)) from None
    finally:
        store.close()
    found = index.runs(index.matching(words))
    if table is not None:
        write_file(table, runs_csv(found), f", {len(found):,} runs")
    else:
        _print_table(found, words)


def _runs_of(store: Store, name: str) -> list[Run]:
    if not name:
        return store.summaries()
    sets = store.sets()
    found = [each for each in sets if each.name == name]
    if not found:
        known = ", ".join(dict.fromkeys(each.name for each in reversed(sets))) or "none yet"
        raise HeadlessError(f"There is no set {name}; there are: {known}")
    return store.members(found[-1].id)


def export_run(run: int, outputs: Sequence[Path], file: Path | None = None) -> None:
    """Write the project of a run, or its model in the formats of the suffixes."""
    from core.formats.trained_experiment import describe_model, trained_model
    from core.runs.store import Store, StoreError
    from playground.headless.proving import UNPROVEN, experiment_samples

    store = Store(file)
    try:
        if not store.path.exists() or run not in {row.id for row in store.summaries()}:
            raise HeadlessError(f"There is no run {run}; `numpynet runs` lists them")
        experiment, state = store.load(run)
    except StoreError as error:
        raise HeadlessError(str(error)) from None
    finally:
        store.close()
    if state is None:
        raise HeadlessError(
            f"The weights of run {run} are not kept, because they were too large or made room"
        )
    sources = [store.path, *experiment.dataset.sources]
    destinations = check_destinations(outputs, describe_model(experiment, state.pipeline), sources)
    models = any(destination.exporter is not None for destination in destinations)
    samples = experiment_samples(experiment, trained_model(experiment, state)) if models else UNPROVEN
    write_each(destinations, lambda destination: destination.write(experiment, state, samples))


def _print_table(runs: Sequence[Run], words: str) -> None:
    from core.runs.run_columns import RUNS

    if not runs:
        print_line("no run matches" if words else "no runs are kept yet; those of the window appear here")
        return
    shown = RUNS.chosen(
        "run", "starred", "data", "name", "status", "epochs", "seconds", "parameters", "test_loss", "test_score"
    )  # fmt: skip
    print_columns(shown.lines(runs), right=(0, 5, 6, 7, 8, 9))


COMMAND = Command(
    "runs",
    "[RUN] [--export OUT]",
    "list the runs that the window has kept, or write one of them",
    _run,
    after="sweep",
)
