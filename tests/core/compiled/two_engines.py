"""The same training by both engines, and how far apart they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from core.compiled.readiness import cache_folder, is_installed, load, loaded
from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import (
    ACTIVATIONS,
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Reshape,
    SimpleRNN,
    Tanh,
)
from core.nn.interventions import Intervention
from core.nn.losses import LOSSES
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.optim.clipping import ClipByNorm, ClipByValue
from core.optim.piecewise_schedule import PiecewiseLinear
from core.optim.regularizers import L1, L2
from core.optim.schedules import CosineDecay, ExponentialDecay, OneCycle, ReduceOnPlateau, StepDecay
from core.train.class_weights import ByHand
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig

SAMPLES, TESTED, INPUTS = 75, 40, 3
ONE, TWO, THREE, VALUES = (
    TargetEncoding(2, 1),
    TargetEncoding(2, 2),
    TargetEncoding(3, 3),
    TargetEncoding(0, 2),
)
SIGNED = TargetEncoding(2, 1, -1.0, 1.0)
TOKENS = TargetEncoding(9, 9, tokens=True)


# Asked for before the tests get a home folder of their own, so that they compile once and not in every run.
_KEPT = cache_folder() if is_installed() else None


@pytest.fixture
def compiled_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel, compiled or from the cache; trainers of this test use it."""
    if not is_installed():
        pytest.skip("needs the package numba")
    load()
    monkeypatch.setattr("core.train.engine.loaded", loaded)


@dataclass(frozen=True)
class Case:
    """One training. `weak` names what amplifies rounding, so that twenty epochs may differ by more."""

    name: str
    layers: tuple[Layer, ...]
    loss: str = "mse"
    encoding: TargetEncoding = VALUES
    weak: str = ""
    interventions: tuple[Intervention, ...] = ()
    inputs: int = INPUTS
    config: dict[str, Any] = field(default_factory=dict)


def samples(encoding: TargetEncoding, count: int, seed: int, width: int = INPUTS) -> Samples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(count, width)).astype(np.float32)
    if encoding.tokens:
        # Some answers are not counted, and some tokens are outside the vocabulary.
        numbers = rng.integers(-1, encoding.classes, (count, width + 1)).astype(np.int32)
        return Samples(np.abs(2 * numbers[:, :-1]).astype(np.uint8), numbers[:, 1:], numbers[:, 1:])
    if encoding.classes:
        labels: Any = rng.integers(0, encoding.classes, count)
    else:
        labels = np.stack([inputs[:, 0] * inputs[:, 1], np.sin(inputs[:, 2])], axis=1)
    return Samples(inputs, encoding.encode(labels), labels)


def trainer_of(case: Case, engine: str, seed: int = 3, **given: Any) -> Trainer:
    config = {"loss": LOSSES.make(case.loss), "batch_size": 8, "optimizer": OPTIMIZERS.get("sgd")(0.05)}
    config["engine"] = engine
    network = Network(case.layers, (case.inputs,), seed=seed)
    network.intervene(case.interventions)
    trainer = Trainer(
        network,
        samples(case.encoding, SAMPLES, 1, case.inputs),
        samples(case.encoding, TESTED, 2, case.inputs),
        encoding=case.encoding,
        config=TrainingConfig(**config | case.config),
        seed=seed,
        **given,
    )
    assert trainer.engine == engine, trainer.why_not_compiled
    return trainer


def trained(case: Case, engine: str, epochs: int) -> Trainer:
    trainer = trainer_of(case, engine)
    while trainer.epoch < epochs:
        # As the window does: slices of time, which end within epochs and after several.
        left = trainer.batches.left + (epochs - trainer.epoch - 1) * trainer.steps_per_epoch
        trainer.run_for(0.0005, left)
    trainer.finish_evaluation()
    return trainer


def apart(one: Trainer, other: Trainer) -> float:
    """The largest difference of weights and running averages, relative to the largest weight."""
    both = [np.concatenate([t.network.parameters, t.network.state]) for t in (one, other)]
    return float(np.abs(both[0] - both[1]).max() / np.abs(both[0]).max())


def _net(activation: str = "tanh", outputs: int = 2, last: str = "linear") -> tuple[Layer, ...]:
    return (Dense(6, activation), Dense(5, "tanh"), Dense(outputs, last))


def _activations() -> Iterator[Case]:
    for kind in ACTIVATIONS:
        weak = "a kink at 0" if kind.kind in ("relu", "leaky_relu") else ""
        yield Case(f"activation {kind.kind}", (Dense(6), Activation(kind()), Dense(2)), weak=weak)
        if kind.kind != "softmax":
            yield Case(f"layer {kind.kind}", (Dense(6, kind()), kind(), Dense(2, kind())), weak=weak)


