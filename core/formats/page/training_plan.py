"""What a page needs to go on training its network, and the first steps of it, which prove that it trains as we do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

import numpy as np

from ...data.batches import Samples
from ...experiment.experiment import Experiment
from ...experiment.prepare import PreparedData, make_network
from ...io.model_graphs import OnnxGraph, OnnxValue
from ...io.number_text import count_text
from ...io.sentence import in_sentence
from ...nn import Activation, Dense, Dropout, Flatten, Layer
from ...nn.activations import ActivationFunction
from ...nn.dropout_stream import DropoutStream
from ...nn.layer import kernel_penalties
from ...nn.losses import BinaryCrossentropy, CrossEntropy, HalfSquaredError, Loss, MeanSquaredError
from ...nn.network import Network, describe
from ...optim import SGD, Adam, AdamW, Momentum, Nesterov
from ...optim.regularizers import L1, L2, NoRegularizer
from ...spec.arrays import Array
from ...train.train_step import DivergedError, TrainStep
from ...train.training_config import TrainingConfig
from ..exporter import named_weights
from ..onnx.writer import layer_nodes
from ..trained_model import TrainedModel
from .packing import operators, packed, packed_levels

STEPS: Final = 50
"""Steps that are proved."""
MAX_PARTING: Final = 2e-5
"""How far float32 may part from float64 in numpy itself, as a share of an array's largest number, in steps that are
proved: of 60 networks drawn at random, one in ten is further apart after fifty."""
MAX_NUMBERS: Final = 500_000
"""Numbers of all samples in a page: 2.7 MB of text."""
_MAX_PROOF_ROWS, _MAX_PROOF_BATCH = 256, 64
_LOSSES: Final[dict[type[Loss], str]] = {
    CrossEntropy: "softmax",
    BinaryCrossentropy: "sigmoid",
    MeanSquaredError: "squared",
    HalfSquaredError: "squared",
}
_LAYERS: Final = (Dense, Activation, ActivationFunction, Flatten)
_OPTIMIZERS: Final = {SGD: "sgd", Momentum: "sgd", Nesterov: "sgd", Adam: "adam", AdamW: "adam"}
_REGULARIZERS: Final = (NoRegularizer, L1, L2)
_FREE: Final = ("loss", "optimizer", "regularizer", "batch_size", "engine")
"""Settings of a training that a page follows, or that change no number; others must be as they are by default."""


def training_fault(experiment: Experiment | None, samples: int, *, stays: bool = False) -> str:
    """Why a page cannot train a network, as the end of a sentence; "" if it can.

    `samples` is the number of those to learn from and to test, 0 where they cannot be read; `stays` says that they are
    the user's own and are not to travel.
    """
    return next(_faults(experiment, samples, stays), "")


def _faults(experiment: Experiment | None, samples: int, stays: bool) -> Iterator[str]:
    if experiment is None:
        yield "the file does not say how it was trained"
        return
    config, stack, usual = experiment.training, experiment.stack(), TrainingConfig()
    if experiment.task.kind not in ("classification", "regression"):
        yield f"a page learns classes and values, not {in_sentence(experiment.task.title)}"
    for layer in stack:
        if not isinstance(layer, _LAYERS) and type(layer) is not Dropout:
            yield f"a page does not train {layer.title}"
        elif not activation_operators(layer) <= operators(learning=True):
            yield f"a page does not train {getattr(layer, 'activation', layer).title}"
        elif not layer.trainable or any(kernel_penalties(layer)):
            yield f"a page does not train a {layer.title} with settings of its own"
    if experiment.interventions:
        yield "a page does not hold weights or units"
    choices = (config.loss, _LOSSES), (config.optimizer, _OPTIMIZERS), (config.regularizer, _REGULARIZERS)
    for chosen, known in choices:
        if type(chosen) not in known:
            yield f"a page does not train with {chosen.title}"
    if getattr(config.loss, "label_smoothing", 0):
        yield "a page does not train with label smoothing"
    if _LOSSES[type(config.loss)] != "squared" and not _is_fused(experiment):
        yield f"a page trains with {config.loss.title} behind {config.loss.fuses} alone"
    for setting in TrainingConfig.settings():
        if setting.name not in _FREE and getattr(config, setting.name) != getattr(usual, setting.name):
            yield f"a page does not train with the setting {setting.label}"
    if not samples:
        yield "its samples cannot be read here"
    elif stays:
        yield "your own samples travel only with “With my training samples”"
    elif (count := samples * int(np.prod(experiment.input_shape))) > MAX_NUMBERS:
        yield f"its samples must be at most {count_text(MAX_NUMBERS, 'number')}, got {count:,}"
    shapes, _ = describe(stack, experiment.input_shape)
    if any(isinstance(layer, Dense) and len(shape) > 1 for layer, shape in zip(stack, shapes, strict=True)):
        yield "a page does not train Dense along a sequence"


def activation_operators(layer: Layer) -> set[str]:
    """The operators of ONNX that a layer's activation function is made of."""
    function, graph = (layer.output_activation or layer), OnnxGraph()
    if isinstance(function, ActivationFunction):
        function.onnx_nodes(graph, OnnxValue(graph.input("x", np.float32, (2,)), 1), {}, (2,))
    return {node.operator for node in graph.nodes}


def _is_fused(experiment: Experiment) -> bool:
    """Whether the loss takes the numbers before the last activation function."""
    loss = experiment.training.loss
    return loss.takes_logits or loss.fuses_with(experiment.output_activation())


