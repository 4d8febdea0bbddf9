"""`numpynet film` writes a film of a training."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import Command, exit_code, make_parser, option
from playground.cli.values import count
from playground.headless.training_loop import StopRequest, listening
from playground.plugin import HeadlessError, StoppedError, check_destination, print_line, sentences

if TYPE_CHECKING:
    from playground.model.timeline.moment import Moment, Vectors
    from playground.plugins.film.film import Film
    from playground.plugins.film.settings import FilmSettings


_DEFAULT_EPOCHS = 200


def _run(arguments: Sequence[str]) -> int:
    from playground.plugins.film.settings import SHAPES

    parser = make_parser(
        "film",
        "Train a project or a preset again from its seed, and write a film of it: .webp, .gif or .mp4.",
        """examples:
  numpynet film spirals spirals.webp --epochs 500 --caption "Two spirals"
  numpynet film mine.nnplay mine.gif --side 720 --shape 16:9 --dark
""",
    )
    option(parser, "PROJECT", "a project, an experiment, or the name of a preset")
    option(parser, "OUT", "the film to write", dest="output", type=Path)
    option(parser, "--epochs", "the last epoch (default: the project's, else 200)", type=count)
    option(parser, "--caption", "a line at the top", default="")
    option(parser, "--shape", "width to height (1:1)", choices=tuple(SHAPES), default="1:1")
    option(parser, "--side", "pixels of the shorter side (480)", type=count, default=480)
    option(parser, "--seconds", "length (10)", type=float, default=10.0)
    option(parser, "--fps", "frames per second (30)", type=count, default=30)
    option(parser, "--hold", "seconds that the last frame stays (1.5)", type=float, default=1.5)
    option(parser, "--title", "seconds of a title card (0)", type=float, default=0.0)
    option(parser, "--even", "give all epochs the same time, not the first ones more", action="store_true")
    option(parser, "--dark", "light on dark", action="store_true")
    option(
        parser,
        "--without",
        "parts to leave out",
        nargs="+",
        default=[],
        choices=("boundary", "network", "curves", "epoch"),
    )
    option(parser, "--once", "do not loop", action="store_true")
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.plugins.film.settings import FilmSettings

        with sentences():
            settings = FilmSettings(
                caption=options.caption, shape=options.shape, side=options.side, dark=options.dark,
                slow_start=not options.even, seconds=options.seconds, fps=options.fps,
                loop=not options.once, hold=options.hold, title_card=options.title,
                **dict.fromkeys(options.without, False),
            )  # fmt: skip
        write_project_film(options.project, options.output, settings, options.epochs)

    return exit_code(work)


class _CancelledError(Exception):
    """Ctrl+C while the film is written."""


def write_project_film(source: str, output: Path, settings: FilmSettings, epochs: int | None) -> None:
    """Write the film of `source`, a file or a preset's name, from epoch 0 to `epochs`, by default the project's.

    Weights of the project are not needed: the same seed trains the same way again. Raises `HeadlessError`.
    """
    from tqdm import tqdm

    from core.experiment.prepare import make_trainer, prepare
    from core.experiment.problems import find_problems
    from core.io.number_text import size_text
    from core.nn.blas_threads import limit_blas_threads
    from core.train.train_step import DivergedError
    from playground.headless.sources import Changes, DataChoices, find_experiment
    from playground.model.timeline.moment import copy_moment
    from playground.plugins.film.film import Film
    from playground.plugins.film.footage import Footage, Take, scenes_of
    from playground.plugins.film.writer import check_film

    with sentences():
        check_film(output)
    experiment, state = find_experiment(source, DataChoices(), Changes())
    check_destination(output, [Path(source), *experiment.dataset.sources])
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
    print_line(f"wrote {output} ({len(film):,} frames, {size_text(output.stat().st_size)})")


def _write(film: Film, output: Path, request: StopRequest) -> None:
    from tqdm import tqdm

    from playground.plugins.film.writer import FilmError

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


COMMAND = Command("film", "PROJECT OUT", "write a film of a training: WebP, GIF or MP4", _run, after="probe")
