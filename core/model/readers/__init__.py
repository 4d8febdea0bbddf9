"""Readers of trained models, one file per format. Modules in this folder register themselves."""

from core.model.model_report import LayerReport, ModelReport, report_of
from core.model.readers.model_reader import MODEL_READERS, ModelReader, holds_model, load_model, report_model
from core.spec import import_modules

__all__ = [
    "MODEL_READERS",
    "LayerReport",
    "ModelReader",
    "ModelReport",
    "holds_model",
    "load_model",
    "report_model",
    "report_of",
]

import_modules(__name__)