def training_plan(model: TrainedModel, data: PreparedData, graph: OnnxGraph, first: str) -> dict[str, Any]:
    """What `Training` of the page takes, with the samples; `first` is the graph's value that the first layer takes.

    The model is one of which `training_fault` says nothing.
    """
    experiment, network = model.experiment, model.network
    assert experiment is not None
    config, encoding = experiment.training, data.encoding
    loss, penalty, optimizer = config.loss, config.regularizer, config.optimizer.to_json()
    parts = layer_nodes(graph, network.layers)
    # Before the first layer and after each; dropout has none of its own.
    values = list(accumulate(parts, lambda value, nodes: nodes[-1].output if nodes else value, initial=first))
    last = next(node for node in graph.nodes if node.output == values[-1])
    before = _is_fused(experiment) and not loss.takes_logits
    kind = _LOSSES[type(loss)]
    optimizer |= {"kind": _OPTIMIZERS[type(config.optimizer)], "rate": optimizer.pop("learning_rate")}
    return {
        "first": first,
        "value": last.inputs[0] if before else values[-1],
        "loss": kind,
        "scale": getattr(loss, "scale", 1.0),
        "shape": list(network.input_shape),
        "parameters": list(named_weights(network, "keras")),
        "start": list(map(packed, _weights(make_network(experiment)))),
        "optimizer": optimizer,
        "penalty": {penalty.kind: penalty.rate} if isinstance(penalty, L1 | L2) else {},
        "batch": config.batch_size,
        "dropout": [[values[at], layer.rate, list(shape)] for at, layer, shape in _dropouts(network)],
        "seed": experiment.seed,
        "cut": encoding.logit_threshold if kind == "sigmoid" else encoding.threshold,
        "ends": [encoding.low, encoding.high],
        "train": _packed_samples(data.train),
        "test": _packed_samples(data.test),
        "proof": _proof(model, data),
    }


def _packed_samples(samples: Samples) -> list[Any]:
    return [packed_levels(np.asarray(array, np.float32)) for array in (samples.inputs, samples.targets)]


def _weights(network: Network) -> list[Array]:
    """Copies of all weights."""
    return list(named_weights(network, "keras").values())


def _dropouts(network: Network) -> Iterator[tuple[int, Dropout, tuple[int, ...]]]:
    """Place and shape of each dropout that drops something."""
    for at, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=True)):
        if isinstance(layer, Dropout) and layer.rate > 0.0:
            yield at, layer, shape


def _proof(model: TrainedModel, data: PreparedData) -> dict[str, Any]:
    """At most `STEPS` steps of numpy's engine from the file's weights, without an optimizer's averages.

    `batches` are rows of the training samples, `masks` the dropout's, `after` the weights at the end.
    """
    rows = np.unique(np.linspace(0, len(data.train) - 1, _MAX_PROOF_ROWS).astype(int))
    batch = min(model.experiment.training.batch_size, len(rows), _MAX_PROOF_BATCH)  # type: ignore[union-attr]
    random = np.random.default_rng(0)
    batches = np.array([random.permutation(rows)[:batch] for _ in range(STEPS)])
    single, double = (_trained(model, data, batches, dtype) for dtype in (np.float32, np.float64))
    after, steps = _weights(model.network), 0
    for found, exact in zip(single, double, strict=False):
        if max(map(_parting, found, exact)) >= MAX_PARTING:
            break
        after, steps = found, steps + 1
    return {
        "steps": steps,
        "batches": packed_levels(batches[:steps]),
        "masks": [packed_levels(mask) for mask in _masks(model.network, model.seed or 0, steps, batch)],
        "after": list(map(packed, after)),
    }


def _trained(model: TrainedModel, data: PreparedData, batches: Array, dtype: Any) -> Iterator[list[Array]]:
    """Copies of all weights after each step of a training in `dtype`, until it diverges."""
    assert model.experiment is not None
    network = Network(model.network.layers, model.network.input_shape, dtype=dtype, seed=None)
    network.parameters[...] = model.network.parameters
    network.dropout = DropoutStream(model.seed or 0)
    step = TrainStep(network, data.task, data.encoding, model.experiment.training, None)
    for rows in batches:
        try:
            with np.errstate(all="ignore"):
                step.train_on_batch(
                    data.train.inputs[rows].astype(dtype), data.train.targets[rows].astype(dtype)
                )
        except DivergedError:
            return
        yield _weights(network)


def _parting(found: Array, exact: Array) -> float:
    """The largest difference as a share of the largest number; a difference that is no number is infinite."""
    difference = np.abs(found - exact).max(initial=0.0)
    parting = float(difference / (np.abs(exact).max(initial=0.0) or 1.0))
    return parting if np.isfinite(parting) else np.inf


def _masks(network: Network, seed: int, steps: int, batch: int) -> list[Array]:
    """Of each dropout what it multiplies by: (steps, batch, *shape)."""
    stream = DropoutStream(seed)
    networks = [Network((layer,), shape, seed=None) for _, layer, shape in _dropouts(network)]
    found = [np.ones((steps, batch, *each.input_shape), np.float32) for each in networks]
    for each in networks:
        each.dropout = stream
    for step in range(steps):
        for masks, each in zip(found, networks, strict=True):
            masks[step] = each.plan(batch, training=True).forward(masks[step])
    return found
