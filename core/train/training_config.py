"""All training settings that can change during training, in one frozen spec."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

from ..data.augmentation import AUGMENTATIONS, Augmentation
from ..nn.function_loss import FunctionLoss
from ..nn.losses import LOSSES, BinaryCrossentropy, Loss
from ..optim import OPTIMIZERS, Adam, Optimizer
from ..optim.clipping import CLIPPINGS, Clipping, NoClipping
from ..optim.regularizers import NoRegularizer
from ..optim.schedules import SCHEDULES, Constant, Schedule
from ..spec import Registry, Spec, setting, without_limits
from ..spec.regularizer import REGULARIZERS, Regularizer
from .class_weights import CLASS_WEIGHTINGS, ClassWeighting, EqualWeights

EngineName = Literal["auto", "numpy", "compiled"]
"""The engine to train with. "auto" is the compiled one where it is loaded and knows every part of the training."""
ENGINES: Final = get_args(EngineName)

TRAINING_CONFIGS: Registry[TrainingConfig] = Registry("training configuration")


@TRAINING_CONFIGS.register()
class TrainingConfig(Spec):
    """Loss, optimizer and every other setting of weight updates."""

    kind = "training"
    title = "Training"

    loss: Loss = setting(
        BinaryCrossentropy(), "Loss", registry=LOSSES, live=True, help="What the training makes small."
    )
    class_weights: ClassWeighting = setting(
        EqualWeights(),
        "Class weights",
        registry=CLASS_WEIGHTINGS,
        live=True,
        help="How much mistakes on each class count. Balanced helps where some classes have few samples.",
    )
    optimizer: Optimizer = setting(
        Adam(learning_rate=0.03),
        "Optimizer",
        registry=OPTIMIZERS,
        live=True,
        help="How gradients become steps.",
    )
    regularizer: Regularizer = setting(
        NoRegularizer(),
        "Regularization",
        registry=REGULARIZERS,
        live=True,
        help="A penalty on large weights.",
    )
    clipping: Clipping = setting(
        NoClipping(),
        "Gradient clipping",
        registry=CLIPPINGS,
        live=True,
        help="A limit on gradients, against steps that jump out of the valley.",
    )
    schedule: Schedule = setting(
        Constant(),
        "Schedule",
        registry=SCHEDULES,
        live=True,
        help="How the learning rate changes while the network learns.",
    )
    batch_size: int = setting(
        10,
        "Batch size",
        low=1,
        form_high=65_536,
        suggestions=(1, 2, 5, 10, 16, 20, 30, 32, 64, 128, 256, 512),
        live=True,
        help="Samples per step. Small: quick and noisy. Large: slow and smooth.",
    )
    augmentation: Augmentation = setting(
        Augmentation(),
        "Augment",
        registry=AUGMENTATIONS,
        live=True,
        help="How images are changed at random each time that they are learned from.",
    )
    engine: str = setting(
        "auto",
        "Engine",
        choices=ENGINES,
        live=True,
        help="What computes the steps. Compiled: machine code, many times as fast for small networks; NumPy trains "
        "what it cannot. Auto: compiled where it is ready and can. Both give the same numbers but for rounding.",
    )


def training_json(training: TrainingConfig) -> dict[str, Any]:
    """The settings for a file; a loss that is a function is left out."""
    if not isinstance(training.loss, FunctionLoss):
        return training.to_json()
    found = training.replace(loss=BinaryCrossentropy()).to_json()
    return {name: value for name, value in found.items() if name != "loss"}


def training_from_json(given: Any, loss: Loss) -> tuple[TrainingConfig | None, str]:
    """The settings of `training_json`, with `loss` where the file has none, and what is not as it was.

    Raises `ValueError` for invalid ones.
    """
    if given is None:
        return None, ""
    if not isinstance(given, dict):
        raise ValueError(f"its training must be an object, got {given!r:.60}")
    note = "" if "loss" in given else f"its loss is a function, which no file holds; here it is {loss.title}"
    names = {item.name for item in TrainingConfig.settings()}
    with without_limits():
        return TrainingConfig(**{"loss": loss} | {name: given[name] for name in names & given.keys()}), note
