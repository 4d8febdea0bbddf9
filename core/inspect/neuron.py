"""The computation of one neuron for one sample: forward, backward, its update, and what its gates are made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..nn import ActivationFunction, Conv2D, Dense, Layer
from ..nn.gradient_tape import GradientTape
from ..nn.network import Network, offset_in
from ..nn.stage import Address, LayerPlace
from ..spec.arrays import Array, Arrays
from ..train.slow_step import SlowStep
from ..train.trainer import Trainer
from .attention import HeadTrace, trace_head
from .feature_map import FeatureMapView, Place, feature_map_view, map_of_pass
from .snapshot import PARTS, Shown, SnapshotPart, SnapshotRequest


@dataclass(frozen=True, eq=False)
class NeuronTrace:
    """One neuron for one sample, in float64; arrays (inputs,) have an entry per input of the neuron.

    Forward: `total` = sum(`products`) + `bias`, with `products` = `inputs` · `weights`; `output` = f(`total`); then the
    network's `prediction` (outputs,), its `target` (outputs,) and their `loss`. Backward: derivatives of the loss by
    `output`, `total`, weights and bias; `slope` is f'(total), None for softmax, which depends on other neurons. The
    steps are the optimizer's updates for this sample alone, including penalty and clipping; None if the optimizer
    cannot preview them.

    For a filter, `place` is the position of its largest output, `inputs` are the pixels under it in kernel order, and
    weight gradients are sums over all positions. `weight` is the sample's class weight, already part of the loss and
    its derivatives. `override` replaces `output` in the network, if the neuron is muted or clamped.
    """

    sample: int
    layer: Address
    unit: int
    units: int
    inputs: Array
    weights: Array
    bias: float | None
    total: float
    activation: ActivationFunction
    output: float
    prediction: Array
    target: Array
    loss: float
    output_gradient: float
    slope: float | None
    total_gradient: float
    weight_gradients: Array
    bias_gradient: float | None
    learning_rate: float
    weight_steps: Array | None
    bias_step: float | None
    place: tuple[int, int] | None = None
    weight: float = 1.0
    override: float | None = None

    @property
    def products(self) -> Array:
        """`inputs` · `weights` elementwise, (inputs,)."""
        return self.inputs * self.weights


def is_traceable(layer: Layer) -> bool:
    """Whether the layer has neurons with their own weights."""
    return isinstance(layer, Dense | Conv2D)


def trace_neuron(trainer: Trainer, samples: Samples, sample: int, layer: Address, unit: int) -> NeuronTrace:
    """Trace once; see `NeuronTracer.trace`."""
    return NeuronTracer(trainer).trace(samples, sample, layer, unit)


def trace_at(trace: NeuronTrace, map_: FeatureMapView, place: Place) -> NeuronTrace:
    """The same filter at another position of its map. Gradients of weights, which are sums over positions, stay."""
    position = map_.at(place)
    return dataclasses.replace(
        trace,
        place=place,
        inputs=position.patch.ravel(),
        total=position.total,
        output=position.output,
        output_gradient=float(map_.output_gradients[place]),
        slope=_slope(trace.activation, position.total),
        total_gradient=float(map_.total_gradients[place]),
    )


class NeuronTracer:
    """Traces neurons of one trainer, read-only."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._tape = GradientTape(trainer.network, 1)

    def trace(self, samples: Samples, sample: int, layer: Address, unit: int) -> NeuronTrace:
        """Trace neuron `unit` of layer `layer` for row `sample` of `samples`.

        Raises `ValueError` if there is no such neuron or sample, or the layer has no weights.
        """
        trace, _ = self.trace_unit(samples, sample, layer, unit)
        if trace is None:
            raise ValueError(f"Microscope: the layer must be a Dense or Conv2D layer, got layer {layer}")
        return trace

    def trace_unit(
        self,
        samples: Samples,
        sample: int,
        layer: Address,
        unit: int,
        drawn: Array | None = None,
        position: int | None = None,
    ) -> tuple[NeuronTrace | None, FeatureMapView]:
        """A unit's trace and map; the trace is None for layers without their own weights.

        `drawn` (*input_shape) replaces the sample; `position` is that of a sequence, None for the last. Raises
        `ValueError` if there is no such unit or sample.
        """
        network, tape = self._trainer.network, self._tape
        _check(network, len(samples), sample, layer, unit)
        rows = slice(sample, sample + 1)
        weights_of = self._trainer.class_weights
        weight = 1.0 if weights_of is None else float(weights_of[samples.labels[sample]])
        inputs = samples.inputs[rows] if drawn is None else drawn[None]
        tape.run(inputs, samples.targets[rows], self._trainer.config.loss, weight)
        kind = network.places[str(layer)].layer
        is_drawn = drawn is not None
        map_ = feature_map_view(tape, kind, sample, layer, unit, is_drawn=is_drawn, position=position)
        trace = self._trace(map_, samples, weight) if is_traceable(kind) else None
        return trace, map_

    def trace_part(self, layer: Address, unit: int, position: int | None) -> HeadTrace | CellTrace | None:
        """A head or a recurrent unit of the sample that was traced last; see `trace_head` and `trace_cell`."""
        found = trace_head(self._tape, layer, unit, position)
        return found or trace_cell(self._tape, layer, unit, position)

    def _trace(self, map_: FeatureMapView, samples: Samples, weight: float) -> NeuronTrace:
        tape, unit = self._tape, map_.unit
        place = tape.network.places[str(map_.layer)]
        gradients = _own_arrays(place.weight_gradients, unit)
        count = gradients["kernel"].size
        # Last, because penalty and clipping change the gradients.
        steps = self._steps(place, unit)
        return _traced(
            map_,
            _own_arrays(place.weights, unit),
            gradients,
            None if steps is None else {"kernel": steps[:count], "bias": steps[count:]},
            prediction=tape.outputs[str(len(tape.network.layers) - 1)][0].ravel().copy(),
            target=np.asarray(samples.targets[map_.sample], np.float64).ravel(),
            loss=float(tape.loss),
            rate=float(self._trainer.learning_rate),
            weight=weight,
        )

    def _steps(self, place: LayerPlace, unit: int) -> Array | None:
        """The optimizer's update of the unit's weights and, last, its bias."""
        trainer, tape = self._trainer, self._tape
        # The tape's own vectors, refilled by its next run; the training's stay unchanged.
        scratch = np.empty_like(tape.network.kernels)
        trainer.config.regularizer.add_gradient(tape.network.kernels, tape.network.kernel_gradients, scratch)
        trainer.config.clipping.clip(tape.gradients)
        index = _indices(tape.network, place, unit)
        return trainer.optimizer_state.preview_update(
            tape.network.parameters[index], tape.gradients[index], index
        )


