"""The chosen sample of a network on sequences, and what the network predicts for it, in numbers and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.pipeline import TokenInputs
from core.data.raw_form import RawTokens
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.inspect.texts import last_counted
from core.io.number_text import percent_text, rounded_text
from core.spec.arrays import Array
from playground.views.canvas.class_bars import class_shares
from playground.views.widgets.array_images import finite
from playground.views.widgets.number_format import number_text


class SequenceSample:
    """What a field draws at the ends of a network; `read` takes it from a snapshot.

    - `letters`: the tokens, or the values over time, as texts; `values` (time, channels): those of a series.
    - `targets`: of each position, or of the sample. `shares`: probabilities (time, tokens) or (classes,); `predictions`
      (time, tokens) or (outputs,): what the network puts out where that is drawn. Each is None where there is none.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment, self._info = experiment, experiment.dataset.info()
        self.is_text, self._time = self._info.vocabulary > 0, experiment.input_shape[0]
        self._prepared: PreparedData | None = None
        self._tokens: tuple[str, ...] = ()
        self._is_prompt = False
        self.length = self._time
        """Positions up to the end of the text."""
        self.letters: list[str] = []
        self.values: Array | None = None
        self.targets: NDArray[Any] | None = None
        self.shares: Array | None = None
        self.predictions: Array | None = None
        self._guesses: list[tuple[int, float]] = []

    def show_data(self, prepared: PreparedData) -> None:
        """Set the tokens and the targets of the data."""
        inputs, self._prepared = prepared.pipeline.inputs, prepared
        self._tokens = inputs.shown if isinstance(inputs, TokenInputs) else ()

    def read(self, snapshot: Snapshot) -> None:
        """Take over the sample and the predictions."""
        sample, output = snapshot.sample, snapshot.sample_output
        fits = sample is not None and len(sample) == self._time
        self.values = sample if fits and not self.is_text else None
        self.letters, self.targets, self.shares, self.predictions = [], None, None, None
        self.length, self._is_prompt = self._time, self.is_text and snapshot.shows_drawing
        if not fits or sample is None:
            return
        if self.is_text:
            self.letters = [self._token(number) for number in sample.astype(np.intp).tolist()]
        else:
            self.letters = [", ".join(map(number_text, row)) for row in sample[:, :3].tolist()]
        prepared, row = self._prepared, snapshot.request.sample
        if prepared is not None and not snapshot.shows_drawing:
            labels = prepared.train.labels if row < 0 else prepared.test.labels
            self.targets = labels[~row if row < 0 else row] if row < len(labels) else None
        if self._is_prompt and snapshot.request.drawn is not None:
            self.length = snapshot.request.drawn.length
            del self.letters[self.length :]
        elif self._experiment.task.per_position and self.targets is not None and self.targets.ndim == 1:
            self.length = last_counted(self.targets) + 1
        if output is None:
            return
        if self._experiment.task.per_position:
            self.predictions = output if output.ndim == 2 and len(output) == self._time else None
            if self.predictions is not None:
                self.shares = _probabilities(self.predictions, self._experiment)
                best = self.shares.argmax(axis=1)
                self._guesses = list(zip(best.tolist(), self.shares.max(axis=1).tolist(), strict=True))
        elif self._experiment.task.classifies:
            low = -1.0 if self._experiment.output_activation().low < 0.0 else 0.0
            self.shares = class_shares(output.ravel(), self._info.outputs, low)
        else:
            self.predictions = output.ravel()

    def place_text(self, position: int) -> str:
        """ "“a”, place 5"; of a series "place 5"."""
        named = self.is_text and position < len(self.letters)
        return f"“{self.letters[position]}”, place {position + 1}" if named else f"place {position + 1}"

    def guess(self, position: int) -> tuple[str, float, str] | None:
        """The likeliest next token, its probability, and the real one; "" if none is asked for."""
        if not self._experiment.task.per_position or self.shares is None or position >= len(self.letters):
            return None
        best, share = self._guesses[position]
        real = -1 if self.targets is None or self.targets.ndim != 1 else int(self.targets[position])
        return self._token(best), share, self._token(real) if real >= 0 else ""

    def legend(self) -> tuple[str, str]:
        """What the rows at the top and at the bottom are: predicted tokens, and those that are read; "" of others."""
        raw = None if self._prepared is None else self._prepared.data.raw
        if not isinstance(raw, RawTokens):
            return "", ""
        noun, asked = raw.noun, np.array([0]) if self.targets is None else np.flatnonzero(self.targets >= 0)
        real = "" if self._is_prompt else f", and ✓ or the real {noun}"
        above = f"Predicted: the likeliest next {noun}, its probability in %{real}"
        if not self._experiment.task.per_position:
            above = ""
        below = "Read: your prompt" if self._is_prompt else f"Read: the {raw.plural} of the sample"
        if above and len(asked) and (given := int(asked[0]) + 1) > 1:
            below = f"Read: {given} {raw.plural} of the question, and its right answer"
        return above, below

    def lines(self, position: int) -> list[str]:
        """A token that is read, and what is predicted there; empty of a series and behind the end."""
        if not self.is_text or position >= len(self.letters):
            return []
        lines = [f"{self.place_text(position)}: read by the network"]
        if (guess := self.guess(position)) is not None:
            real = (
                f", really {guess[2]}" if guess[2] else "" if self._is_prompt else ", which is not asked here"
            )
            lines.append(f"predicted to follow: {guess[0]} {percent_text(guess[1])}{real}")
        return lines

    def _token(self, number: int) -> str:
        return self._tokens[number] if number < len(self._tokens) else str(number)

    def texts(self) -> list[str]:
        """The text of each prediction."""
        task = self._experiment.task
        if task.per_position:
            guesses = (self.guess(position) for position in range(self._time))
            return [f"{guess[0]} {percent_text(guess[1])}" for guess in guesses if guess is not None]
        if self.shares is not None:
            return [f"{name} {percent_text(share)}" for name, share in self.classes()]
        return (
            [] if self.predictions is None else [rounded_text(value) for value in self.predictions.tolist()]
        )

    def cells(self) -> list[tuple[str, str, float | None]]:
        """Of each prediction for the whole sample the name, a note and the probability, or both values."""
        if self.shares is not None:
            return [(name, percent_text(share), share) for name, share in self.classes()]
        predictions = [] if self.predictions is None else self.predictions.tolist()
        real = [] if self.targets is None else np.ravel(self.targets).tolist()
        notes = [f"really {rounded_text(truth)}" for truth in real] or [""] * len(predictions)
        return [(rounded_text(value), note, None) for value, note in zip(predictions, notes, strict=False)]

    def classes(self) -> list[tuple[str, float]]:
        """Names and probabilities of classes, the likeliest first."""
        if self.shares is None:
            return []
        names = () if self._prepared is None else self._prepared.data.class_names
        order = np.argsort(-self.shares, kind="stable").tolist()
        return [(names[at] if at < len(names) else str(at), float(self.shares[at])) for at in order]


def _probabilities(outputs: Array, experiment: Experiment) -> Array:
    """Probabilities (time, tokens), of logits too."""
    if experiment.output_activation().kind == "softmax":
        return finite(outputs)
    raised = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return finite(raised / raised.sum(axis=-1, keepdims=True))
