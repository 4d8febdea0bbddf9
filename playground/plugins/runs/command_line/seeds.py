"""`numpynet seeds` trains from many seeds."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playground.cli.command import Command, exit_code, make_parser, option
from playground.cli.values import positive_count, seed_count
from playground.headless.destinations import check_destination, write_file
from playground.headless.failure import HeadlessError, StoppedError
from playground.headless.reports import print_columns, print_line
from playground.headless.training_loop import StopRequest, listening
from playground.plugin import add_changes, add_data_choices, add_force, add_source, changes_of, data_choices
from playground.plugins.runs.command_line.runs import add_no_runs

if TYPE_CHECKING:
    from core.experiment.experiment import Experiment
    from core.runs.trial import TrialResult
    from core.seeds import SeedTraining
    from playground.headless.sources import Changes, DataChoices


_SLICE_SECONDS: Final = 0.1


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "seeds",
        "Train one experiment from many seeds, and print the median and the spread of what comes of them.",
        """examples:
  numpynet seeds spirals -n 30
  numpynet seeds mine.nnplay -n 16 --epochs 200 --layers "dense 8 relu" -o seeds.csv

The data and their split stay the same; initial weights, order of samples and dropout differ. Each seed ends with the
numbers of its own `numpynet train`. Ctrl+C ends the training early: what is there is printed and written. The seeds are
kept among the runs of the window, as a set: numpynet runs --set "30 seeds: Spirals"
""",
    )
    add_source(parser)
    option(parser, "-n N", "how many seeds, 2 to 64 (30)", dest="count", type=seed_count, default=30)
    option(parser, "--epochs", "how many epochs (50)", type=positive_count, default=50)
    option(parser, "--jobs N", "threads (default: one for every core)", type=positive_count)
    option(parser, "-o, --output CSV", "write a line for every seed", type=Path)
    add_force(parser)
    add_no_runs(parser, "seeds")
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        choices, changes = data_choices(options), changes_of(options)
        print_seeds(
            options.source, options.count, options.epochs, options.output, choices, changes, options.jobs,
            options.force, keeps_runs=options.runs,
        )  # fmt: skip

    return exit_code(work)


def print_seeds(
    source: str,
    count: int,
    epochs: int,
    table: Path | None,
    choices: DataChoices,
    changes: Changes,
    jobs: int | None = None,
    force: bool = False,
    *,
    keeps_runs: bool = True,
) -> None:
    """Train `source` from `count` seeds, from the experiment's on, for `epochs`, and print median and spread.

    `table` is a CSV file with a line for each seed, with `force` in place of any other; `jobs` limits threads.
    SIGINT and SIGTERM end the training early: what is there is printed and written, then `StoppedError` is
    raised. With `keeps_runs`, the seeds are a set among the window's runs. Raises `HeadlessError`.
    """
    from core.compiled.readiness import EngineError, load_for
    from core.nn import LayerError
    from core.runs.columns import Columns
    from core.runs.run_columns import measured_columns
    from core.runs.trial import TrialResult
    from core.seeds import SeedTraining
    from playground.headless.sources import check_runnable, find_experiment

    experiment, _ = find_experiment(source, choices, changes)
    check_runnable(experiment)
    columns = Columns[TrialResult](*measured_columns(lambda _: experiment.task.score))
    if table is not None:
        sources = [Path(source), *experiment.dataset.sources]
        check_destination(table, sources, mark=columns.csv(()), force=force)
    seeds = range(experiment.seed, experiment.seed + count)
    request = StopRequest()
    try:
        load_for(experiment.training.engine, print_line)
        with listening(request), SeedTraining(experiment, seeds, epochs, cores=jobs) as training:
            if experiment.training.engine == "compiled" and training.why_not_compiled:
                raise HeadlessError(training.why_not_compiled)
            _train(training, request)
            results = training.results()
    except (EngineError, LayerError, ValueError, OSError) as error:
        raise HeadlessError(str(error)) from None
    _print(experiment, training, results)
    if keeps_runs:
        _keep(experiment, training, results)
    if table is not None:
        write_file(table, columns.csv(results), f", {len(results)} seeds")
    if request.signal:
        raise StoppedError(request.signal)


def _keep(experiment: Experiment, training: SeedTraining, results: Sequence[TrialResult]) -> None:
    """Keep the seeds among the user's runs, or say why that is impossible."""
    from core.runs.run import data_text
    from core.runs.store import Store, StoreError
    from core.sweep.plan import Plan, seeds_set

    kept = seeds_set(Plan("seeds", (experiment,), tuple(training.seeds), training.epochs))
    kept.texts[:] = [data_text(experiment, training.data.data)] * len(results)
    with closing(Store()) as store:
        try:
            for result in results:
                kept.add(store, result)
        except StoreError as error:
            print_line(str(error))


def _train(training: SeedTraining, request: StopRequest) -> None:
    from tqdm import tqdm

    total = training.epochs * len(training.seeds)
    with tqdm(total=total, unit="epoch", file=sys.stderr, dynamic_ncols=True) as bar:
        while not training.is_done and not request.signal:
            training.run_for(_SLICE_SECONDS)
            if done := training.finished_epochs - bar.n:
                bar.update(done)


def _print(experiment: Experiment, training: SeedTraining, results: Sequence[TrialResult]) -> None:
    from core.io.number_text import epochs_text, held_text, loss_text, seconds_text
    from core.seeds import WAYS

    first, last = results[0].trial.seed, results[-1].trial.seed
    fewest = min((result.epochs for result in results if result.status == "done"), default=0)
    stopped = "" if training.is_done else "stopped after "
    done = f"{stopped}{epochs_text(training.epochs if training.is_done else fewest)}"
    print_line(
        f"{experiment.name}: {len(results)} seeds, {first} to {last}, {done} in {seconds_text(training.seconds)} s, "
        f"{WAYS[training.way]}"
    )
    score, held = training.data.task.score, experiment.held_name
    found = (
        _line("train loss", results, lambda result: result.train_loss, loss_text),
        _line(held_text("test loss", held), results, lambda result: result.test_loss, loss_text),
        _line(f"train {score.name}", results, lambda result: result.train_score, score.text, high=True),
        _line(
            held_text(f"test {score.name}", held),
            results,
            lambda result: result.test_score,
            score.text,
            high=True,
        ),
    )
    head = ("", "median", "quartiles", "best", "", "worst", "", "spread")
    print_columns([head, *(line for line in found if line is not None)])
    for result in results:
        if result.status != "done":
            print_line(f"seed {result.trial.seed}: {result.sentence}")


def _line(
    name: str,
    results: Sequence[TrialResult],
    value: Callable[[TrialResult], float],
    text: Callable[[float], str],
    *,
    high: bool = False,
) -> tuple[str, ...] | None:
    """Name, median, quartiles, best and worst with their seeds, and their distance; None without values."""
    from core.seeds import spread_of

    known = sorted((value(result), result.trial.seed) for result in results if math.isfinite(value(result)))
    if not known:
        return None
    spread = spread_of([number for number, _ in known])
    worst, best = (known[0], known[-1]) if high else (known[-1], known[0])
    return (
        name,
        text(spread.median),
        f"{text(spread.low_quartile)} to {text(spread.high_quartile)}",
        text(best[0]),
        f"seed {best[1]}",
        text(worst[0]),
        f"seed {worst[1]}",
        text(spread.highest - spread.lowest),
    )


COMMAND = Command(
    "seeds", "SOURCE -n 30", "train it from 30 seeds, and print median and spread", _run, after="report"
)