def _layers() -> Iterator[Case]:
    batch, layer = BatchNormalization(momentum=0.8), LayerNormalization()
    stacks: dict[str, tuple[Layer, ...]] = {
        "dropout": (Dropout(0.1), Dense(7, "tanh"), Dropout(0.4), Dense(2)),
        "batch norm": (batch, Dense(6, "tanh"), batch, Dense(2), BatchNormalization(scale=False)),
        "layer norm": (layer, Dense(6, "tanh"), LayerNormalization(center=False), Dense(2)),
        "norms without weights": (BatchNormalization(center=False, scale=False), Dense(5, "silu"), Dense(2)),
        "no bias": (Dense(6, "tanh", use_bias=False), Flatten(), Dense(2, use_bias=False)),
        "one layer": (Dense(2),),
        "wide": (Dense(150, "tanh"), Dense(170, "tanh"), Dense(2)),
    }
    for name, stack in stacks.items():
        weak = "a mean of nearly 0" if "norm" in name else ""
        yield Case(name, stack, weak=weak)
        yield Case(f"{name}, batches of 40", stack, weak=weak, config={"batch_size": 40})
    # Units, inputs and samples that fill vectors of 16 and pairs of them, and leave a rest.
    for batch_size in (16, 40, 64):
        yield Case(
            f"37 inputs, 42 and 21 units, batches of {batch_size}",
            (Dense(42, "tanh"), Dense(21, "tanh"), Dense(2)),
            inputs=37,
            config={"batch_size": batch_size},
        )
    yield from _images()
    yield from _sequences()


def _sequences() -> Iterator[Case]:
    """Each recurrent layer with the last answer and all of them, of units and channels that fill vectors and do not."""
    for kind in (SimpleRNN, GRU, LSTM):
        for batch_size in (8, 40):
            config = {"batch_size": batch_size}
            name = f"{kind.title}, batches of {batch_size}"
            stack: tuple[Layer, ...] = (
                Reshape((8, 7)), kind(21, return_sequences=True), Dropout(0.2), kind(4), Dense(2),
            )  # fmt: skip
            yield Case(f"sequences: {name}", stack, inputs=56, config=config)
            stack = (Embedding(9, 5), kind(16, return_sequences=True), Dense(6, "tanh"), Dense(9, "softmax"))
            clipped = {"optimizer": OPTIMIZERS.get("adamw")(0.003), "clipping": ClipByNorm(0.5)} | config
            yield Case(
                f"sequences of tokens: {name}",
                stack,
                "cross_entropy",
                TOKENS,
                "gradients of nearly 0",
                inputs=12,
                config=clipped,
            )
    stack = (Embedding(12, 4), Flatten(), Dense(3, "softmax"))
    yield Case("sequences: an embedding alone", stack, "cross_entropy", THREE)
    held = Intervention("mute", 1, 3), Intervention("clamp", 2, 2, value=0.7), Intervention("freeze", 2, 0)
    stack = (
        Reshape((8, 7)), LSTM(5, return_sequences=True), GRU(4), BatchNormalization(momentum=0.8), Dense(2),
    )  # fmt: skip
    yield Case(
        "sequences: interventions", stack, inputs=56, interventions=held, config={"regularizer": L2(0.01)}
    )
    each = (
        Reshape((8, 7)),
        Dense(5, "gelu"),
        BatchNormalization(momentum=0.8),
        Dense(3),
        Flatten(),
        Dense(2),
    )
    yield Case("sequences: dense at each position", each, weak="a mean of nearly 0", inputs=56)


