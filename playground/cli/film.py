"""`numpynet film` writes a film of a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser
from playground.cli.values import count


def _run(arguments: Sequence[str]) -> int:
    from playground.film.settings import SHAPES

    parser = make_parser(
        "film",
        "Train a project or a preset again from its seed, and write a film of it: .webp, .gif or .mp4.",
        """examples:
  numpynet film spirals spirals.webp --epochs 500 --caption "Two spirals"
  numpynet film mine.nnplay mine.gif --side 720 --shape 16:9 --dark
""",
    )
    parser.add_argument(
        "project", metavar="PROJECT", help="a project, an experiment, or the name of a preset"
    )
    parser.add_argument("output", metavar="OUT", type=Path, help="the film to write")
    parser.add_argument("--epochs", type=count, help="the last epoch (default: the project's, else 200)")
    parser.add_argument("--caption", default="", help="a line at the top")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="1:1", help="width to height (1:1)")
    parser.add_argument("--side", type=count, default=480, help="pixels of the shorter side (480)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length (10)")
    parser.add_argument("--fps", type=count, default=30, help="frames per second (30)")
    parser.add_argument("--hold", type=float, default=1.5, help="seconds that the last frame stays (1.5)")
    parser.add_argument("--title", type=float, default=0.0, help="seconds of a title card (0)")
    parser.add_argument(
        "--even", action="store_true", help="give all epochs the same time, not the first ones more"
    )
    parser.add_argument("--dark", action="store_true", help="light on dark")
    parser.add_argument("--without", nargs="+", default=[], choices=("boundary", "network", "curves", "epoch"),
                        help="parts to leave out")  # fmt: skip
    parser.add_argument("--once", action="store_true", help="do not loop")
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.film.settings import FilmSettings
        from playground.headless.failure import sentences
        from playground.headless.film import write_project_film

        with sentences():
            settings = FilmSettings(
                caption=options.caption, shape=options.shape, side=options.side, dark=options.dark,
                slow_start=not options.even, seconds=options.seconds, fps=options.fps,
                loop=not options.once, hold=options.hold, title=options.title,
                **dict.fromkeys(options.without, False),
            )  # fmt: skip
        write_project_film(options.project, options.output, settings, options.epochs)

    return exit_code(work)


COMMAND = Command("film", "PROJECT OUT", "write a film of a training: WebP, GIF or MP4", _run)
