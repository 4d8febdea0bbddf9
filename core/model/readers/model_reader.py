"""The base class of the formats that trained models are read from, and reading by suffix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.export import TrainedModel
from core.io.ordinary_file import check_ordinary
from core.spec import Registry, SettingError, Spec

__all__ = ["MODEL_READERS", "ModelReader", "load_model"]


@dataclass(frozen=True)
class ModelReader(Spec):
    """A format of trained models."""

    suffix: ClassVar[str] = ""
    """The file name's suffix, with the dot, which selects the reader."""

    def read(self, path: Path) -> TrainedModel:
        """The model in a file. Raises `ValueError` with a sentence for invalid files, and `OSError`."""
        raise NotImplementedError


MODEL_READERS: Registry[ModelReader] = Registry("format of models")


def load_model(path: Path) -> TrainedModel:
    """The trained model in a file, by its suffix. Raises `ValueError` with a sentence, and `OSError`."""
    check_ordinary(path)
    for kind in MODEL_READERS:
        if path.name.lower().endswith(kind.suffix):
            return kind().read(path)
    known = ", ".join(kind.suffix for kind in MODEL_READERS)
    raise SettingError(f"A model's file name must end with one of {known}, got {path.name!r}")
