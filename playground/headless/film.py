"""`numpynet film`: train a project again from its seed, and write the film of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tqdm import tqdm

from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.nn.blas_threads import limit_blas_threads
from core.train.train_step import DivergedError
from playground.film.film import Film
from playground.film.footage import Footage, Take, scenes_of
from playground.film.settings import FilmSettings
from playground.film.writer import FilmError, check_film
from playground.headless.destinations import check_destination
from playground.headless.failure import HeadlessError, StoppedError, sentences
from playground.headless.reports import print_line
from playground.headless.sources import Changes, DataChoices, find_experiment
from playground.headless.training_loop import StopRequest, listening
from playground.model.timeline.moment import Moment, Vectors, copy_moment

_DEFAULT_EPOCHS = 200


class _CancelledError(Exception):
    """Ctrl+C while the film is written."""


def write_project_film(source: str, output: Path, settings: FilmSettings, epochs: int | None) -> None:
    """Write the film of `source`, a file or a preset's name, from epoch 0 to `epochs`, by default the project's.

    Weights of the project are not needed: the same seed trains the same way again. Raises `HeadlessError`.
    """
    with sentences():
        check_film(output)
    check_destination(output)
    experiment, state = find_experiment(source, DataChoices(), Changes())
    if problems := find_problems(experiment):
        raise HeadlessError(f"{experiment.name} cannot run: {problems[0].sentence}")
    last = epochs or (state.epoch if state is not None and state.epoch else _DEFAULT_EPOCHS)
    with sentences():
        data = prepare(experiment)
    trainer = make_trainer(experiment, data, record_initial=False)
    wanted = sorted(set(settings.places(float(last))))
    kept: dict[int, Vectors] = {}
    moments: list[Moment] = []

    def record() -> None:
        moment, vectors = copy_moment(trainer, 0, 0, experiment, resumable=False)
        moments.append(moment)
        kept[moment.number] = vectors

    request = StopRequest()
    with listening(request), limit_blas_threads():
        trainer.start_history()
        record()
        try:
            for position in tqdm(wanted[1:], unit="moment", file=sys.stderr, dynamic_ncols=True):
                while trainer.fractional_epoch < position and not request.signal:
                    trainer.step()
                record()
        except DivergedError as error:
            print_line(str(error))
        if request.signal:
            raise StoppedError(request.signal)
        footer = f"NumpyNet Playground · seed {experiment.seed}"
        scenes = scenes_of(Take(moment, data) for moment in moments)
        film = Film(settings, Footage(scenes, lambda each: kept[each.number]), footer)
        _write(film, output, request)
    print_line(f"wrote {output} ({len(film):,} frames, {output.stat().st_size / 1e6:.1f} MB)")


def _write(film: Film, output: Path, request: StopRequest) -> None:
    with tqdm(total=len(film), unit="frame", file=sys.stderr, dynamic_ncols=True) as bar:

        def report(frame: int, size: int) -> None:
            bar.update(1)
            if request.signal:
                raise _CancelledError

        try:
            with sentences(f"{output} cannot be written"):
                film.write(output, report)
        except FilmError as error:
            raise HeadlessError(str(error)) from None
        except _CancelledError:
            raise StoppedError(request.signal) from None
