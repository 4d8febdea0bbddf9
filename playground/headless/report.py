"""Write documents about a trained project: a model card, curves, predictions or metrics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.data.dataset import DataError
from core.experiment.prepare import PreparedData, prepare
from core.experiment.project_file import load_project
from core.reports import REPORTS, Report, TrainingRecord
from playground.headless.destinations import check_destination
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.reports import print_line

_NAMES = {
    "curves.csv": "curves_table",
    "predictions.csv": "predictions_table",
    "metrics.csv": "metrics_table",
    ".html": "html_model_card",
    ".md": "markdown_model_card",
}
"""The endings of files, and what is written into them."""


def write_reports(project: Path, outputs: Sequence[Path]) -> None:
    """Write every output, chosen by the end of its name. Raises `HeadlessError`."""
    check_there(project)
    wanted = [(path, _record_for(path)) for path in outputs]
    for path, _ in wanted:
        check_destination(path)
    with sentences(f"{project} cannot be opened"):
        experiment, state = load_project(project)
    if state is None:
        raise HeadlessError(f"{project.name} has no weights; train it first")
    if state.trained is not None and not state.fits(experiment):
        experiment = state.trained
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
    for ending, kind in _NAMES.items():
        if path.name.lower().endswith(ending):
            return REPORTS.make(kind)
    raise HeadlessError(f"{path.name} must end with one of {', '.join(_NAMES)}")
