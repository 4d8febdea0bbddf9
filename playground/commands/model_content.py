"""What the dialog of a model's file shows: the report, and on which data the model fits."""

from __future__ import annotations

from pathlib import Path

from core.experiment.experiment import Experiment
from core.model.placement import placements
from core.model.readers import report_model
from playground.commands.export_content import pipeline_facts
from playground.model.background_job import Report
from playground.views.dialogs.open_model import FoundModel

__all__ = ["found_model"]


def found_model(path: Path, current: Experiment, report: Report) -> FoundModel:
    """Read the model in `path`; `report` may cancel. Raises `ValueError` with a sentence, and `OSError`."""
    read = report_model(path)
    report(0.5)
    if read.model is None:
        return FoundModel(path.name, read)
    facts = pipeline_facts(read.model.pipeline)
    return FoundModel(path.name, read, placements(read.model, current), facts)