def _images() -> Iterator[Case]:
    """Convolutions and pools with every setting, of images that end within a vector of pixels, filters or samples."""
    dense = (Flatten(), Dense(2))
    stacks: dict[str, tuple[Layer, ...]] = {
        "pooled at once": (Reshape((7, 8, 1)), Conv2D(5, 3, activation="relu"), MaxPooling2D(), *dense),
        "pooled at once, without bias": (Reshape((7, 8, 1)), Conv2D(19, 2, use_bias=False), MaxPooling2D(), *dense),
        "pooled at once, beyond edges": (
            Reshape((4, 14, 1)), Conv2D(6, 3, padding="same", activation="relu"), MaxPooling2D(), *dense,
        ),
        "two convolutions": (
            Reshape((7, 4, 2)), Conv2D(9, (3, 2), activation="tanh"), Conv2D(8, 2, padding="same"), ReLU(), *dense,
        ),
        "windows of short rows": (
            Reshape((7, 8, 1)), Conv2D(2, 2, activation="tanh"), Conv2D(9, (2, 3), activation="tanh"), *dense,
        ),
        "strides and dilation": (
            Reshape((8, 7, 1)),
            Conv2D(4, 3, strides=(2, 1), padding="same", activation="tanh"),
            Conv2D(3, 2, dilation_rate=(2, 3), padding="same"),
            Conv2D(3, 2, dilation_rate=(1, 2), activation="silu"),
            *dense,
        ),
        "maxima": (Reshape((7, 4, 2)), MaxPooling2D((3, 2), strides=(2, 1), padding="same"), *dense),
        "maxima of a curved map": (Reshape((7, 8, 1)), Conv2D(3, 2, activation="tanh"), MaxPooling2D(), *dense),
        "overlapping maxima": (Reshape((7, 8, 1)), Conv2D(3, 2), MaxPooling2D(3, strides=2, padding="same"), *dense),
        "maxima with gaps": (Reshape((4, 14, 1)), Conv2D(2, 1), MaxPooling2D(2, strides=3, padding="same"), *dense),
        "maxima alone": (Reshape((8, 7, 1)), MaxPooling2D(), *dense),
        "maxima of a whole image": (Reshape((14, 4, 1)), Conv2D(2, 1), Tanh(), MaxPooling2D((7, 1)), *dense),
        "dropout": (Reshape((7, 4, 2)), Dropout(0.2), Conv2D(3, 2, activation="tanh"), Dropout(0.4), *dense),
        "layers that do nothing": (
            Reshape((7, 8, 1)), Conv2D(3, 2), Activation("linear"), Activation("sigmoid"), Dropout(0.0), *dense,
        ),
        "means": (
            Reshape((7, 4, 2)),
            AveragePooling2D(2, strides=1, padding="same"),
            Conv2D(4, 2, activation="tanh"),
            GlobalAveragePooling2D(),
            Dense(2),
        ),
    }  # fmt: skip
    for name, stack in stacks.items():
        # Which of two pixels is the larger hangs on a rounding where they are nearly equal.
        weak = "a kink at 0" if {"max_pooling2d", "relu"} & {layer.kind for layer in stack} else ""
        for batch_size in (8, 40):
            yield Case(
                f"images: {name}, batches of {batch_size}",
                stack,
                weak=weak,
                inputs=56,
                config={"batch_size": batch_size},
            )
    # An activation behind a convolution whose units are held stays behind it.
    held = Intervention("mute", 1, 1), Intervention("clamp", 2, 2, value=0.7)
    stack = Reshape((7, 8, 1)), Conv2D(4, 2), ReLU(), MaxPooling2D(), *dense
    yield Case("images: interventions between", stack, weak="a kink at 0", inputs=56, interventions=held)
    held = (
        Intervention("mute", 1, 3),
        Intervention("clamp", 2, 2, value=0.7),
        Intervention("freeze", 1, 0),
        Intervention("clamp", 4, 1, value=-0.2),
    )
    stack = (
        Reshape((7, 8, 1)), Conv2D(4, 2, activation="relu"), MaxPooling2D(), Conv2D(3, 2), MaxPooling2D(), *dense,
    )  # fmt: skip
    yield Case("images: interventions", stack, weak="a kink at 0", inputs=56, interventions=held)


def _orders() -> Iterator[Case]:
    """Every activation as a layer behind a convolution, before and behind a pool, and norms of images in between."""
    orders: list[tuple[Layer, ...]] = [
        order
        for kind in ACTIVATIONS
        if kind.kind != "softmax"
        for order in ((kind(),), (kind(), MaxPooling2D()), (MaxPooling2D(), Activation(kind())))
    ]
    norm = BatchNormalization(momentum=0.8)
    orders += [(norm, ReLU(), MaxPooling2D()), (norm, Conv2D(5, 2), BatchNormalization(scale=False))]
    for order in orders:
        names = ", ".join(layer.kind for layer in order)
        stack = (Reshape((7, 8, 1)), Conv2D(3, 2), *order, Flatten(), Dense(2))
        yield Case(f"images: {names}", stack, weak="a kink at 0", inputs=56)


LEFT_TO_NUMPY = {kind.kind for kind in LOSSES if kind.__module__.endswith("more_losses")}
"""Losses that the compiled engine does not have."""


