"""What a trained network can be taken home as, one file per format.

The order of the imports is the order in menus: Ctrl+E exports in the first. Formats of other modules here follow by
themselves.
"""

from core.export.exporter import EXPORTERS, Exporter, exporter_for, named_weights
from core.export.loading_code import loading_code
from core.export.npz import Npz
from core.export.safetensors import Safetensors
from core.spec import import_modules

__all__ = ["EXPORTERS", "Exporter", "Npz", "Safetensors", "exporter_for", "loading_code", "named_weights"]

import_modules(__name__)
