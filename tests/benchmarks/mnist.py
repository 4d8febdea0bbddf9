"""All of MNIST: accuracy by epochs and seconds, and memory."""

from __future__ import annotations

import gzip
import resource
import struct
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

import numpy as np

from core import CosineDecay, Dropout, Sequence
from core.nn import BatchNormalization, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from tests.benchmarks.registry import benchmark, table

MAX_MEGABYTES = 1200.0
MAX_GROWTH_MEGABYTES = 20.0
_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="the folder with MNIST's four .gz files")
    parser.add_argument("--only", choices=("mlp", "cnn"), help="only this network")


@benchmark("mnist", "the whole MNIST: accuracy, seconds, memory", _options, by_default=False)
def run(options: Namespace) -> bool:
    train_x, train_y, test_x, test_y = (_read(options.data / f"{name}.gz") for name in _NAMES)
    cases: list[tuple[str, list[Layer], int, float]] = [
        (
            "mlp",
            [Flatten(), Dense(256, "relu"), Dropout(0.2), Dense(128, "relu"), Dense(10, "softmax")],
            10,
            0.980,
        ),
        (
            "cnn",
            [
                *(Conv2D(16, 3, activation="relu"), BatchNormalization(), MaxPooling2D()),
                *(Conv2D(32, 3, activation="relu"), BatchNormalization(), MaxPooling2D()),
                *(Flatten(), Dropout(0.3), Dense(64, "relu"), Dense(10, "softmax")),
            ],
            6,
            0.990,
        ),
    ]
    rows, good = [], True
    for name, layers, epochs, wanted in cases:
        if options.only not in (None, name):
            continue
        sizes: list[float] = []
        model = Sequence(
            layers,
            learning_rate=0.001 if name == "mlp" else 0.002,
            batch_size=128,
            feedback_steps=1,
            epochs=epochs,
            schedule=CosineDecay(epochs=epochs),
            callbacks=[lambda _, __, sizes=sizes: sizes.append(_megabytes())],
        )
        start = perf_counter()
        model.train(train_x, train_y, validation_data=(test_x, test_y))
        seconds = perf_counter() - start
        reached = model.evaluate(test_x, test_y, return_dict=True)["accuracy"]
        used = _megabytes()
        # All buffers are allocated in the first two epochs.
        grown = sizes[-1] - sizes[1]
        good = good and reached >= wanted and used < MAX_MEGABYTES and grown < MAX_GROWTH_MEGABYTES
        count = f"{model.network.parameter_count:,}"
        rows.append(
            [
                name,
                count,
                epochs,
                f"{reached:.4f}",
                f"{wanted:.3f}",
                f"{seconds:.1f}",
                f"{used:.0f}",
                f"{grown:+.0f}",
            ]
        )
    print(
        table(
            ("", "parameters", "epochs", "test accuracy", "wanted", "seconds", "peak MB", "after 2 epochs"),
            rows,
        )
    )
    return good


def _read(path: Path) -> np.ndarray:
    """One of MNIST's files: images (n, 28, 28, 1) from 0 to 1, or labels (n,)."""
    with gzip.open(path) as file:
        data = file.read()
    (magic,) = struct.unpack(">i", data[:4])
    shape = struct.unpack(f">{magic % 256}i", data[4 : 4 + 4 * (magic % 256)])
    values = np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)
    return (
        values.astype(np.int64) if len(shape) == 1 else values[..., None].astype(np.float32) / np.float32(255)
    )


def _megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
