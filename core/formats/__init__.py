"""File formats of trained networks: a folder for each family, with its exporter, its reader and what proves it.

Imports are in menu order: Ctrl+E uses the first. Further formats of weights follow from the modules in `weights`.
"""

# isort: off
from .exporter import EXPORTERS, Exporter, exporter_for, named_weights
from .programs.loading_code import loading_code
from .keras.own_files import KerasReader
from .weights.npz import Npz, NpzReader
from .weights.safetensors import PthFile, PtFile, Safetensors, SafetensorsReader
from .weights.weights_text import WeightsCsv, WeightsJson
from .onnx.exporter import Onnx
from .keras.exporter import Keras
from .programs.program import KerasProgram, NumpyProgram, PytorchProgram, SklearnProgram
from .page.exporter import InteractivePage
from .trained_model import ModelDescription, TrainedModel
from .model_reader import (
    MODEL_READERS, LayerReport, ModelReader, ModelReport, holds_model, load_model, report_model, report_of,
)  # fmt: skip
from .onnx.own_files import OnnxReader
from .project import ProjectReader
from ..spec import import_modules

# isort: on

__all__ = [
    "EXPORTERS", "MODEL_READERS", "Exporter", "InteractivePage", "Keras", "KerasProgram", "KerasReader",
    "LayerReport", "ModelDescription", "ModelReader", "ModelReport", "Npz", "NpzReader", "NumpyProgram", "Onnx",
    "OnnxReader", "ProjectReader", "PtFile", "PthFile", "PytorchProgram", "Safetensors", "SafetensorsReader",
    "SklearnProgram", "TrainedModel", "WeightsCsv", "WeightsJson", "exporter_for", "holds_model", "load_model",
    "loading_code", "named_weights", "report_model", "report_of",
]  # fmt: skip

import_modules(f"{__name__}.weights")
