"""Contents of a file to open for the dialog of a model's file: on which data the model fits."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

from core.experiment.experiment import Experiment
from core.formats import holds_model, report_model
from core.formats.model_import import find_imports, import_weights
from core.formats.trained_experiment import describe_model
from core.io.sentence import short_sentence
from playground.commands.export_content import pipeline_facts
from playground.commands.project_opener import Loaded, read_project
from playground.model.background_job import Report
from playground.views.dialogs.open_model import FoundModel


def model_or_project(path: Path, current: Experiment, report: Report) -> FoundModel | Loaded:
    """Read a file of any suffix; see `found_model` and `read_project`."""
    if holds_model(path):
        return found_model(path, current, report)
    if path.is_file() and not is_zipfile(path):
        raise ValueError(
            short_sentence(
                f"{path.name} cannot be opened: that works for projects, lessons, experiments and models, "
                "and for data: tables, texts, and folders of images"
            )
        )
    return read_project(path, report)


def found_model(path: Path, current: Experiment, report: Report) -> FoundModel:
    """Read the model in `path`; `report` may cancel. Raises `ValueError` with a sentence, and `OSError`."""
    read = report_model(path, describe_model(current, None))
    report(0.5)
    if read.model is None:
        return FoundModel(path.name, read)
    facts = pipeline_facts(read.model.pipeline)
    found = (import_weights(read.model, current),) if read.is_onto else find_imports(read.model, current)
    return FoundModel(path.name, read, found, facts)
