"""Run an exported file as others do: its program in a Python process of its own, without this package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..io.sentence import short_sentence

_TIMEOUT_SECONDS: Final = 300
_RUNNER: Final = """
import json, runpy, sys
import numpy as np
program, given, found = sys.argv[1:]
names = runpy.run_path(program)
with np.load(given) as file:
    raw = file["array"] if "array" in file.files else json.loads(str(file["rows"]))
predictions = names["predict"](raw)
if isinstance(predictions, tuple):
    labels, probabilities = predictions
    labels = np.array([str(label) for label in np.ravel(np.asarray(labels, object))])
    np.savez(found, labels=labels, probabilities=np.asarray(probabilities))
else:
    np.savez(found, values=np.asarray(predictions))
"""


class MissingReaderError(Exception):
    """The program that reads a format is not installed; a sentence for the user."""


@dataclass(frozen=True, eq=False)
class ReaderPredictions:
    """Predictions of `reader` for n samples: `labels` (n,) and `probabilities` (n, classes), or `values` (n, k).

    Of tokens `labels` are (n · time,), and `probabilities` (n, time, tokens).
    """

    reader: str
    labels: Sequence[str] = ()
    probabilities: NDArray[Any] | None = None
    values: NDArray[Any] | None = None
    refusal: str = ""
    """What else the file does that the network does not, as a sentence; "" if nothing."""


def package_version(package: str) -> str:
    """The installed version of a package. Raises `MissingReaderError`."""
    # Here, since it takes 2 % of the start to import, which knows of every format.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        raise MissingReaderError(
            f"The file is written but not read back: {package} is not installed here"
        ) from None


def run_program(
    program: str | Path, raw: Any, reader: str, environment: Mapping[str, str] | None = None
) -> ReaderPredictions:
    """Predictions of a Python program's `predict` for `raw` samples, in a process of its own.

    `program` is its text or its file; `environment` is added to this process's.

    Raises `MissingReaderError` where there is no Python to run it, and `ValueError` if it fails.
    """
    if getattr(sys, "frozen", False):
        raise MissingReaderError("The file is written but not read back: this bundle has no Python to run it")
    with tempfile.TemporaryDirectory(prefix="numpynet-program-") as folder:
        place = Path(folder)
        if isinstance(program, str):
            text, program = program, place / "program.py"
            program.write_text(text, "utf-8")
        (place / "runner.py").write_text(_RUNNER, "utf-8")
        write_raw(place / "raw.npz", raw)
        files = (place / "runner.py", program, place / "raw.npz", place / "predictions.npz")
        # -I: the program must not find this package by the working folder or the environment.
        command = [sys.executable, "-I", *map(str, files)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_SECONDS,
                cwd=place,
                env={**os.environ, **(environment or {})},
            )
        except subprocess.TimeoutExpired:
            raise ValueError(f"{reader} took more than {_TIMEOUT_SECONDS} seconds to predict") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ValueError(short_sentence(f"{reader} cannot run the file: {last}"))
        with np.load(place / "predictions.npz") as file:
            arrays = {name: file[name] for name in file.files}
    labels = [str(label) for label in arrays.get("labels", ())]
    return ReaderPredictions(reader, labels, arrays.get("probabilities"), arrays.get("values"))


def write_raw(path: Path, raw: Any) -> None:
    """A table as JSON rows, for texts and gaps; points and images as an array."""
    if isinstance(raw, Mapping):
        columns = [plain(values) for values in raw.values()]
        rows = [dict(zip(raw, values, strict=True)) for values in zip(*columns, strict=True)]
        np.savez(path, rows=np.array(json.dumps(rows)))
    else:
        np.savez(path, array=np.asarray(raw))


def plain(values: Any) -> list[Any]:
    """Python values; None for NaN, which JSON lacks."""
    found = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return [None if isinstance(value, float) and value != value else value for value in found]
