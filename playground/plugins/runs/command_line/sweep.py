"""`numpynet sweep` trains with many settings."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import Command, exit_code, make_parser, option
from playground.cli.values import jobs
from playground.headless.failure import HeadlessError, StoppedError, check_there, sentences
from playground.headless.reports import print_columns, print_line
from playground.headless.training_loop import StopRequest, listening
from playground.plugin import add_force, check_destination, write_file
from playground.plugins.runs.command_line.runs import add_no_runs

if TYPE_CHECKING:
    from core.runs.trial import TrialResult
    from core.sweep.compute_target import ComputeTarget
    from core.sweep.journal import Journal
    from core.sweep.results_table import PointSummary
    from core.sweep.sweep import Sweep
    from core.sweep.sweep_run import SweepRun


_SHOWN = 10


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "sweep",
        "Train one experiment with many settings, in all cores or on a cluster, and say which are best.",
        """examples:
  numpynet sweep --example spirals > rates.json
  numpynet sweep rates.json -o results.csv
  numpynet sweep rates.json --resume
  numpynet sweep rates.json --cluster tcp://127.0.0.1:8786

What is finished is kept in a journal beside the spec (rates.trials): after Ctrl+C, a crash or a power cut, --resume
goes on, and runs no finished trial again. Every trial is also kept among the runs of the window, as a set that has
the name of the spec: numpynet runs --set rates
""",
    )
    _add_options(parser)
    options = parser.parse_args(arguments)
    return exit_code(_work(parser, options))


def _add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    option(parser, "SPEC", "the sweep, a .json file", type=Path, nargs="?")
    option(parser, "--example SOURCE", "print a SPEC for a preset, an experiment or a project, to begin with")
    option(parser, "--jobs N", "processes of this computer (default: one a core)", type=jobs)
    option(parser, "--resume", "go on with what the journal has", action="store_true")
    option(parser, "-o, --output OUT", "write a CSV file with a line for every trial", type=Path)
    add_force(parser)
    add_no_runs(parser, "trials")
    group = parser.add_argument_group(
        "cluster", "Use only a scheduler you trust: it can run any program on this computer."
    )
    option(group, "--cluster ADDRESS", "run on the workers of this Dask scheduler", default="")
    # As it was called before.
    group.add_argument("--dask", dest="cluster", help=argparse.SUPPRESS)
    told = "give the cluster all trials and leave; --resume follows them later"
    option(group, "--detach", told, action="store_true")
    for name, what in (("ca", "the authority's certificate"), ("cert", "a certificate"), ("key", "its key")):
        option(group, f"--tls-{name} FILE", f"{what}, for tls:// addresses", type=Path)


def _work(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Callable[[], None]:
    """Work that the options ask for; options that do not go together end the program."""
    if (options.spec is None) == (options.example is None):
        parser.error(
            "name a SPEC, or print one by --example, such as: numpynet sweep --example spirals > rates.json"
        )
    tls = (options.tls_ca, options.tls_cert, options.tls_key)
    if any(tls) and not all(tls):
        parser.error("--tls-ca, --tls-cert and --tls-key go together")
    if not options.cluster and (options.detach or any(tls)):
        parser.error("--detach and --tls-... are for a cluster, which --cluster names")
    if options.cluster and options.jobs:
        parser.error("--jobs is for this computer, --cluster for a cluster")

    def work() -> None:
        from core.sweep.cluster import TlsFiles
        from core.sweep.compute_target import ComputeTarget

        if options.example is not None:
            print_example(options.example)
            return
        files = TlsFiles(*tls) if all(tls) else None
        place = ComputeTarget(options.jobs, options.cluster, files)
        run_sweep(
            options.spec, place, options.output,
            resume=options.resume, keeps_runs=options.runs, detach=options.detach, force=options.force,
        )  # fmt: skip

    return work


class _Pictures:
    """The pictures of runs, in the colors of the light theme."""

    def __init__(self) -> None:
        from playground.headless.drawing import Palette

        self._palette = Palette.of(dark=False)

    def __call__(self, result: TrialResult) -> bytes:
        from core.runs.packing import THUMBNAIL_PX

        if result.boundary is None:
            return b""
        return self._palette.outputs(result.boundary.astype("f4"), (THUMBNAIL_PX, THUMBNAIL_PX)).tobytes()


class _SetKeeper:
    """Called with a result, keeps it among the user's runs; the first reason why that is impossible is its `fault`."""

    def __init__(self, journal: Journal | None, fault: str = "") -> None:
        self._journal, self.fault = journal, fault

    def __call__(self, result: TrialResult) -> None:
        from core.sweep.journal import JournalError

        if self._journal is None or self.fault:
            return
        try:
            self._journal.add(result)
        except JournalError as error:
            self.fault = str(error)


