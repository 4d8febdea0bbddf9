"""`numpynet report` writes documents about a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser, option
from playground.cli.options import add_force
from playground.headless.destinations import check_destination
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.reports import print_line

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData
    from core.reports import Report


_NAMES = {
    "curves.csv": "curves_table",
    "predictions.csv": "predictions_table",
    "metrics.csv": "metrics_table",
    ".html": "html_model_card",
    ".md": "markdown_model_card",
}
"""The endings of files, and what is written into them."""


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "report",
        "Write documents about a trained project; the end of each name chooses one.",
        """examples:
  numpynet report penguins.nnplay card.html README.md
  numpynet report penguins.nnplay curves.csv predictions.csv metrics.csv
""",
    )
    option(parser, "MODEL", MODEL_HELP, type=Path)
    option(parser, "OUT", "a file to write", dest="outputs", type=Path, nargs="+")
    add_force(parser)
    options = parser.parse_args(arguments)

    return exit_code(lambda: write_reports(options.model, options.outputs, options.force))


def write_reports(project: Path, outputs: Sequence[Path], force: bool = False) -> None:
    """Write every output, chosen by the end of its name, with `force` over any file. Raises `HeadlessError`."""
    from core.data.dataset import DataError
    from core.experiment.prepare import prepare
    from core.reports import TrainingRecord
    from playground.headless.proving import trained_project

    check_there(project)
    wanted = [(path, _record_for(path)) for path in outputs]
    experiment, state = trained_project(project)
    for path, document in wanted:
        check_destination(path, [project, *experiment.dataset.sources], mark=document.mark, force=force)
    if state is None:
        raise HeadlessError(f"{project.name} has no weights; train it first")
    data: PreparedData | None = None
    missing = ""
    try:
        data = prepare(experiment)
    except DataError as error:
        missing = f" without what needs the data: {error}"
    record = TrainingRecord(experiment, state, data)
    for path, document in wanted:
        with sentences(f"{path} cannot be written"):
            document.write(record, path)
        print_line(f"wrote {path}{missing}")


def _record_for(path: Path) -> Report:
    from core.reports import REPORTS

    for ending, kind in _NAMES.items():
        if path.name.lower().endswith(ending):
            return REPORTS.make(kind)
    raise HeadlessError(f"{path.name} must end with one of {', '.join(_NAMES)}")


COMMAND = Command("report", "MODEL OUT...", "write a model card, curves, predictions or metrics", _run)
