"""Whether "auto" is anywhere slower than numpy: a table of layers, their order, batches, classes and dtypes.

Both engines take turns on the same network; the least CPU time of several rounds counts, which other programs on the
machine hardly change. One thread each.
"""

from __future__ import annotations

import math
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.compiled.readiness import load
from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Sigmoid,
    Tanh,
)
from core.nn.blas_threads import limit_blas_threads
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import Adam
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.benchmarks.measuring import in_turn, machine
from tests.benchmarks.registry import benchmark, table

MOST = 1.03
"""Times numpy's CPU time that "auto" may take."""
SLOW = "SLOWER"
HEAD = ("layers before the softmax", "batch", "classes", "dtype", "numpy µs a step", "auto: times as fast")
NOTE = (
    'How many times as fast `engine="auto"` trains as numpy, by the least CPU time of all rounds, with one thread each '
    "and Adam. It leaves to numpy what the compiled engine does not know or would do more slowly."
)
_SECONDS = 0.05

ROW, LARGE_ROW, IMAGE, COLOURS = (20,), (784,), (28, 28, 1), (12, 12, 3)
# fmt: off
_STACKS: dict[str, tuple[tuple[int, ...], tuple[Layer, ...]]] = {
    "dense(relu)": (ROW, (Dense(64, "relu"), Dense(32, "relu"))),
    "dense, tanh": (ROW, (Dense(64), Tanh(), Dense(32), Tanh())),
    "dense, norm, relu, dropout": (ROW, (Dense(64), BatchNormalization(), ReLU(), Dropout(0.3))),
    "dense, layer norm": (ROW, (Dense(64, "gelu"), LayerNormalization(), Dense(64, "silu"))),
    "784-256-128": (LARGE_ROW, (Dense(256, "relu"), Dropout(0.2), Dense(128, "relu"))),
    "conv(relu), pool": (IMAGE, (Conv2D(8, 3, activation="relu"), MaxPooling2D(), Flatten())),
    "conv, relu, pool": (IMAGE, (Conv2D(8, 3), ReLU(), MaxPooling2D(), Flatten())),
    "conv, relu, pool, twice": (
        IMAGE, (Conv2D(8, 3), ReLU(), MaxPooling2D(), Conv2D(16, 3), ReLU(), MaxPooling2D(), Flatten()),
    ),
    "conv(tanh), pool": (IMAGE, (Conv2D(8, 3, activation="tanh"), MaxPooling2D(), Flatten())),
    "conv, sigmoid, pool": (IMAGE, (Conv2D(8, 3), Sigmoid(), MaxPooling2D(), Flatten())),
    "conv(tanh)": (IMAGE, (Conv2D(8, 3, activation="tanh"), Flatten())),
    "conv(relu)": (IMAGE, (Conv2D(8, 3, activation="relu"), Flatten())),
    "conv, norm, relu, pool": (IMAGE, (Conv2D(8, 3), BatchNormalization(), ReLU(), MaxPooling2D(), Flatten())),
    "conv(relu), pool, dropout": (IMAGE, (Conv2D(8, 3, activation="relu"), MaxPooling2D(), Dropout(0.3), Flatten())),
    "conv(gelu), mean pool": (IMAGE, (Conv2D(8, 3, activation="gelu"), AveragePooling2D(), Flatten())),
    "pool": (IMAGE, (MaxPooling2D(), Flatten(), Dense(32, "relu"))),
    "pool 3, steps of 2": (IMAGE, (Conv2D(8, 3), MaxPooling2D(3, strides=2), Flatten())),
    "conv 32, 64, colours": (
        COLOURS, (Conv2D(32, 3, activation="relu"), Conv2D(64, 3, activation="relu"), GlobalAveragePooling2D()),
    ),
    "conv steps of 2, same": (
        IMAGE, (Conv2D(16, 5, strides=2, padding="same"), ReLU(), Conv2D(16, 3, strides=2), ReLU(), Flatten()),
    ),
    "LeNet-5": (IMAGE, (
        Conv2D(6, 5, padding="same", activation="tanh"), AveragePooling2D(), Conv2D(16, 5, activation="tanh"),
        AveragePooling2D(), Flatten(), Dense(120, "tanh"), Dense(84, "tanh"),
    )),
}
# fmt: on


