"""Export formats for trained networks, one file per format.

Imports are in menu order: Ctrl+E uses the first. Formats in other modules of this folder follow automatically.
"""

# isort: off
from core.export.exporter import EXPORTERS, Exporter, exporter_for, named_weights
from core.export.loading_code import loading_code
from core.export.npz import Npz
from core.export.safetensors import Safetensors
from core.export.weights_text import WeightsCsv, WeightsJson
from core.export.onnx import Onnx
from core.export.keras import Keras
from core.export.program import KerasProgram, NumpyProgram, PytorchProgram, SklearnProgram
from core.export.trained_model import ModelDescription, TrainedModel
from core.spec import import_modules

# isort: on

__all__ = [
    "EXPORTERS",
    "Exporter",
    "Keras",
    "KerasProgram",
    "ModelDescription",
    "Npz",
    "NumpyProgram",
    "Onnx",
    "PytorchProgram",
    "Safetensors",
    "SklearnProgram",
    "TrainedModel",
    "WeightsCsv",
    "WeightsJson",
    "exporter_for",
    "loading_code",
    "named_weights",
]

import_modules(__name__)