def _own_arrays(arrays: Arrays, unit: int) -> dict[str, Array]:
    """Copies of a unit's kernel and bias, (inputs,) and (1,)."""
    return {name: np.array(arrays[name][..., unit]).ravel() for name in ("kernel", "bias") if name in arrays}


def _traced(
    map_: FeatureMapView,
    weights: Arrays,
    gradients: Arrays,
    steps: Arrays | None,
    *,
    prediction: Array,
    target: Array,
    loss: float,
    rate: float,
    weight: float = 1.0,
) -> NeuronTrace:
    """The trace of a unit's map; `weights`, `gradients` and `steps` are its `_own_arrays`."""
    kind = map_.kind
    place = map_.strongest if isinstance(kind, Conv2D) else map_.place if len(map_.shape) == 2 else None
    position = map_.at(place or (0, 0))
    activation: ActivationFunction = kind.activation  # type: ignore[attr-defined]
    has_bias = "bias" in weights
    return NeuronTrace(
        sample=map_.sample,
        layer=map_.layer,
        unit=map_.unit,
        units=map_.units,
        inputs=position.patch.ravel(),
        weights=weights["kernel"],
        bias=float(weights["bias"][0]) if has_bias else None,
        total=position.total,
        activation=activation,
        output=position.output,
        prediction=prediction,
        target=target,
        loss=loss,
        output_gradient=float(map_.output_gradients[position.place]),
        slope=_slope(activation, position.total),
        total_gradient=float(map_.total_gradients[position.place]),
        weight_gradients=gradients["kernel"],
        bias_gradient=float(gradients["bias"][0]) if has_bias else None,
        learning_rate=rate,
        weight_steps=None if steps is None else steps["kernel"],
        bias_step=None if steps is None or not has_bias else float(steps["bias"][0]),
        place=place,
        weight=weight,
        override=map_.override,
    )


def _indices(network: Network, place: LayerPlace, unit: int) -> NDArray[np.int64]:
    """Indices of a unit's weights and bias in the parameter vector."""
    found = []
    for name in ("kernel", "bias"):
        view = place.weights.get(name)
        if view is not None:
            first = offset_in(view, network.parameters)
            found.append(first + np.arange(unit, view.size, view.shape[-1]))
    return np.concatenate(found)


def _slope(function: ActivationFunction, total: float) -> float | None:
    """f'(total), computed by the activation itself."""
    if function.kind == "softmax":
        return None
    x = np.array([[total]])
    if function.kind == "linear":
        return 1.0
    from ..nn.scalars import scalars

    c = scalars(x.dtype)
    y, slope = np.empty_like(x), np.ones_like(x)
    with np.errstate(all="ignore"):
        function.apply(x, y, c)
        function.chain(x, y, slope, np.empty_like(x), c)
    return float(slope[0, 0])


def _check(network: Network, samples: int, sample: int, layer: Address, unit: int) -> None:
    if str(layer) not in network.places:
        raise ValueError(f"Microscope: the layer must be one of {len(network.layers)}, got layer {layer}")
    units = network.places[str(layer)].output_shape[-1]
    if not 0 <= unit < units:
        raise ValueError(f"Microscope: the unit must be one of {units}, got {unit}")
    if not 0 <= sample < samples:
        raise ValueError(f"Microscope: the sample must be one of {samples}, got {sample}")


