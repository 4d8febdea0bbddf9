"""What a trained network can be taken home as, one file per format."""

from core.export.exporter import EXPORTERS, Exporter, exporter_for, named_weights
from core.export.loading_code import loading_code
from core.export.npz import Npz
from core.export.safetensors import Safetensors

__all__ = ["EXPORTERS", "Exporter", "Npz", "Safetensors", "exporter_for", "loading_code", "named_weights"]
