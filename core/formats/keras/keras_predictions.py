"""Run an exported Keras program as others do: by Keras, on whichever of its backends is installed."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from core.formats.external_reader import ForeignAnswers, MissingReaderError, package_version, run_program
from core.io.command_lines import install_line

_BACKENDS: Final = ("torch", "jax", "tensorflow")


def keras_answers(program: str | Path, raw: Any) -> ForeignAnswers:
    """Answers of a program, a text or a file, for `raw` samples.

    Raises `MissingReaderError` if Keras is not installed, or nothing that it runs on, and `ValueError` if it fails.
    """
    backend = next((name for name in _BACKENDS if find_spec(name) is not None), "")
    if find_spec("keras") is None or not backend:
        raise MissingReaderError(
            "The file is written but not read back: Keras is not installed here; "
            f"install it by: {install_line('numpynet-playground[keras]', 'torch')}"
        )
    reader = f"keras {package_version('keras')} with {backend}"
    # In a folder of its own, as Keras writes its settings into the user's; JAX takes float64 only when told.
    with tempfile.TemporaryDirectory(prefix="numpynet-keras-") as home:
        environment = {"KERAS_BACKEND": backend, "KERAS_HOME": home, "JAX_ENABLE_X64": "1"}
        return run_program(program, raw, reader, environment)