class InspectedNeuron(NamedTuple):
    """The trace is None for layers without weights; `part` is a head of attention, or a unit of a recurrent layer."""

    trace: NeuronTrace | None
    map: FeatureMapView
    part: HeadTrace | CellTrace | None = None


def slow_neuron(step: SlowStep, shown: int, layer: Address, unit: int) -> InspectedNeuron:
    """A unit in a slow step, for one of its samples: with what the step does to its weights.

    Derivatives are those of the batch's loss; where no gradient reaches the layer they are NaN.
    """
    made, network = step.layers[str(layer)], step.network
    map_ = map_of_pass(step, made, shown, layer, unit)
    if not is_traceable(network.places[str(layer)].layer):
        return InspectedNeuron(None, map_)
    before, after = (_own_arrays(arrays, unit) for arrays in (made.weights, made.new_weights))
    trace = _traced(
        map_,
        before,
        _own_arrays(made.gradients, unit),
        {name: after[name] - before[name] for name in before},
        prediction=list(step.layers.values())[-1].outputs[shown].ravel(),
        target=np.asarray(step.targets[shown], np.float64).ravel(),
        loss=float(step.done.losses[shown]),
        rate=step.rate,
    )
    return InspectedNeuron(trace, map_)


@PARTS.register
class NeuronPart(SnapshotPart[tuple[Address, int], InspectedNeuron]):
    """The inspected neuron for the sample in the network."""

    kind = "neuron"
    follows_sample = True
    _tracer: NeuronTracer | None = None

    @classmethod
    def asked(cls, request: SnapshotRequest) -> tuple[Address, int] | None:
        return request.neuron

    def take(self, asked: tuple[Address, int], shown: Shown) -> InspectedNeuron | None:
        samples, row, _ = self.prepared.find(shown.request.sample)
        if not len(samples):
            return None
        if self._tracer is None:
            self._tracer = NeuronTracer(self.trainer)
        try:
            at = shown.request.position
            trace, map_ = self._tracer.trace_unit(samples, row, *asked, shown.drawing, at)
            map_ = dataclasses.replace(map_, sample=shown.request.sample)
            return InspectedNeuron(trace, map_, self._tracer.trace_part(*asked, at))
        except ValueError:  # the neuron was removed by an edit
            return None


GATES: Final[Mapping[str, tuple[str, ...]]] = {
    "simple_rnn": ("state",),
    "gru": ("keep", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""The gates of each kind of layer, in the order of its arrays."""


@dataclass(frozen=True, eq=False)
class CellTrace:
    """A unit of a recurrent layer at a position, in float64.

    Of each gate of `GATES[kind]`, `from_input` and `from_state` (gates,) are the two parts of its sum, with their
    biases, and `values` (gates,) what it makes of them. `before` and `after` are the unit's states, `cells` those of
    an LSTM's cell.
    """

    kind: str
    unit: int
    position: int
    from_input: Array
    from_state: Array
    values: Array
    before: float
    after: float
    cells: tuple[float, float] = (0.0, 0.0)


def trace_cell(tape: GradientTape, layer: Address, unit: int, position: int | None) -> CellTrace | None:
    """A unit of a recurrent layer of the stack, at a position or the last one, of a `tape` that has run; else None."""
    place = tape.network.places[str(layer)]
    kind = place.layer.kind
    if kind not in GATES:
        return None
    x = np.asarray(tape.inputs[str(layer)][0], np.float64)
    kernel, recurrent, bias = (
        np.asarray(place.weights[name], np.float64) for name in ("kernel", "recurrent_kernel", "bias")
    )
    biases, units = np.zeros((2, kernel.shape[1])), len(recurrent)
    biases[: bias.size // kernel.shape[1]] = bias.reshape(-1, kernel.shape[1])
    at = len(x) - 1 if position is None else min(position, len(x) - 1)
    after = cell_after = np.zeros(units)
    for row in x[: at + 1]:
        before, cell = after, cell_after
        parts = (row @ kernel + biases[0], before @ recurrent + biases[1])
        from_input, from_state = (part.reshape(len(GATES[kind]), units) for part in parts)
        sums = from_input + from_state
        opened = 0.5 * np.tanh(0.5 * sums) + 0.5  # the sigmoid
        if kind == "simple_rnn":
            values = np.tanh(sums)
            after = values[0]
        elif kind == "gru":
            values = np.stack([*opened[:2], np.tanh(from_input[2] + opened[1] * from_state[2])])
            after = values[0] * before + (1.0 - values[0]) * values[2]
        else:
            values = np.stack([*opened[:2], np.tanh(sums[2]), opened[3]])
            cell_after = values[1] * cell + values[0] * values[2]
            after = values[3] * np.tanh(cell_after)
    return CellTrace(
        kind, unit, at, from_input[:, unit], from_state[:, unit], values[:, unit], float(before[unit]),
        float(after[unit]), (float(cell[unit]), float(cell_after[unit])),
    )  # fmt: skip