@dataclass(frozen=True)
class Case:
    """A stack with a softmax of `classes` behind it."""

    stack: str
    batch: int
    classes: int
    dtype: str = "float32"

    def trainer(self, engine: str) -> Trainer:
        """A trainer that neither evaluates nor stops."""
        shape, layers = _STACKS[self.stack]
        rng = np.random.default_rng(1)
        count = 2 * self.batch
        inputs = rng.normal(size=(count, *shape)).astype(self.dtype)
        labels = rng.integers(0, self.classes, count)
        encoding = TargetEncoding(self.classes, self.classes)
        samples = Samples(inputs, encoding.encode(labels).astype(self.dtype), labels)
        config = TrainingConfig(
            loss=CrossEntropy(), optimizer=Adam(1e-4), batch_size=self.batch, engine=engine
        )
        network = Network((*layers, Dense(self.classes, "softmax")), shape, dtype=self.dtype)
        return Trainer(network, samples, encoding=encoding, config=config, evaluate=False)


def cases() -> list[Case]:
    """Every stack in three sizes, so that each batch and number of classes meets many stacks."""
    batches, classes = (10, 17, 32, 128, 512), (2, 10, 100)
    found = [
        Case(stack, batches[(number + 2 * turn) % 5], classes[(number + turn) % 3])
        for number, stack in enumerate(_STACKS)
        for turn in range(3)
    ]
    return [
        *found,
        Case("784-256-128", 512, 1000),
        Case("conv(relu)", 1, 10),
        Case("conv, relu, pool, twice", 1, 10),
        Case("dense(relu)", 32, 10, "float64"),
        Case("conv, relu, pool", 32, 10, "float64"),
    ]


def _trained(trainer: Trainer, steps: int) -> None:
    trainer.run_for(math.inf, steps)


def _steps(call: Callable[[int], object]) -> int:
    """Steps of about `_SECONDS`."""
    call(2)
    spent = in_turn({"": partial(call, 2)}, 1)[""][0].cpu / 2
    return max(2, int(_SECONDS / max(spent, 1e-6)))


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="turns of each engine (default: 5)")
    parser.add_argument("--only", default="", help="stacks that match this expression")
    parser.add_argument("--engine", default="auto", help="what is measured against numpy (default: auto)")


@benchmark(
    "cliffs", 'no network is slower with the engine "auto" than with numpy\'s', _options, by_default=False
)
def run(options: Namespace) -> bool:
    """See the module."""
    rows = measure(options.rounds, options.only, options.engine)
    print(table(HEAD, rows))
    return all(row[-1] != SLOW for row in rows)


def measure(rounds: int, only: str = "", engine: str = "auto") -> list[tuple[str, ...]]:
    """A row of `HEAD` for every case whose name matches `only`."""
    load()
    print(machine(), flush=True)
    with limit_blas_threads():
        return [_row(case, rounds, engine) for case in cases() if re.search(only, case.stack)]


def _row(case: Case, rounds: int, engine: str) -> tuple[str, ...]:
    numpy, other = case.trainer("numpy"), case.trainer(engine)
    steps = _steps(partial(_trained, numpy))
    _trained(other, 2)
    calls = {"numpy": partial(_trained, numpy, steps), "other": partial(_trained, other, steps)}
    least = {name: min(turn.cpu for turn in turns) for name, turns in in_turn(calls, rounds).items()}
    ratio = least["numpy"] / least["other"]
    if other.engine == "numpy":
        told = "1, by numpy"  # the same code on both sides
    else:
        told = f"{ratio:.2f}" if ratio * MOST >= 1.0 else SLOW
    row = (
        case.stack,
        str(case.batch),
        str(case.classes),
        case.dtype,
        f"{least['numpy'] / steps * 1e6:,.0f}",
        told,
    )
    print(*row, f"{ratio:.2f}", other.why_not_compiled, sep=" | ", flush=True)
    return row
