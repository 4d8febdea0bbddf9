"""Contents of a file to open for the dialog of a model's file: on which data the model fits."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

from core.data.features import FEATURES
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    TableInputs,
    ValueOutputs,
)
from core.experiment.experiment import Experiment
from core.formats import holds_model, report_model
from core.formats.model_import import find_imports, import_weights
from core.formats.trained_experiment import describe_model
from core.io.budget import OnProgress
from core.io.number_text import count_text
from core.io.sentence import short_sentence
from playground.commands.project_opener import Loaded, read_project
from playground.views.dialogs.export import Fact
from playground.views.dialogs.open_model import FoundModel


def model_or_project(path: Path, current: Experiment, report: OnProgress) -> FoundModel | Loaded:
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


def found_model(path: Path, current: Experiment, report: OnProgress) -> FoundModel:
    """Read the model in `path`; `report` may cancel. Raises `ValueError` with a sentence, and `OSError`."""
    read = report_model(path, describe_model(current, None))
    report(0.5)
    if read.model is None:
        return FoundModel(path.name, read)
    facts = pipeline_facts(read.model.pipeline)
    found = (import_weights(read.model, current),) if read.is_onto else find_imports(read.model, current)
    return FoundModel(path.name, read, found, facts)


def pipeline_facts(pipeline: Pipeline | None) -> list[Fact]:
    """Columns, preprocessing and classes as lines."""
    if pipeline is None:
        return []
    inputs, outputs, facts = pipeline.inputs, pipeline.outputs, []
    if isinstance(inputs, TableInputs):
        facts.append(Fact("Columns", _columns_text(inputs)))
        filled = sum(getattr(column, "fill", None) is not None for column in inputs.columns)
        if filled:
            facts.append(Fact("Gaps", f"filled in {count_text(filled, 'column')}"))
        facts.append(Fact("Scaling", "shift and scale of each column"))
    elif isinstance(inputs, PointInputs):
        facts.append(Fact("Features", ", ".join(FEATURES[name].label for name in inputs.features)))
    elif isinstance(inputs, ImageInputs):
        height, width, channels = inputs.shape
        facts.append(Fact("Images", f"{height} × {width} × {channels}, from 0 to {inputs.high:g}"))
    if isinstance(outputs, ClassOutputs):
        facts.append(Fact("Classes", "", outputs.names))
    elif isinstance(outputs, ValueOutputs):
        facts.append(Fact("Value", ", ".join(outputs.names)))
    return facts


def _columns_text(inputs: TableInputs) -> str:
    units = dict.fromkeys(column.unit for column in inputs.columns if isinstance(column, NumberColumn))
    texts = sum(isinstance(column, CategoryColumn) for column in inputs.columns)
    parts = [f"{len(inputs.columns)}, with names"]
    if texts:
        parts.append(f"{texts} of texts")
    if len(units) == 1 and "" not in units:
        parts.append(f"numbers in {next(iter(units))}")
    return ", ".join(parts)
