"""`numpynet train` trains a network, and writes what it learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser
from playground.cli.options import add_changes, add_data_choices, add_proof, changes_of, data_choices
from playground.cli.values import count


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "train",
        "Train a network without a window, and print its losses and scores.",
        """examples:
  numpynet train spirals --epochs 200 --export spirals.safetensors
  numpynet train penguins.csv --target species --layers "dense 16 relu; dense 8 relu" --export penguins.nnplay
  numpynet train prices.csv --target price --regression --read "sold=days" --ignore id,notes
  numpynet train animals/ --layers "conv2d 16 relu; max_pooling2d; flatten; dense 32 relu" --export animals.nnplay
  numpynet train penguins.nnplay --epochs 50 --export penguins.nnplay

Ctrl+C ends the training early: what was learned is reported and written. Pressed twice, it ends at once.
A project goes on where it stood, also with another optimizer, learning rate or engine; other changes start anew.
""",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a preset's name, an experiment (.json) or its text (nnplay1...), a project (.nnplay), a table or images",
    )
    parser.add_argument("--epochs", type=count, default=50, help="how many epochs to train (default 50)")
    parser.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="OUT",
        help="write what was learned; the suffix chooses the format (.nnplay is the whole project); may be given "
        "several times",
    )
    add_proof(parser)
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.training import train

        choices, changes = data_choices(options), changes_of(options)
        train(options.source, options.epochs, options.export, choices, changes, options.proof)

    return exit_code(work)


COMMAND = Command(
    "train",
    "SOURCE",
    "train a preset, a project, images, or a table: numpynet train data.csv --target species",
    _run,
)
