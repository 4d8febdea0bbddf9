"""Make new samples with a trained network: noise that moves to become some, or codes that a VAE decodes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.pipeline import FittedInputs, Pipeline, ReconstructionOutputs, VelocityOutputs
from ..experiment.prepare import PreparedData
from ..formats import TrainedModel
from ..io.number_text import number_text
from ..nn.autoencoder import half_of, is_variational
from ..nn.generation import Method, draw_start, flow
from ..nn.network import Network
from ..spec.arrays import Array
from ..train.metrics import distances_apart

_PART_ROWS: Final = 4_096
_COMPARED: Final = 2_000
"""Samples of each side at most: all of 60,000 images would take minutes."""


@dataclass(frozen=True)
class Likeness:
    """Mean distances, in the numbers of the network, from new samples to the nearest of training, and back.

    `test_there` and `test_back` are those of the test samples, which are as like the data as samples can be.
    """

    there: float
    back: float
    test_there: float
    test_back: float

    @property
    def text(self) -> str:
        """A sentence without its full stop."""
        text = (
            f"mean distance to the nearest training sample {number_text(self.there, 3)}, "
            f"and from those to the nearest of these {number_text(self.back, 3)}"
        )
        if math.isnan(self.test_there):
            return text
        return (
            f"{text} (test samples: {number_text(self.test_there, 3)} and {number_text(self.test_back, 3)})"
        )


def sample(
    network: Network,
    pipeline: Pipeline | None,
    count: int,
    steps: int = 40,
    method: Method = "euler",
    seed: int = 0,
    *,
    label: int | str | None = None,
    guidance: float = 1.0,
    paths: bool = False,
) -> Array:
    """New samples (count, *shape) in the numbers of the data; with `paths` all steps, (steps + 1, count, *shape).

    Points, rows with a number for each category, or images, as `pipeline.outputs.samples.encode` gives them. Without a
    pipeline they are in the numbers of the network. `label` is the number of a class, or its name. Equal seeds start
    from the same noise, here and in exported programs. A VAE decodes codes from N(0, 1) in one step, whatever `steps`
    and `method` are. Raises `ValueError`.
    """
    if is_variational(network.layers):
        return _decoded(network, pipeline, count, seed, label, paths=paths)
    outputs = field_outputs(pipeline)
    width, classes = _field(network, outputs)
    numbers = network.output_shape[-1]
    _check_whole("count", count, 1)
    _check_whole("seed", seed, 0)
    place = class_place(outputs, classes, label)
    noise = np.random.default_rng(seed)
    start = draw_start("normal" if outputs is None else outputs.start, (count, numbers), noise)
    # Without paths only the ends of one part at a time are kept beside the samples.
    parts = [start] if paths else [start[first : first + _PART_ROWS] for first in range(0, count, _PART_ROWS)]

    def made() -> Iterator[Array]:
        for part in parts:
            found = flow(network.predict, width, part, steps, method, label=place, guidance=guidance)
            yield found if paths else found[-1]

    found = np.concatenate(list(made()), axis=-2)
    if outputs is None or pipeline is None:
        return found
    columns = pipeline.inputs.columns[:numbers]  # type: ignore[attr-defined]
    shift, scale = (np.array([getattr(column, name) for column in columns]) for name in ("shift", "scale"))
    if shift.any() or (scale != 1.0).any():
        found = found * scale + shift
    return found.reshape(*found.shape[:-1], *outputs.samples.input_shape)


def _decoded(
    network: Network,
    pipeline: Pipeline | None,
    count: int,
    seed: int,
    label: int | str | None,
    *,
    paths: bool,
) -> Array:
    """Samples decoded from codes from N(0, 1)."""
    _check_whole("count", count, 1)
    _check_whole("seed", seed, 0)
    class_place(None, 0, label)
    if paths:
        raise ValueError("sample: a decoder makes samples in one step, so that there are no paths")
    decoder, noise = half_of(network, "decoder"), np.random.default_rng(seed)
    found = decoder.predict(draw_start("normal", (count, *decoder.input_shape), noise))  # type: ignore[arg-type]
    if pipeline is None:
        return found
    values = pipeline.decode(found).values
    assert values is not None
    return values.astype(np.float32).reshape(count, *pipeline.input_shape)


def sampled_inputs(model: TrainedModel) -> tuple[FittedInputs, tuple[str, ...]] | None:
    """Kind of a model's new samples, and the classes that can be asked for; None without a pipeline.

    Raises `ValueError` if it makes none.
    """
    if is_variational(model.network.layers):
        return None if model.pipeline is None else (model.pipeline.inputs, ())
    outputs = field_outputs(model.pipeline)
    return None if outputs is None else (outputs.samples, outputs.classes)


def likeness(samples: Array, prepared: PreparedData, label: int | None = None) -> Likeness:
    """Distance of new samples (n, numbers), as the network has them, from the data or those of a class."""
    numbers = samples.shape[1]
    train, test = (
        split.batch[0][(slice(None) if label is None else split.labels == label)][:_COMPARED, :numbers]
        for split in (prepared.train, prepared.test)
    )
    return Likeness(*distances_apart(samples[:_COMPARED], train), *distances_apart(test, train))


def field_outputs(pipeline: Pipeline | None) -> VelocityOutputs | None:
    """Kind of the samples that a model makes; None without a pipeline. `ValueError` if it makes none."""
    outputs = None if pipeline is None else pipeline.outputs
    if outputs is None or isinstance(outputs, VelocityOutputs):
        return outputs
    what = "tells classes apart" if outputs.encoding.classes else "predicts values"
    if isinstance(outputs, ReconstructionOutputs):
        what = "gives samples back, and needs a Sampling layer for new ones"
    raise ValueError(f"sample: only a model that learned to generate makes samples; this one {what}")


def _field(network: Network, outputs: VelocityOutputs | None) -> tuple[int, int]:
    """The width of the network's inputs, and the number of classes among them."""
    inputs, given = network.input_shape, network.output_shape
    classes = inputs[0] - given[0] - 1
    fits = classes >= 0 if outputs is None else classes == len(outputs.classes)
    if len(inputs) != 1 or len(given) != 1 or not fits:
        raise ValueError(
            "sample: a field has an input for each output, one for the time, and one for each class; "
            f"this network has inputs of shape {inputs} and outputs of shape {given}"
        )
    last = network.final_activation
    if outputs is None and last is not None and (math.isfinite(last.low) or math.isfinite(last.high)):
        raise ValueError(
            f"sample: only a model that learned to generate makes samples; this one ends with {last.title}, whose "
            "outputs are no velocities"
        )
    return inputs[0], classes


def class_place(outputs: VelocityOutputs | None, classes: int, label: int | str | None) -> int | None:
    """The number of a class that is given by number or name. Raises `ValueError`."""
    if label is None:
        return None
    if not classes:
        raise ValueError("sample: this model has not learned by class, so that no class can be asked for")
    names = tuple(map(str, range(classes))) if outputs is None else outputs.classes
    if label in names:
        return names.index(str(label))
    if isinstance(label, int | np.integer) and not isinstance(label, bool) and 0 <= label < classes:
        return int(label)
    known = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    raise ValueError(f"sample: the class must be one of {known}, got {label!r}")


def _check_whole(name: str, value: int, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise ValueError(f"sample: {name} must be a whole number of at least {low}, got {value!r}")