@contextmanager
def _kept_set(journal: Journal, sweep: Sweep, spec: Path, place: ComputeTarget) -> Iterator[_SetKeeper]:
    """A set among the user's runs, whose weights stay in the journal; held meanwhile."""
    from core.runs.lease import held
    from core.runs.run import DataTexts
    from core.runs.store import Store, StoreError
    from core.sweep.journal import Journal, journal_path

    with closing(Store()) as store, ExitStack() as stack:
        try:
            number = journal.begin_copy(store, spec.stem, place, home=str(journal_path(spec).absolute()))
            own = Journal(
                store=store, set_id=number, thumbnail=_Pictures(), text=DataTexts(sweep.experiment),
                address=lambda result: journal.address(result.key),
            )  # fmt: skip
            stack.enter_context(held(store, number, lambda: len(journal.results()) >= sweep.count()))
        except StoreError as error:
            yield _SetKeeper(None, str(error))
        else:
            yield _SetKeeper(own)


def print_example(source: str) -> None:
    """Print the spec of a sweep of `source`, a preset's name or a file, to begin with."""
    from core.io import strict_json
    from core.sweep.proposals import example_sweep
    from playground.headless.sources import Changes, DataChoices, find_experiment

    experiment, _ = find_experiment(source, DataChoices(), Changes())
    with sentences():
        sys.stdout.write(strict_json.dump(example_sweep(experiment).to_json()))


def run_sweep(
    spec: Path,
    place: ComputeTarget,
    table: Path | None = None,
    *,
    resume: bool = False,
    keeps_runs: bool = True,
    detach: bool = False,
    force: bool = False,
) -> None:
    """Run the trials of a spec that its journal does not have, and write the table of all. Raises `HeadlessError`.

    With `detach`, a cluster gets them all, and goes on alone; `force` writes the table over any file.
    """
    from core.sweep.journal import journal_path
    from core.sweep.results_table import results_csv
    from core.sweep.sweep import load_sweep
    from core.sweep.sweep_run import held_run

    check_there(spec)
    with sentences(f"{spec} cannot be opened"):
        sweep = load_sweep(spec)
        sweep.check()
    if table is not None:
        sources = (spec, journal_path(spec), *sweep.experiment.dataset.sources)
        check_destination(table, sources, mark=results_csv(sweep, ()), force=force)
    with _reported(), ExitStack() as stack:
        journal = stack.enter_context(_journal(spec, sweep, resume))
        journal.prepared_for(sweep)
        keeper = stack.enter_context(_kept_set(journal, sweep, spec, place)) if keeps_runs else None
        run = stack.enter_context(held_run(sweep, journal, place, keeper, name=spec.stem))
        request = StopRequest(run.cancel)  # what is finished stays
        with listening(request):
            _follow(run, detach)
        if detach and run.progress().state == "detached":
            if not request.signal:  # which has withdrawn them
                _print_detached(run, spec, place)
        else:
            _report(run, table, keeper)
    if request.signal:
        raise StoppedError(request.signal)


