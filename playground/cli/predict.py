"""`numpynet predict` predicts new rows or images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser
from playground.cli.options import add_reading


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "predict",
        "Predict new rows or images with a trained model, as a CSV with a line for each.",
        """examples:
  numpynet predict penguins.nnplay new.csv -o answers.csv
  numpynet predict digits.nnplay scan1.png scan2.png

Rows are read as those that the model learned from; a row that lacks a value has an empty line.
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=MODEL_HELP)
    parser.add_argument(
        "data", metavar="DATA", type=Path, nargs="+", help="a table, or images and folders of images"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write there instead of standard output, which is -"
    )
    parser.add_argument(
        "--with-columns", action="store_true", help="write the model's columns before each prediction"
    )
    parser.add_argument(
        "--invert",
        action="store_true",
        help="take light for dark in images: for black on white, where the model learned from white on black",
    )
    parser.add_argument(
        "--inputs",
        choices=("as-is",),
        help="for a model without preprocessing, as of PyTorch: numbers of rows and bytes of images go in as they are",
    )
    add_reading(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.prediction import predict

        as_is = options.inputs == "as-is"
        changes = {"with_inputs": options.with_columns, "invert": options.invert, "as_is": as_is}
        predict(options.model, options.data, options.output, options.header, options.sheet, **changes)

    return exit_code(work)


COMMAND = Command("predict", "MODEL DATA", "predict new rows or images with a trained model", _run)
