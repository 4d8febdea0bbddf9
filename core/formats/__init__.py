"""File formats of trained networks: a folder for each family, with its exporter, its reader and what proves it.

Imports are in menu order: Ctrl+E uses the first. Further formats of weights follow from the modules in `weights`.
"""

# isort: off
from core.formats.exporter import EXPORTERS, Exporter, exporter_for, named_weights
from core.formats.programs.loading_code import loading_code
from core.formats.keras.own_files import KerasReader
from core.formats.weights.npz import Npz, NpzReader
from core.formats.weights.safetensors import Safetensors, SafetensorsReader
from core.formats.weights.weights_text import WeightsCsv, WeightsJson
from core.formats.onnx.exporter import Onnx
from core.formats.keras.exporter import Keras
from core.formats.programs.program import KerasProgram, NumpyProgram, PytorchProgram, SklearnProgram
from core.formats.page.exporter import InteractivePage
from core.formats.trained_model import ModelDescription, TrainedModel
from core.formats.model_reader import (
    MODEL_READERS,
    LayerReport,
    ModelReader,
    ModelReport,
    holds_model,
    load_model,
    report_model,
    report_of,
)
from core.formats.onnx.own_files import OnnxReader
from core.formats.project import ProjectReader
from core.formats.weights.torch_pickle import PthFile, PtFile
from core.spec import import_modules

# isort: on

__all__ = [
    "EXPORTERS",
    "MODEL_READERS",
    "Exporter",
    "InteractivePage",
    "Keras",
    "KerasProgram",
    "KerasReader",
    "LayerReport",
    "ModelDescription",
    "ModelReader",
    "ModelReport",
    "Npz",
    "NpzReader",
    "NumpyProgram",
    "Onnx",
    "OnnxReader",
    "ProjectReader",
    "PtFile",
    "PthFile",
    "PytorchProgram",
    "Safetensors",
    "SafetensorsReader",
    "SklearnProgram",
    "TrainedModel",
    "WeightsCsv",
    "WeightsJson",
    "exporter_for",
    "holds_model",
    "load_model",
    "loading_code",
    "named_weights",
    "report_model",
    "report_of",
]

import_modules("core.formats.weights")
