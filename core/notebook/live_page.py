"""A model on arrays as an interactive page, and what changes of it while it learns."""

from __future__ import annotations

import math
from collections.abc import Sequence as SequenceOf
from dataclasses import fields
from typing import Any, Final, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from ..data.datasets import NoScaling
from ..data.pipeline import FittedInputs, ImageInputs, Pipeline, PointInputs, fit_outputs
from ..data.train_test_split import train_test_split
from ..experiment.prepare import prepare_split
from ..formats import InteractivePage, TrainedModel
from ..formats.page.exporter import curves, moment
from ..io.number_text import loss_text, place_text
from ..model.check_inputs import encoding_for
from ..model.sequence import Sequence
from ..nn import Layer, Sigmoid, Softmax
from ..nn.network import Network
from ..reports.curve_drawing import curve_svg
from ..spec.arrays import Array
from ..train.history import History, HistoryLog
from .shown_data import experiment_on_arrays

_PAGE: Final = InteractivePage(film_kb=2000)
_MAX_MOMENTS: Final = 40
_MAX_NUMBERS: Final = 20_000_000
"""Numbers of all moments that are kept: 80 MB."""

_SAVED: Final = "numpynet-saved"
_HIDING: Final = f"<style>body:has(iframe.numpynet-live) .{_SAVED} {{ display: none }}</style>"

Message = tuple[dict[str, Any], list[bytes]]
"""Message to a page: JSON, and the bytes of arrays."""


class Names(TypedDict, total=False):
    """Names of classes and columns shown in place of numbers."""

    class_names: SequenceOf[str] | None
    feature_names: SequenceOf[str] | None


class LivePage:
    """The page of `model` with samples X (samples, *shape) and targets y, of which the rows behind `learned` test.

    Without `learned` a share of `test_share` tests, chosen by the model's seed. Raises `ValueError` for what a page
    cannot show, with a sentence.
    """

    def __init__(
        self,
        model: Sequence,
        X: ArrayLike,
        y: ArrayLike,
        *,
        learned: int | None = None,
        test_share: float = 0.3,
        **names: Unpack[Names],
    ) -> None:
        if np.shape(X)[1:] == (2,) and names.get("feature_names") is None:
            names["feature_names"] = ("x₁", "x₂")
        experiment = experiment_on_arrays(model, X, y, test_share=test_share, **names)
        experiment = experiment.replace(scaling=NoScaling(), target_scaling=NoScaling())
        data = experiment.dataset.load(experiment.data_seed)
        if learned is None:
            train, test = train_test_split(data, experiment.train_share, experiment.data_seed)
        else:
            train, test = np.arange(learned), np.arange(learned, data.samples)
        self.data = prepare_split(experiment, data, train, test)
        self._model, self.network = model, model.network
        encoding = encoding_for(self.network, data.targets)
        inputs = _unscaled(self.data.pipeline.inputs)
        self._pipeline = Pipeline(inputs, fit_outputs(data, encoding))
        added: tuple[Layer, ...] = ()
        if model.loss.takes_logits and encoding.classes:
            added = (Softmax() if encoding.outputs > 1 else Sigmoid(),)
        self._shown = Network((*self.network.layers, *added), self.network.input_shape, seed=None)
        self._log = HistoryLog(limit=2000)
        self._film: list[tuple[float, tuple[Array, ...]]] = []
        _PAGE.check(self._trained(0.0).description)

    def record(
        self, epoch: float, train_loss: float, test_loss: float = math.nan, rate: float = math.nan
    ) -> None:
        """Add a point to the curves; those behind it are of weights that the model has no longer."""
        if epoch < self._log.last_epoch:
            self._log = HistoryLog(limit=2000)
        if epoch == self._log.last_epoch:
            return
        known = {"epoch": epoch, "train_loss": train_loss, "test_loss": test_loss, "learning_rate": rate}
        self._log.append(*(known.get(field.name, math.nan) for field in fields(History)))

    def source(self, epoch: float) -> str:
        """The page at this moment, with those before it."""
        self._keep(epoch)
        return _PAGE.live(self._trained(epoch), self.data)

    def message(self, epoch: float, of: str = "", *, weights: bool = True) -> Message:
        """Update of the page to this moment; curves alone without `weights`. `of` stands behind the epoch."""
        arrays: dict[str, Any] = {}
        if weights:
            self._keep(epoch)
            arrays = moment(self._shown, self._pipeline)
        content = {
            "epoch": epoch,
            "text": f"epoch {place_text(epoch)}{of}",
            "curves": curves(self._log.view()),
            "arrays": [[name, list(array.shape)] for name, array in arrays.items()],
        }
        return content, [np.ascontiguousarray(array, "<f4").tobytes() for array in arrays.values()]

    def saved(self, epoch: float) -> str:
        """HTML of the curves, for notebooks that are read without a kernel; hidden where the page is shown."""
        log = self._log.view()
        losses = {"training": log.train_loss, "test": log.test_loss}
        ends = [
            f"{name} loss {loss_text(float(each[-1]))}"
            for name, each in losses.items()
            if np.isfinite(each[-1:]).any()
        ]
        sentence = ", ".join([f"Epoch {place_text(epoch)}", *ends])
        drawn = curve_svg(log.epoch, losses, "loss by epoch")
        return f'{_HIDING}<div class="{_SAVED}">{drawn}<p>{sentence}. Run the cell to train it.</p></div>'

    def forget(self) -> None:
        """Drop the moments before."""
        self._film.clear()

    def restore(self) -> float:
        """Give the model the last weights that are numbers, and return their epoch."""
        finite = [each for each in self._film if all(np.isfinite(array).all() for array in each[1])]
        epoch, (self._shown.parameters[...], self._shown.state[...]) = (finite or self._film)[-1]
        self.network.set_weights(self._shown.get_weights())
        return epoch

    def _keep(self, epoch: float) -> None:
        """Bring the network that is shown to the model's weights, and add them to the film."""
        self._shown.set_weights(self.network.get_weights())
        while self._film and self._film[-1][0] >= epoch:
            self._film.pop()
        if len(self._film) >= max(2, min(_MAX_MOMENTS, _MAX_NUMBERS // (1 + len(self._shown.parameters)))):
            del self._film[1::2]
        self._film.append((epoch, (self._shown.parameters.copy(), self._shown.state.copy())))

    def _trained(self, epoch: float) -> TrainedModel:
        named = self._model.name != "sequential"
        return TrainedModel(
            self._shown,
            self._pipeline,
            self._model.name if named else "",
            self._model.seed,
            epoch,  # type: ignore[arg-type]  # within an epoch it is shown with its fraction
            history=self._log.view(),
            film=tuple(self._film[:-1]),
        )


def _unscaled(inputs: FittedInputs) -> FittedInputs:
    """Inputs that pass the samples on as the model takes them."""
    if inputs.input_shape == (2,):
        return PointInputs()
    if isinstance(inputs, ImageInputs):
        return inputs.replace(inverted=False, shift=0.0, scale=1.0 / inputs.high)
    return inputs
