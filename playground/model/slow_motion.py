"""SlowMoment: where a slow step stands between its stops, and what that is in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np

from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.inspect.predictions import confidence
from core.io.number_text import percent_text, rounded_text
from core.nn import Shape
from core.nn.stage import Address
from core.spec.arrays import Array
from core.train.slow_step import SlowStep, Stage, Stop

_DIGITS = 3


@dataclass(frozen=True, eq=False)
class SlowMoment:
    """A `position` from 0 to the number of stops: behind stop 3, and halfway to the fourth, it is 3.5.

    `shown` is the sample of the step that is looked at; `is_kept` says that the training has made the step.
    """

    step: SlowStep
    experiment: Experiment
    encoding: TargetEncoding
    shown: int = 0
    position: float = 0.0
    is_kept: bool = False
    names: tuple[str, ...] = ()
    """Of the classes."""

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        return self.step.stops

    @property
    def stop(self) -> Stop | None:
        """The stop that it stands behind, or goes to; None at the start."""
        return self.stops[ceil(self.position) - 1] if self.position > 0.0 else None

    @property
    def is_at_end(self) -> bool:
        return self.position >= len(self.stops)

    def share(self, stage: Stage, layer: Address) -> float:
        """Progress of a stage at a layer, 0 to 1; 0 where it does not come by."""
        try:
            index = self.stops.index(Stop(stage, "" if stage == "loss" else str(layer)))
        except ValueError:
            return 0.0
        return min(1.0, max(0.0, self.position - index))

    def is_reached_by_gradients(self, layer: Address) -> bool:
        """Whether the backward pass comes by the layer at all."""
        return Stop("backward", str(layer)) in self.stops

    def weights(self, layer: Address, name: str) -> Any:
        """A layer's array (shape of the parameter) on its way through the update."""
        made, share = self.step.layers[str(layer)], self.share("update", layer)
        before, after = made.weights[name], made.new_weights[name]
        if share in (0.0, 1.0):
            return after if share else before
        return before + share * (after - before)

    def layer_words(self, path: str) -> str:
        """ "the output", "layer 2, Dense", or "layer 3, Dense in Residual"."""
        index = int(path.partition("/")[0])
        if index == len(self.experiment.layers):
            return "the output"
        block, layer = self.experiment.stack()[index].title, self.step.network.places[path].layer.title
        return f"layer {index + 1}, {layer} in {block}" if "/" in path else f"layer {index + 1}, {block}"

    @property
    def title(self) -> str:
        """ "Backward: layer 2, Dense"."""
        if self.is_at_end:
            return "Rehearsed" if not self.step.is_batch else "Made" if self.is_kept else "Done"
        stop = self.stop
        if stop is None:
            return "Ready"
        return stop.stage.capitalize() + (f": {self.layer_words(stop.path)}" if stop.path else "")

    @property
    def sentence(self) -> str:
        """Action at the stop."""
        stop, step = self.stop, self.step
        several = len(step.rows) > 1
        if self.is_at_end and not step.is_batch:
            return "This was a rehearsal on one sample; nothing of it is kept."
        if self.is_at_end:
            return "The weights have moved; the training goes on from here."
        if stop is None:
            what = (
                f"The {len(step.rows):,} samples of the next batch wait"
                if step.is_batch
                else "One sample waits"
            )
            return f"{what if several or not step.is_batch else 'The next sample waits'} at the inputs."
        if stop.stage == "loss":
            loss = rounded_text(step.done.loss, _DIGITS)
            return f"The prediction is compared with the target: the loss is {loss}" + (
                ", the mean of the batch." if several else "."
            )
        name = self.layer_words(stop.path)
        if stop.stage == "forward":
            return f"The values go through {name}."
        if stop.stage == "backward":
            return f"The error runs back through {name}: who is to blame, and how much?"
        return f"The weights of {name} move against their gradients."

    def result(self, stage: Stage) -> str:
        """What a stage gave: the prediction, the loss of the sample, the largest gradient, or what moves; "" before."""
        if stage in {stop.stage for stop in self.stops[int(self.position) :]}:
            return ""
        prediction, passes = self.prediction, self.step.layers.values()
        if stage == "loss":
            return rounded_text(float(self.step.done.losses[self.shown]), _DIGITS)
        if stage == "backward":
            sizes = [float(np.abs(array).max()) for made in passes for array in made.gradients.values()]
            return f"∂w ≤ {rounded_text(max(sizes, default=0.0), 2)}"
        if stage == "update":
            moved = (
                made.new_weights[name] != made.weights[name] for made in passes for name in made.gradients
            )
            return f"{sum(map(np.count_nonzero, moved)):,} weights move"
        if self.encoding.classes and not self.encoding.tokens:
            label = self.encoding.decode(prediction[None])
            share = float(confidence(self.encoding, prediction[None], label)[0])
            return f"{self.names[int(label[0])]}, {percent_text(share)}"
        return rounded_text(float(prediction.flat[0]), _DIGITS) if prediction.size == 1 else ""

    @property
    def outcome(self) -> str:
        """Effect of the step on the sample: "This step: loss of this sample 1.47 → 0.358."."""
        done, shown = self.step.done, self.shown
        before, after = (rounded_text(float(each[shown]), _DIGITS) for each in (done.losses, done.new_losses))
        predictions = [each[shown].ravel() for each in (done.predictions, done.new_predictions)]
        if predictions[0].size > 1:
            return f"This step: loss of this sample {before} → {after}."
        old, new = (rounded_text(float(each[0]), _DIGITS) for each in predictions)
        return f"This step: prediction {old} → {new}, loss of this sample {before} → {after}."

    def shape(self, layer: Address) -> Shape:
        """The shape of a layer's output; of the inputs for layer -1."""
        network = self.step.network
        return network.input_shape if layer == -1 else network.places[str(layer)].output_shape

    def outputs(self, layer: int) -> Any:
        """The outputs of a layer for the sample, or the inputs for layer -1."""
        layers = self.step.layers
        return layers["0"].inputs[self.shown] if layer < 0 else layers[str(layer)].outputs[self.shown]

    @property
    def prediction(self) -> Array:
        """The network's outputs for the sample, in the data's own units."""
        return self.encoding.to_values(self.outputs(len(self.step.network.layers) - 1))

    def gradients(self, layer: int) -> Any:
        """The derivatives of the loss by what the units of a layer add up, for the sample, or None."""
        found = self.step.layers[str(layer)].sum_gradients if layer >= 0 else None
        return None if found is None else found[self.shown]
