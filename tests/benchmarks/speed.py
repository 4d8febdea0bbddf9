"""How fast `Sequence.train` is beside PyTorch and scikit-learn: the same batches, dtype and threads, in one run.

Every figure is a ratio of times measured in turn, so that a machine that slows down slows down all of them.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks.registry import benchmark, table
from tests.benchmarks.rivals import Case, available, ours, scikit_learn, torch_trainer

# (case, epochs in one measurement, how many times faster than PyTorch we mean to be at least)
CASES = (
    (Case("2-4-2-1 SGD", (2,), (4, 2), 1, 350, 10, "sgd", "tanh", learning_rate=0.03), 10, 10.0),
    (Case("2-4-2-1 Adam", (2,), (4, 2), 1, 350, 10, "adam", "tanh", learning_rate=0.03), 10, 10.0),
    (Case("2-8-8-8-1 SGD", (2,), (8, 8, 8), 1, 350, 10, "sgd", "tanh", learning_rate=0.03), 10, 10.0),
    (Case("2-8-8-8-1 Adam", (2,), (8, 8, 8), 1, 350, 10, "adam", "tanh", learning_rate=0.03), 10, 10.0),
    (Case("2-64-64-3 Adam", (2,), (64, 64), 3, 1000, 32, "adam"), 6, 4.0),
    (Case("MNIST 784-160-10", (784,), (160,), 10, 5000, 128, "adam"), 3, 1.0),
    (Case("MNIST 784-512-512-10", (784,), (512, 512), 10, 3000, 128, "adam"), 2, 1.0),
    (Case("CNN 16-32", (28, 28, 1), (), 10, 1280, 64, "adam", convolutions=(16, 32)), 1, 0.6),
    (Case("CNN 32-64", (28, 28, 1), (), 10, 640, 64, "adam", convolutions=(32, 64)), 1, 0.6),
)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each")
    parser.add_argument("--threads", type=int, default=2, help="threads of the matrix products, for all")
    parser.add_argument("--only", default="", help="only cases whose name holds this text")


@benchmark("speed", "training beside PyTorch and scikit-learn", _options)
def run(options: Namespace) -> bool:
    rivals = available(["torch", "sklearn"])
    if "torch" not in rivals:
        print("PyTorch is not installed (make foreign installs it): nothing to compare with")
        return True
    import torch

    torch.set_num_threads(options.threads)
    rows, good = [], True
    for case, epochs, wanted in CASES:
        if options.only not in case.name:
            continue
        with threadpool_limits(options.threads, user_api="blas"):
            times = _measure(case, epochs, options.repeats)
        mine = times.pop("ours")
        ratios = {name: np.array(other) / np.array(mine) for name, other in times.items()}
        best = min(
            (name for name in ratios if name.startswith("torch")), key=lambda name: np.median(ratios[name])
        )
        reached = float(np.median(ratios["torch"]))
        good = good and reached >= wanted
        rows.append(
            [
                case.name,
                f"{epochs / np.median(mine):,.1f}",
                *(_ratio(ratios.get(name)) for name in ("torch", "torch foreach", "torch fused", "sklearn")),
                best.replace("torch", "").strip() or "eager",
                f"{wanted:g}",
                "yes" if reached >= wanted else "NO",
            ]
        )
        print(f"  {case.name}: {rows[-1][2]} times PyTorch's speed", flush=True)
    head = ("", "epochs/s", "PyTorch", "foreach", "fused", "scikit-learn", "its best", "wanted", "reached")
    print(f"\nhow many times faster than ...; {options.threads} threads, float32, median (lowest … highest)")
    print(table(head, rows))
    return good


def _measure(case: Case, epochs: int, repeats: int) -> dict[str, list[float]]:
    """Seconds of every contestant, measured in turn."""
    runs: dict[str, Callable[[], object] | None] = {
        "ours": ours(case, epochs),
        "torch": torch_trainer(case, epochs, foreach=False),
        "torch foreach": torch_trainer(case, epochs, foreach=True),
        "torch fused": torch_trainer(case, epochs, fused=True),
        "sklearn": scikit_learn(case, epochs),
    }
    times: dict[str, list[float]] = {name: [] for name, call in runs.items() if call is not None}
    for _ in range(repeats):
        for name, call in runs.items():
            if call is not None:
                start = perf_counter()
                call()
                times[name].append(perf_counter() - start)
    return times


def _ratio(values: np.ndarray | None) -> str:
    if values is None:
        return "—"
    return f"{np.median(values):.2f} ({values.min():.2f} … {values.max():.2f})"
