"""`numpynet report` writes documents about a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "report",
        "Write documents about a trained project; the end of each name chooses one.",
        """examples:
  numpynet report penguins.nnplay card.html README.md
  numpynet report penguins.nnplay curves.csv predictions.csv metrics.csv
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=MODEL_HELP)
    parser.add_argument("outputs", metavar="OUT", type=Path, nargs="+", help="a file to write")
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.report import write_reports

        write_reports(options.model, options.outputs)

    return exit_code(work)


COMMAND = Command("report", "MODEL OUT...", "write a model card, curves, predictions or metrics", _run)
