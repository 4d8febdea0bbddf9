"""Whether "auto" is anywhere slower than the better engine: a table of layers, batches, classes and dtypes, and
networks drawn at random, which no rule was made for.

The engines take turns on the same network; the least CPU time of several rounds counts, which other programs on the
machine hardly change. One thread each. How far numpy is from itself says how exact that is.
"""

from __future__ import annotations

import math
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.compiled.readiness import load
from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import (
    GELU,
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
    Residual,
    Sigmoid,
    SiLU,
    Tanh,
)
from core.nn.blas_threads import limit_blas_threads
from core.nn.losses import CrossEntropy
from core.nn.network import Network, forward_flops
from core.optim import OPTIMIZERS, Adam, Optimizer
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.benchmarks.measuring import in_turn, machine
from tests.benchmarks.registry import benchmark, table

MOST = 1.05
"""Times the CPU time of the better engine that "auto" may take."""
SLOW = "SLOWER"
HEAD = ("layers before the softmax", "batch", "classes", "dtype", "numpy µs a step", "auto: times as fast")
NOTE = (
    'How many times as fast `engine="auto"` trains as numpy, by the least CPU time of all rounds, with one thread each '
    "and Adam. It leaves to numpy what the compiled engine does not know or would do more slowly."
)
_SECONDS = 0.05
_MAX_DRAWN = 300_000_000
"""Multiplications in a pass over a batch."""

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
    """Layers with a softmax of `classes` behind them."""

    name: str
    shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    batch: int
    classes: int
    dtype: str = "float32"
    optimizer: Optimizer = Adam(1e-4)

    def network(self) -> Network:
        return Network((*self.layers, Dense(self.classes, "softmax")), self.shape, dtype=self.dtype)

    def trainer(self, engine: str) -> Trainer:
        """A trainer that neither evaluates nor stops."""
        rng = np.random.default_rng(1)
        count = 2 * self.batch
        inputs = rng.normal(size=(count, *self.shape)).astype(self.dtype)
        labels = rng.integers(0, self.classes, count)
        encoding = TargetEncoding(self.classes, self.classes)
        samples = Samples(inputs, encoding.encode(labels).astype(self.dtype), labels)
        config = TrainingConfig(
            loss=CrossEntropy(), optimizer=self.optimizer, batch_size=self.batch, engine=engine
        )
        return Trainer(self.network(), samples, encoding=encoding, config=config, evaluate=False)


def cases() -> list[Case]:
    """Every stack in three sizes, so that each batch and number of classes meets many stacks."""
    batches, classes = (10, 17, 32, 128, 512), (2, 10, 100)
    found = [
        (stack, batches[(number + 2 * turn) % 5], classes[(number + turn) % 3], "float32")
        for number, stack in enumerate(_STACKS)
        for turn in range(3)
    ]
    found += [
        ("784-256-128", 512, 1000, "float32"),
        ("conv(relu)", 1, 10, "float32"),
        ("conv, relu, pool, twice", 1, 10, "float32"),
        ("dense(relu)", 32, 10, "float64"),
        ("conv, relu, pool", 32, 10, "float64"),
    ]
    return [Case(stack, *_STACKS[stack], *rest) for stack, *rest in found]


def drawn(count: int, seed: int) -> Iterator[Case]:
    """Networks at random: one half on rows, one on images, in batches of 8 to 1,024."""
    rng = np.random.default_rng(seed)
    learning = [kind for kind in OPTIMIZERS if not kind.full_batch]
    while count > 0:
        shape, layers = (_on_rows, _on_images)[count % 2](rng)
        batch = round(2 ** rng.uniform(3, 10)) if rng.random() < 0.3 else 2 ** int(rng.integers(3, 11))
        optimizer = learning[rng.integers(len(learning))](learning_rate=1e-5)
        name = f"{'x'.join(map(str, shape))}: {', '.join(map(_spelled, layers))}; {optimizer.kind}"
        case = Case(name, shape, tuple(layers), batch, (2, 10, 100)[rng.integers(3)], optimizer=optimizer)
        if forward_flops(case.network()) * batch <= _MAX_DRAWN:
            yield case
            count -= 1


def _on_rows(rng: np.random.Generator) -> tuple[tuple[int, ...], list[Layer]]:
    layers: list[Layer] = []
    for _ in range(rng.integers(1, 4)):
        units = 2 ** int(rng.integers(3, 10))
        block = _activated(rng, partial(Dense, units), (BatchNormalization(), LayerNormalization()))
        layers += [*block, Residual((Dense(units, "relu"),))] if rng.random() < 0.05 else block
    return (int(rng.choice([2, 20, 100, 784])),), layers


