"""Full-batch trainings."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS
from core.train.trainer import Trainer
from tests.core.trainers import trainer_of


def full(samples: int = 60, **given: Any) -> Trainer:
    inputs = np.random.default_rng(0).normal(size=(samples, 2)).astype(np.float32)
    predictions = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.int64)
    encoding = TargetEncoding(2, 2)
    settings = {"loss": CrossEntropy(), "optimizer": LBFGS(), "batch_size": 7} | given
    layers = settings.pop("layers", [Dense(8, "tanh"), Dense(2, "softmax")])
    part = Samples(inputs, encoding.encode(predictions), predictions)
    return trainer_of(Network(layers, (2,), seed=1), part, part, encoding=encoding, **settings)
