"""`numpynet seeds` trains from many seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser
from playground.cli.options import add_changes, add_data_choices, changes_of, data_choices
from playground.cli.values import positive_count, seed_count


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "seeds",
        "Train one experiment from many seeds, and print the median and the spread of what comes of them.",
        """examples:
  numpynet seeds spirals -n 30
  numpynet seeds mine.nnplay -n 16 --epochs 200 --layers "dense 8 relu" -o seeds.csv

The data and their split stay the same; initial weights, order of samples and dropout differ. Each seed ends with the
numbers of its own `numpynet train`. Ctrl+C ends the training early: what is there is printed and written.
""",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a preset's name, an experiment, a project, a table or images, as for train",
    )
    parser.add_argument(
        "-n", dest="count", type=seed_count, default=30, metavar="N", help="how many seeds, 2 to 64 (30)"
    )
    parser.add_argument("--epochs", type=positive_count, default=50, help="how many epochs (50)")
    parser.add_argument(
        "--jobs",
        type=positive_count,
        metavar="N",
        help="threads or processes (default: one for every core)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="CSV", help="write a line for every seed")
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.seeds import print_seeds

        print_seeds(
            options.source, options.count, options.epochs, options.output, data_choices(options),
            changes_of(options), options.jobs,
        )  # fmt: skip

    return exit_code(work)


COMMAND = Command("seeds", "SOURCE -n 30", "train it from 30 seeds, and print median and spread", _run)
