"""`numpynet evaluate` says how well a model predicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser
from playground.cli.options import add_reading


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "evaluate",
        "Print how well a trained model predicts a table that has the answers, or its own test samples.",
        """examples:
  numpynet evaluate penguins.nnplay
  numpynet evaluate penguins.nnplay others.csv
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=MODEL_HELP)
    parser.add_argument(
        "data", metavar="DATA", type=Path, nargs="?", help="a table with the column that is predicted"
    )
    add_reading(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.prediction import evaluate

        evaluate(options.model, [options.data] if options.data else [], options.header, options.sheet)

    return exit_code(work)


COMMAND = Command(
    "evaluate", "MODEL [DATA]", "say how well it predicts a table with answers, or its own test samples", _run
)
