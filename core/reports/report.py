"""A trained experiment with its data, and the base of the documents about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..experiment.project_file import TrainerState, measured
from ..formats import TrainedModel
from ..formats.trained_experiment import trained_model
from ..io.atomic_write import atomic_write
from ..spec import Registry, SettingError, Spec
from ..train.figures import Figures
from ..train.history import History


@dataclass(frozen=True, eq=False)
class Split:
    """The samples of one split and what the network predicts for them.

    - `rows` (n,): their rows in the file or the data, from 1.
    - `raw`: the samples in the forms that `Pipeline.transform` takes.
    - `targets`: class numbers (n,), or values (n, outputs) in their own units; `predicted` likewise.
    - `probabilities` (n, classes); None for values.
    - `positions` (n,): of tokens in their sample, from 1; each that is counted has a row, and `raw` is None. Else None.
    """

    name: str
    rows: NDArray[np.int64]
    raw: Any
    targets: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[Any] | None
    positions: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """A trained experiment; `data` is None where its data are missing."""

    experiment: Experiment
    state: TrainerState
    data: PreparedData | None

    @cached_property
    def model(self) -> TrainedModel:
        """Network and pipeline."""
        return trained_model(self.experiment, self.state)

    @cached_property
    def figures(self) -> Figures:
        """The figures of all samples; where the data are missing, those that are known."""
        if self.data is None:
            return self.state.figures
        return measured(self.experiment, self.state, self.data).figures

    @property
    def history(self) -> History:
        """The recorded curves, and the figures as the last row."""
        return self.state.history.with_rest(self.figures)

    @property
    def is_regression(self) -> bool:
        """Whether values are predicted, and neither classes nor the tokens that follow."""
        return not (self.experiment.task.classifies or self.experiment.encoding.tokens)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes; empty for values."""
        pipeline = self.model.pipeline
        return () if pipeline is None or self.is_regression else getattr(pipeline.outputs, "names", ())

    def split(self, name: str) -> Split:
        """The predictions for "train" or "test". Raises `SettingError` without data."""
        data, pipeline = self.data, self.model.pipeline
        if data is None or pipeline is None:
            raise SettingError("The data are missing, so nothing can be predicted; choose them again")
        samples, rows = (data.train, data.train_index) if name == "train" else (data.test, data.test_index)
        predictions = pipeline.decode(self.model.network.predict(samples.inputs))
        predicted = predictions.values if predictions.numbers is None else predictions.numbers
        assert predicted is not None
        truth, said, numbers = data.truth_of(samples), predictions.probabilities, data.data.row_numbers(rows)
        if not data.encoding.tokens:
            return Split(name, numbers, data.raw_samples(samples, rows), truth, predicted, said)
        counted = truth >= 0
        at, positions = np.nonzero(counted)
        said = None if said is None else said[counted]
        return Split(name, numbers[at], None, truth[counted], predicted[counted], said, positions + 1)


class Report(Spec):
    """A document about a training."""

    suffix: ClassVar[str] = ""
    """The file name's suffix, with the dot."""
    noun: ClassVar[str] = ""
    """The last word of its file's name, so that no two kinds share one: "Spirals curves.csv"."""
    mark: ClassVar[str | None] = None
    """What all files of the kind begin with, "" where others do, too; None: people write none. See `core.io.gate`."""
    group: ClassVar[str] = "Tables"
    """The heading of the document in lists."""

    def text(self, record: TrainingRecord) -> str:
        """The document. Raises `SettingError` where it cannot be written."""
        raise NotImplementedError

    def write(self, record: TrainingRecord, path: Path) -> None:
        """Write the document atomically. Raises `OSError` and the `SettingError` of `text`."""
        content = self.text(record).encode()
        with atomic_write(path) as file:
            file.write(content)


REPORTS: Registry[Report] = Registry("document")
