"""Train the same experiments without a window, with a progress bar and final metrics."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import Archive
from core.data.downloads.download import DownloadError, DownloadProgress, download
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.problems import find_problems
from core.experiment.project_file import SUFFIX, TrainerState, load_project, save_project
from core.experiment.stack_problems import Problem
from core.export import exporter_for
from core.model.trained import trained_model
from core.nn import LayerError
from core.nn.blas_threads import allowed_threads, limit_blas_threads
from core.train.metrics import ClassificationMatrix, mean_absolute_error, r2_score
from core.train.trainer import DivergedError, Trainer

__all__ = ["HeadlessError", "fetch", "train"]


class HeadlessError(Exception):
    """A sentence for the user: why the command failed."""


def train(source: str, epochs: int, seed: int | None, exports: Sequence[Path]) -> None:
    """Train `source` (a file or a preset's name) for `epochs`, report, and write every file of `exports`."""
    try:
        writers = [(path, None if path.suffix == SUFFIX else exporter_for(path)) for path in exports]
        experiment, progress = _open(source)
    except OSError as error:
        raise HeadlessError(f"{source} cannot be opened: {error.strerror or error}") from None
    except ValueError as error:
        raise HeadlessError(str(error)) from None
    if seed is not None:
        experiment, progress = experiment.replace(seed=seed), None
    problems = find_problems(experiment)
    if problems:
        raise HeadlessError(f"{experiment.name} cannot run: {_problem_text(problems[0])}")
    try:
        prepared = prepare(experiment)
        trainer = make_trainer(experiment, prepared, record_initial=False)
        # One thread, as in the window, for the window's numbers: the thread count changes rounding.
        most = allowed_threads()
        with limit_blas_threads():
            trainer.allow_threads(most)
            if progress is not None and progress.fits(experiment):
                progress.restore(trainer)
            trainer.start_history()
            _run(trainer, epochs)
    except (DivergedError, LayerError, ValueError, OSError) as error:
        raise HeadlessError(str(error)) from None
    _report(experiment, trainer, prepared)
    state = TrainerState.of(trainer, prepared.pipeline)
    for path, exporter in writers:
        try:
            if exporter is None:
                save_project(path, experiment, state)
            else:
                exporter.write(trained_model(experiment, state), path)
        except (OSError, ValueError) as error:
            raise HeadlessError(f"{path} cannot be written: {error}") from None
        _print(f"wrote {path}")


def fetch(archive: Archive, sources: Sequence[Path] = ()) -> None:
    """Download an archive with a progress bar, or take it from files; then verify it by reading all of it."""
    store = ImageStore(archive)
    try:
        if sources:
            store.take(sources)
        elif not store.complete:
            _download(archive)
        missing = store.missing
        if missing:
            names = ", ".join(file.name for file in missing)
            raise HeadlessError(f"{archive.title} is not complete yet; missing are {names}")
        store.load()
    except (ArchiveError, DownloadError) as error:
        raise HeadlessError(str(error)) from None
    _print(f"{archive.title} is in {store.folder}")


def _download(archive: Archive) -> None:
    with tqdm(
        total=archive.packed_bytes, unit="B", unit_scale=True, file=sys.stderr, dynamic_ncols=True
    ) as bar:

        def report(progress: DownloadProgress) -> None:
            bar.total = progress.total
            bar.set_description_str(progress.mirror, refresh=False)
            bar.update(progress.received - bar.n)

        download(archive, report=report)


def _problem_text(problem: Problem) -> str:
    """The sentence and, if files are missing, the command that downloads them."""
    wanted = [fix.download for fix in problem.fixes if fix.download]
    return f"{problem.sentence}; fetch it by: numpynet download {wanted[0]}" if wanted else problem.sentence


def _open(source: str) -> tuple[Experiment, TrainerState | None]:
    path = Path(source)
    if path.suffix in (SUFFIX, ".json") or path.exists():
        return load_project(path)
    return preset_named(source), None


def _run(trainer: Trainer, epochs: int) -> None:
    with tqdm(total=epochs, unit="epoch", file=sys.stderr, dynamic_ncols=True) as bar:
        for _ in range(epochs):
            trainer.run_epoch()
            bar.set_postfix_str(
                f"loss {trainer.train_evaluation.loss:.4f}, test {trainer.test_evaluation.loss:.4f}",
                refresh=False,
            )
            bar.update()


def _report(experiment: Experiment, trainer: Trainer, prepared: PreparedData) -> None:
    train, test = trainer.evaluate(trainer.train), trainer.evaluate(prepared.test)
    score = "accuracy" if trainer.encoding.classes else "R²"
    _print(f"{experiment.name}: epoch {trainer.epoch}, {trainer.network.parameter_count:,} parameters")
    _print(f"train  loss {train.loss:.4f}  {score} {train.accuracy:.4f}")
    _print(f"test   loss {test.loss:.4f}  {score} {test.accuracy:.4f}")
    outputs = trainer.network.predict(prepared.test.inputs)
    if trainer.encoding.classes:
        names = prepared.data.class_names or None
        # One-hot rows, so that classes without predictions keep their lines.
        rows = np.eye(trainer.encoding.classes)
        matrix = ClassificationMatrix(class_names=names)
        _print(str(matrix.fit(rows[trainer.encoding.decode(outputs)], rows[prepared.test.labels])))
    else:
        values = prepared.pipeline.decode(outputs).values
        assert values is not None
        _print(f"test   MAE {mean_absolute_error(prepared.test.labels, values):.4f}")
        _print(f"test   R²  {r2_score(prepared.test.labels, values):.4f}")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