def _follow(run: SweepRun, detach: bool) -> None:
    """Run to the end, with a progress bar."""
    from tqdm import tqdm

    if detach:
        run.detach()
    done = run.progress().done
    with tqdm(total=run.total, initial=done, unit="trial", file=sys.stderr, dynamic_ncols=True) as bar:
        best = max((result.score(run.sweep.objective) for result in run.results.values()), default=-math.inf)
        for result in run.run():
            best = max(best, result.score(run.sweep.objective))
            bar.set_postfix_str(_best_text(run.sweep, best), refresh=False)
            bar.update()


def _journal(spec: Path, sweep: Sweep, resume: bool) -> Journal:
    from core.sweep.journal import Journal, journal_path

    path = journal_path(spec)
    journal = Journal(path)
    known = journal.sweep()
    count = len(journal.results())
    fault, is_another = "", known is not None and known != sweep
    if is_another and not count:
        journal.begin(sweep)
    elif is_another:
        fault = f"has trials of another sweep, as {spec.name} was; rename or remove it"
    elif count and not resume:
        fault = f"has {count:,} finished trials of this sweep; go on by --resume, or remove it to begin anew"
    if fault:
        journal.close()
        raise HeadlessError(f"{path} {fault}")
    return journal


@contextmanager
def _reported() -> Iterator[None]:
    from core.sweep.journal import JournalError
    from core.sweep.processes import ExecutorError

    try:
        yield
    except (ExecutorError, JournalError) as error:
        raise HeadlessError(str(error)) from None


def _report(run: SweepRun, table: Path | None, keeper: _SetKeeper | None) -> None:
    from core.sweep.results_table import results_csv

    results = list(run.results.values())
    state = "stopped" if run.progress().state == "cancelled" else "done"
    failed = [result for result in results if result.status != "done"]
    print_line(
        f"{state}: {len(results):,} of {run.total:,} trials" + (f", {len(failed):,} failed" if failed else "")
    )
    _print_best(run.sweep, results)
    if failed:
        print_line(f"trial {failed[0].trial.shown_number} failed: {failed[0].sentence}")
    if keeper is not None and keeper.fault:
        print_line(keeper.fault)
    if table is not None:
        write_file(table, results_csv(run.sweep, results))
    if results and len(failed) == len(results):
        raise HeadlessError(f"Every trial has failed: {failed[0].sentence}")


def _print_best(sweep: Sweep, results: list[TrialResult]) -> None:
    """The best combinations of values, by the mean of their seeds."""
    from core.sweep.results_table import point_summaries

    points = [point for point in point_summaries(sweep, results) if math.isfinite(point.mean)][:_SHOWN]
    if not points:
        return
    head = [*(path for path, _ in points[0].settings), "seeds", sweep.objective_name]
    lines = [head, *([*_texts(point), _spread(sweep, point)] for point in points)]
    print_columns(lines)


def _texts(point: PointSummary[TrialResult]) -> list[str]:
    from core.runs.trial_text import value_text

    return [*(value_text(value)[:40] for _, value in point.settings), str(len(point.results))]


def _spread(sweep: Sweep, point: PointSummary[TrialResult]) -> str:
    values = [sweep.score_text(score) for score in (point.mean, point.low, point.high)]
    return values[0] if len(point.results) == 1 else f"{values[0]} ({values[1]} … {values[2]})"


def _best_text(sweep: Sweep, best: float) -> str:
    return f"best {sweep.objective_name} {sweep.score_text(best)}" if math.isfinite(best) else ""


def _print_detached(run: SweepRun, spec: Path, place: ComputeTarget) -> None:
    from core.io.command_lines import numpynet_line

    left = run.total - run.progress().done
    print_line(f"the cluster has {left:,} trials; follow them by:")
    print_line(numpynet_line("sweep", str(spec), "--cluster", place.scheduler, "--resume"))


COMMAND = Command(
    "sweep",
    "SPEC",
    "train with many settings, and say which are best; --example PRESET prints a SPEC",
    _run,
    after="seeds",
)
