"""The base class of the formats that trained models are read from, and reading by suffix."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from core.formats.model_report import ModelReport
from core.formats.trained_model import ModelDescription, TrainedModel
from core.io.budget import reading
from core.io.ordinary_file import check_ordinary
from core.io.sentence import short_sentence
from core.spec import Registry, SettingError, Spec


class ModelReader(Spec):
    """A format of trained models."""

    suffix: ClassVar[str] = ""
    """The file name's suffix, with the dot, which selects the reader."""
    is_read: ClassVar[bool] = True
    """False: `report` raises a sentence that says what to do instead."""

    def holds(self, path: Path) -> bool:
        """Whether a file of the suffix is a model: of data, too, there are `.npz`. Raises nothing."""
        return True

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        """What a file of weights alone holds, on a network; None if it describes its layers. Raises as `report`."""
        return None

    def report(self, path: Path) -> ModelReport:
        """What a file holds, and what fits. Raises `ValueError` with a sentence if it is invalid, and `OSError`."""
        raise NotImplementedError


MODEL_READERS: Registry[ModelReader] = Registry("format of models")


def report_model(path: Path, onto: ModelDescription | None = None) -> ModelReport:
    """What the file of a model holds, by its suffix, and within a budget; weights alone are put `onto` a network.

    Raises `ValueError` with a sentence, and `OSError`.
    """
    reader = _reader_for(path)
    with reading(path):
        found = None if onto is None else reader.report_onto(path, onto)
        return found or reader.report(path)


def holds_model(path: Path) -> bool:
    """Whether the file is one of models, by its suffix and, where that says too little, by its content."""
    name = path.name.lower()
    return any(name.endswith(kind.suffix) and kind().holds(path) for kind in MODEL_READERS)


def load_model(path: Path) -> TrainedModel:
    """The model in a file. Raises as `report_model`, and `ValueError` that names the layer that does not fit."""
    found = report_model(path)
    if found.model is None:
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {found.fault}"))
    return found.model


def _reader_for(path: Path) -> ModelReader:
    check_ordinary(path)
    for kind in MODEL_READERS:
        if path.name.lower().endswith(kind.suffix):
            return kind()
    known = ", ".join(kind.suffix for kind in MODEL_READERS if kind.is_read)
    raise SettingError(f"A model's file name must end with one of {known}, got {path.name!r}")
