"""Predictions for a whole split, and the samples behind each confusion-matrix cell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..data.label_corrections import LabelCorrections
from ..data.target_encoding import TargetEncoding
from ..experiment.prepare import PreparedData
from ..spec.arrays import Array, Indices
from ..train.figures import Place
from ..train.trainer import Trainer

Part = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class SplitPredictions:
    """Predictions for all samples of the split `part`; arrays are read-only.

    - `true`, `predicted` (samples,): class numbers.
    - `confidence` (samples,): probability of the predicted class, 0 … 1.
    - `run`, `place`: when they were made.
    """

    part: Part
    true: Indices
    predicted: Indices
    confidence: Array
    run: int = 0
    place: Place = Place()

    def __len__(self) -> int:
        return len(self.true)

    def select(self, true: int | None = None, predicted: int | None = None) -> Indices:
        """Rows (n,) of class `true` predicted as `predicted`; None means every other class.

        Mistakes are sorted from most to least confident, correct predictions from least to most.
        """
        chosen = np.ones(len(self), bool)
        if true is not None:
            chosen &= self.true == true
        if predicted is not None:
            chosen &= self.predicted == predicted
        if true is None or predicted is None:
            chosen &= self.true != self.predicted
        rows: Indices = np.flatnonzero(chosen)
        right = true is not None and true == predicted
        sure = self.confidence[rows]
        return rows[np.argsort(sure if right else -sure, kind="stable")]

    def relabelled(self, index: Indices, corrections: LabelCorrections) -> SplitPredictions:
        """Predictions after label corrections, class -1 for removed samples; `index` (samples,) are dataset rows."""
        if not corrections:
            return self
        labels = {row: -1 if label is None else label for row, label in corrections}
        touched = np.flatnonzero(np.isin(index, list(labels)))
        true, predicted = self.true.copy(), self.predicted.copy()
        true[touched] = [labels[row] for row in index[touched].tolist()]
        predicted[true < 0] = -1
        return dataclasses.replace(self, true=true, predicted=predicted)


class PredictionPass:
    """Predicts a split chunk by chunk on a copy of the weights, while training goes on. `ValueError` for regression."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, part: Part, run: int = 0) -> None:
        if not trainer.task.classifies:
            raise ValueError("Predictions: there must be classes, but there are values to predict")
        self._part, self._encoding = part, trainer.encoding
        place = Place(
            trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch, position=trainer.fractional_epoch
        )
        self._moment = run, place
        self._samples = prepared.train if part == "train" else prepared.test
        network = trainer.network
        self._network = network.frozen_copy()
        self._outputs = np.empty((len(self._samples), *network.output_shape), network.dtype)
        self._left = list(self._network.parts(len(self._samples)))[::-1]

    @property
    def finished(self) -> bool:
        return not self._left

    def advance(self) -> None:
        """Predict the next chunk."""
        part = self._left.pop()
        self._outputs[part] = self._network.predict(self._samples.inputs[part])

    def result(self) -> SplitPredictions:
        """All predictions, after predicting the remaining chunks."""
        while not self.finished:
            self.advance()
        predicted, sure = self._encoding.decode(self._outputs), confidence(self._encoding, self._outputs)
        return SplitPredictions(self._part, self._samples.labels, predicted, sure, *self._moment)


def confidence(encoding: TargetEncoding, outputs: Array, labels: Indices | None = None) -> Array:
    """Confidence (samples,) in the classes `labels`, or the predicted ones, 0 … 1, from outputs (samples, outputs)."""
    if labels is None:
        labels = encoding.decode(outputs)
    if encoding.outputs == 1:
        second = (outputs[:, 0] - encoding.low) / (encoding.high - encoding.low)
        shares = np.where(labels == 1, second, 1.0 - second)
    else:
        shares = outputs[np.arange(len(outputs)), labels]
    sure: Array = np.clip(np.nan_to_num(shares), 0.0, 1.0)
    return sure
