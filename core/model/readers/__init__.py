"""Readers of trained models, one file per format. Modules in this folder register themselves."""

from core.model.readers.model_reader import MODEL_READERS, ModelReader, load_model
from core.spec import import_modules

__all__ = ["MODEL_READERS", "ModelReader", "load_model"]

import_modules(__name__)