def _losses() -> Iterator[Case]:
    for loss in LOSSES:
        if "regression" in loss.tasks and loss.kind not in LEFT_TO_NUMPY:
            yield Case(
                f"{loss.kind} of values",
                _net(),
                loss.kind,
                weak="a sign" if loss.kind == "mean_absolute_error" else "",
            )
            yield Case(f"{loss.kind} of classes", _net(outputs=1, last="tanh"), loss.kind, SIGNED)
    for smoothing in (0.0, 0.2):
        fused, plain = ("binary_cross_entropy", ONE, "sigmoid", 1), ("cross_entropy", THREE, "softmax", 3)
        for loss_name, encoding, last, outputs in (fused, plain):
            made = LOSSES.get(loss_name)(label_smoothing=smoothing)
            for activation in (last, "tanh" if outputs == 1 else "sigmoid"):
                name = f"{loss_name} after {activation}, smoothed by {smoothing:g}"
                weak = "a cut-off" if activation != last else ""
                layers = _net(outputs=outputs, last=activation)
                yield Case(name, layers, loss_name, encoding, weak=weak, config={"loss": made})
        # Targets in vectors of 16, and a rest.
        made, many = LOSSES.get("cross_entropy")(label_smoothing=smoothing), TargetEncoding(20, 20)
        yield Case(
            f"twenty classes, smoothed by {smoothing:g}",
            _net(outputs=20, last="softmax"),
            "cross_entropy",
            many,
            config={"loss": made, "batch_size": 40},
        )
    for kind, last in (("binary_cross_entropy", "sigmoid"), ("half_squared_error", "sigmoid")):
        moved = TargetEncoding(2, 1, cut=0.6)
        yield Case(f"{kind}, a moved threshold", _net(outputs=1, last=last), kind, moved)
    weights = {"class_weights": ByHand((0.3, 2.0, 1.5))}
    yield Case("class weights", _net(outputs=3, last="softmax"), "cross_entropy", THREE, config=weights)
    yield Case(
        "class weights, one output",
        _net(outputs=1, last="sigmoid"),
        "binary_cross_entropy",
        ONE,
        config=weights,
    )
    yield Case("class weights under a root", _net(outputs=1, last="tanh"), "rmse", SIGNED, config=weights)


def _optimizers() -> Iterator[Case]:
    for kind in OPTIMIZERS:
        if not kind.full_batch:
            by_sign = kind.kind in (
                "adam",
                "adamw",
                "adamax",
                "nadam",
                "lion",
                "rmsprop",
                "adadelta",
                "adagrad",
            )
            weak = "gradients of nearly 0" if by_sign else ""
            yield Case(f"optimizer {kind.kind}", _net(), weak=weak, config={"optimizer": kind()})


def _settings() -> Iterator[Case]:
    for name, value in {
        "L2": {"regularizer": L2(0.01)},
        "L1": {"regularizer": L1(0.003)},
        "clipped by value": {"clipping": ClipByValue(0.02)},
        "clipped by norm": {"clipping": ClipByNorm(0.1)},
        "falling in steps": {"schedule": StepDecay(factor=0.5, epochs=2)},
        "falling": {"schedule": ExponentialDecay(factor=0.9)},
        "cosine": {"schedule": CosineDecay(epochs=8, warmup_epochs=2, alpha=0.1)},
        "one cycle": {"schedule": OneCycle(epochs=9)},
        "drawn": {"schedule": PiecewiseLinear((0.5, 1.0, 2.0, 0.2, 7.0, 0.5))},
        "drawn in straight lines": {"schedule": PiecewiseLinear((0.0, 0.1, 3.0, 1.0, 9.0, 0.0), "linear")},
        "on plateau": {"schedule": ReduceOnPlateau(patience=0, min_delta=0.1, factor=0.7)},
        "batches of one": {"batch_size": 1},
        "one large batch": {"batch_size": 500},
    }.items():
        yield Case(name, _net(), weak="signs at 0" if name == "L1" else "", config=value)
    held = (
        Intervention("mute", 0, 1),
        Intervention("clamp", 1, 2, value=0.7),
        Intervention("freeze", 1, 0),
        Intervention("freeze_link", 0, 2, input=1),
        Intervention("cut_link", 2, 1, input=3),
    )
    yield Case(
        "interventions", _net(), interventions=held, config={"optimizer": OPTIMIZERS.get("momentum")(0.02)}
    )


CASES = (*_activations(), *_layers(), *_orders(), *_losses(), *_optimizers(), *_settings())


def every_case() -> Iterator[Case]:
    """Layers, losses, optimizers and penalties in every combination, for the long exam."""
    for layer in (*_activations(), *_layers()):
        for optimizer in _optimizers():
            for penalty in (None, L1(0.001), L2(0.003)):
                config = optimizer.config | ({} if penalty is None else {"regularizer": penalty})
                weak = layer.weak or optimizer.weak or ("signs at 0" if isinstance(penalty, L1) else "")
                if optimizer.weak and layer.name in ("batch norm", "wide"):
                    weak = "gradients of 0"
                name = f"{layer.name}, {optimizer.name}, {penalty}"
                yield Case(name, layer.layers, weak=weak, config=config)
