"""Samples and trainers for the tests of this folder."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense, Dropout, Layer
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import Adam
from core.train.trainer import Trainer
from tests.core.trainers import trainer_of

CLASSES = TargetEncoding(2, 2)


LAYERS: tuple[Layer, ...] = (Dense(6, "tanh"), Dropout(0.2), Dense(2, "softmax"))


def samples(count: int = 50, seed: int = 0) -> Samples:
    inputs = np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)
    predictions = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.int64)
    return Samples(inputs, CLASSES.encode(predictions), predictions)


def make(seed: int = 0, layers: tuple[Layer, ...] = LAYERS, **given: Any) -> Trainer:
    settings = {"encoding": CLASSES, "loss": CrossEntropy(), "optimizer": Adam(0.01), "batch_size": 8} | given
    return trainer_of(Network(layers, (2,), seed=seed), samples(), samples(30, 1), seed=seed, **settings)


def weights_after(epochs: int, trainer: Trainer) -> np.ndarray:
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer.network.parameters.copy()