def _on_images(rng: np.random.Generator) -> tuple[tuple[int, ...], list[Layer]]:
    layers: list[Layer] = []
    for _ in range(rng.integers(1, 3)):
        filters, steps = 2 ** int(rng.integers(2, 6)), 2 if rng.random() < 0.2 else 1
        made = partial(Conv2D, filters, int(rng.choice([3, 5])), strides=steps, padding="same")
        layers += _activated(rng, made, (BatchNormalization(),))
        # Both would leave a small image without a pixel.
        layers += [(MaxPooling2D(),), (AveragePooling2D(),), ()][rng.integers(3) if steps == 1 else 2]
    layers.append(GlobalAveragePooling2D() if rng.random() < 0.3 else Flatten())
    if rng.random() < 0.5:
        layers += _activated(rng, partial(Dense, 32), (LayerNormalization(),))
    return [(8, 8, 1), (12, 12, 3), (16, 16, 1), (28, 28, 1)][rng.integers(4)], layers


def _activated(rng: np.random.Generator, made: Callable[..., Layer], norms: tuple[Layer, ...]) -> list[Layer]:
    """A layer with its activation inside or behind it, and perhaps a normalization next to that, and dropout."""
    function = (ReLU, Tanh, Sigmoid, GELU, SiLU)[rng.integers(5)]()
    norm = [norms[rng.integers(len(norms))]] if rng.random() < 0.4 else []
    rest: list[Layer] = [Dropout(float(rng.choice([0.1, 0.3, 0.5])))] if rng.random() < 0.35 else []
    if rng.random() < 0.4:
        return [made(activation=function.kind), *norm, *rest]
    return [made(), *norm, function, *rest] if rng.random() < 0.7 else [made(), function, *norm, *rest]


def _spelled(layer: Any) -> str:
    size = getattr(layer, "units", getattr(layer, "filters", ""))
    inside = layer.output_activation.kind if size and layer.output_activation else ""
    return " ".join(str(part) for part in (layer.kind, size, inside) if part not in ("", "linear"))


def _trained(trainer: Trainer, steps: int) -> None:
    trainer.run_for(math.inf, steps)


def _steps(call: Callable[[int], object]) -> int:
    """Steps of about `_SECONDS`."""
    call(2)
    spent = in_turn({"": partial(call, 2)}, 1)[""][0].cpu / 2
    return max(2, int(_SECONDS / max(spent, 1e-6)))


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="turns of each engine (default: 5)")
    parser.add_argument("--only", default="", help="networks that match this expression")
    parser.add_argument("--drawn", type=int, default=24, help="networks at random (default: 24)")
    parser.add_argument("--seed", type=int, default=0, help="of the random networks (default: 0)")


@benchmark("cliffs", 'no network is slower with the engine "auto" than with the better one', _options)
def run(options: Namespace) -> bool:
    """See the module."""
    every = [*cases(), *drawn(options.drawn, options.seed)]
    rows = measure(options.rounds, [case for case in every if re.search(options.only, case.name)])
    print(table(HEAD, rows))
    return all(row[-1] != SLOW for row in rows)


def measure(rounds: int, chosen: list[Case] | None = None) -> list[tuple[str, ...]]:
    """A row of `HEAD` for every case."""
    load()
    print(machine(), flush=True)
    with limit_blas_threads():
        return [_row(case, rounds) for case in (cases() if chosen is None else chosen)]


def _row(case: Case, rounds: int) -> tuple[str, ...]:
    trainers = {"numpy": case.trainer("numpy"), "again": case.trainer("numpy")}
    if (other := case.trainer("compiled")).engine == "compiled":
        trainers["compiled"] = other
    steps = _steps(partial(_trained, trainers["numpy"]))
    for trainer in trainers.values():
        _trained(trainer, 2)
    calls = {name: partial(_trained, trainer, steps) for name, trainer in trainers.items()}
    least = {name: min(turn.cpu for turn in turns) for name, turns in in_turn(calls, rounds).items()}
    auto = case.trainer("auto").engine
    of_better = min(least["numpy"], least.get("compiled", math.inf)) / least[auto]
    told = "1, by numpy" if auto == "numpy" else f"{least['numpy'] / least[auto]:.2f}"
    row = (
        case.name,
        str(case.batch),
        str(case.classes),
        case.dtype,
        f"{least['numpy'] / steps * 1e6:,.0f}",
        told if of_better * MOST >= 1.0 else SLOW,
    )
    compiled = f"compiled {least['numpy'] / least.get('compiled', math.nan):.2f}"
    noise = f"numpy again {least['numpy'] / least['again']:.2f}"
    print(*row, f"of the better {of_better:.2f}", compiled, noise, sep=" | ", flush=True)
    return row
