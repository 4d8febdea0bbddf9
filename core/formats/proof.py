"""Prove an export: write the file, let a foreign program read it and predict raw samples, and compare."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import Predictions, ReconstructionOutputs
from ..spec.arrays import Array
from .exporter import LIMIT, Exporter
from .external_reader import MissingReaderError, ReaderPredictions, package_version, run_program
from .programs.loading_code import loading_code
from .trained_model import TrainedModel

MAX_SAMPLES = 1_000
"""Test samples to compare on; a convolution in a NumPy program takes seconds for more."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Predictions of a written file for raw samples, compared with the network's.

    `reader` is the program that read the file ("onnxruntime 1.22.0"). `differences` (samples,) are relative to the
    outputs' scale; `same` counts equal labels, a tie within `limit` counting as equal, and is None for values. `size`
    is the file's, in bytes. `sentence` says why no comparison was possible.
    """

    reader: str = ""
    differences: Array = field(default_factory=lambda: np.empty(0))
    same: int | None = None
    seconds: float = 0.0
    size: int = 0
    limit: float = LIMIT
    sentence: str = ""
    refusal: str = ""
    """See `ReaderPredictions.refusal`."""

    @property
    def samples(self) -> int:
        """The number of samples compared."""
        return len(self.differences)

    @property
    def largest(self) -> float:
        """The largest difference; 0 without samples, NaN if a prediction is not finite."""
        return float(self.differences.max(initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether the file predicts the same."""
        # A format of fewer digits says how many labels differ.
        alike = self.same is None or self.same == self.samples or self.limit > LIMIT
        return (
            not (self.sentence or self.refusal) and self.samples > 0 and alike and self.largest <= self.limit
        )

    @property
    def fault(self) -> str:
        """The reason why the file is not exported; "" if it predicts the same or could not be compared."""
        if self.refusal or self.holds or self.sentence or not self.samples:
            return self.refusal
        labels = "" if self.same is None else f", with {self.same:,} of {self.samples:,} labels the same"
        return (
            f"{self.reader} must predict what the network does within {self.limit:g}, "
            f"got a difference of {self.largest:.2g}{labels}"
        )

    def to_json(self) -> dict[str, Any]:
        """The content of the file."""
        found = {"reader": self.reader, "samples": self.samples, "largest_difference": self.largest}
        return found if self.same is None else {**found, "same_labels": self.same}


def prove(exporter: Exporter, model: TrainedModel, raw: Any) -> Proof:
    """Write `model` into a temporary folder, read it back the foreign way and compare on `raw` samples.

    `raw` is what the model's pipeline takes. Raises the `SettingError` of `Exporter.write` and `OSError`.
    """
    with tempfile.TemporaryDirectory(prefix="numpynet-proof-") as folder:
        path = Path(folder) / f"model{exporter.suffix}"
        exporter.write(model, path)
        size = path.stat().st_size
        start = perf_counter()
        try:
            found = _foreign_predictions(exporter, path, model, raw)
        except MissingReaderError as error:
            return Proof(size=size, sentence=str(error))
        seconds = perf_counter() - start
    own = model.predictions(raw)
    if own.values is not None:
        # All pixels of an image have one unit, also those that are hardly ever anything but 0.
        pixels = model.pipeline is not None and isinstance(model.pipeline.outputs, ReconstructionOutputs)
        pixels = pixels and len(model.network.input_shape) == 3
        differences, same = _value_differences(own.values, found, shared=pixels), None
    else:
        differences, same = _probability_differences(own, found)
    return Proof(found.reader, differences, same, seconds, size, exporter.limit, refusal=found.refusal)


def _foreign_predictions(exporter: Exporter, path: Path, model: TrainedModel, raw: Any) -> ReaderPredictions:
    found = exporter.run(path, model.description, raw)
    if found is not None:
        return found
    package = "torch" if getattr(exporter, "layout", "") == "pytorch" else "numpy"
    reader = f"{package} {package_version(package)}"
    return run_program(loading_code(exporter, path, model.description), raw, reader)


def _value_differences(own: NDArray[Any], found: ReaderPredictions, *, shared: bool) -> Array:
    """(samples,), relative to the spread of each value, or to its size where it has none.

    `shared`: to the spread of all of them, which have one unit.
    """
    if found.values is None or found.values.shape != own.shape:
        return np.full(len(own), np.nan)
    spread = np.full(own.shape[1:], own.std()) if shared else own.std(axis=0)
    scale = np.where(spread > 0, spread, np.maximum(1.0, np.abs(own).max(axis=0, initial=0.0)))
    # float32 outputs have no more digits than this, whatever the spread.
    scale = np.maximum(scale, np.abs(own).max(axis=0, initial=0.0) * 0.1)
    relative: Array = (np.abs(found.values - own) / scale).max(axis=1, initial=0.0)
    return relative


def _probability_differences(own: Predictions, found: ReaderPredictions) -> tuple[Array, int]:
    """(samples,), and the number of equal labels; those of a text are equal if all of its positions' are."""
    assert own.probabilities is not None
    assert own.labels is not None
    probabilities = np.asarray(own.probabilities, np.float64)
    if found.probabilities is None or found.probabilities.shape != probabilities.shape:
        return np.full(len(probabilities), np.nan), 0
    differences = np.abs(found.probabilities - probabilities).reshape(len(probabilities), -1)
    best = np.sort(probabilities, axis=-1)
    tied = best[..., -1] - best[..., -2] <= 2 * LIMIT
    labels = zip(found.labels, own.labels.reshape(-1), strict=True)
    equal = np.array([str(a) == str(b) for a, b in labels], bool).reshape(tied.shape) | tied
    return differences.max(axis=1, initial=0.0), int(equal.reshape(len(equal), -1).all(axis=1).sum())
