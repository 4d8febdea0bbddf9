"""Speed of `Sequence.train` relative to other libraries: same batches and dtype, one thread each, in one run.

Each case runs in its own process, with alternating contestants. A ratio above 1 is how many times the CPU time of
numpy's engine a contestant needs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import Any

from core.nn.blas_threads import limit_blas_threads
from tests.benchmarks import targets
from tests.benchmarks.measuring import Spent, in_turn, load, machine, ratios, spread
from tests.benchmarks.registry import benchmark, table
from tests.benchmarks.rivals import AbsentError, Case, Epochs, compiled, ours, scikit_learn, smallest
from tests.benchmarks.rivals_jax import jax_scan
from tests.benchmarks.rivals_torch import torch_compiled, torch_eager

_SMALL: dict[str, Any] = {"samples": 350, "batch": 10, "activation": "tanh", "learning_rate": 0.03}
_IMAGE: dict[str, Any] = {"inputs": (28, 28, 1), "units": (), "classes": 10, "optimizer": "adam", "batch": 64}

_TOKENS: dict[str, Any] = {"classes": 27, "optimizer": "adam"}

# (case, epochs per measurement, target speed-up over PyTorch's best)
CASES = (
    (Case("2-4-2-1 SGD", (2,), (4, 2), 1, optimizer="sgd", **_SMALL), 100, 2.0),
    (Case("2-8-8-8-1 SGD", (2,), (8, 8, 8), 1, optimizer="sgd", **_SMALL), 100, 2.0),
    (Case("2-8-8-8-1 Adam", (2,), (8, 8, 8), 1, optimizer="adam", **_SMALL), 100, 2.0),
    (Case("6 × 32 Adam", (2,), (32,) * 6, 1, optimizer="adam", **_SMALL), 10, 1.5),
    (Case("2-64-64-3 Adam", (2,), (64, 64), 3, 1000, 32, "adam"), 30, 1.5),
    (Case("flow 3-64-64-2 Adam", (2,), (64, 64), 2, 2048, 256, "adam", is_field=True), 20, 1.5),
    (Case("VAE 64-128-2-128-64 Adam", (64,), (128, 4, 128), 64, 1792, 64, "adam", is_vae=True), 20, 0.0),
    (Case("784-160-10 Adam", (784,), (160,), 10, 5000, 128, "adam"), 2, 1.0),
    (Case("784-512-512-10 Adam", (784,), (512, 512), 10, 2000, 128, "adam"), 1, 1.0),
    (Case("CNN 16-32", samples=256, convolutions=(16, 32), **_IMAGE), 8, 1.0),
    (Case("CNN 32-64", samples=192, convolutions=(32, 64), **_IMAGE), 8, 1.0),
    (Case("CNN 64-128", samples=128, convolutions=(64, 128), **_IMAGE), 8, 1.0),
    (Case("GPT 1 × 16 of 16", (16,), (16,), samples=1600, batch=16, blocks=1, **_TOKENS), 2, 2.5),
    (Case("GPT 1 × 32 of 16", (16,), (32,), samples=800, batch=16, blocks=1, **_TOKENS), 2, 2.0),
    (Case("GPT 1 × 64 of 16", (16,), (64,), samples=800, batch=16, blocks=1, **_TOKENS), 1, 1.8),
    (Case("GPT 2 × 32 of 16", (16,), (32,), samples=1600, batch=32, blocks=2, **_TOKENS), 1, 2.0),
    (Case("GPT 2 × 64 of 32", (32,), (64,), samples=640, batch=32, blocks=2, **_TOKENS), 1, 1.6),
    (Case("GPT 4 × 64 of 64", (64,), (64,), samples=160, batch=16, blocks=4, **_TOKENS), 1, 1.5),
    (Case("GRU 32 of 16", (16, 16), (32,), samples=800, batch=16, cell="gru", **_TOKENS), 1, 2.0),
    (Case("LSTM 32 of 16", (16, 16), (32,), samples=800, batch=16, cell="lstm", **_TOKENS), 1, 0.6),
    (Case("16 seeds of 2-8-8-8-1", (2,), (8, 8, 8), 1, optimizer="sgd", seeds=16, **_SMALL), 5, 2.0),
)
PYTORCH: Mapping[str, Callable[[Case, int], Epochs]] = {
    "eager": partial(torch_eager, foreach=False),
    "foreach": partial(torch_eager, foreach=True),
    "fused": partial(torch_eager, fused=True),
    "compile": torch_compiled,
}

# µs of CPU time per step of the original's engine (tensorflow/playground, src/nn.ts) under node 20: forwardProp and
# backProp for 10 points, then updateWeights; medians of 9 on an AMD EPYC (Zen 5) of two cores, where our engines took
# 16.7 and 0.89, and 21.4 and 1.35. It is not part of this run, and its code is not copied.
TF_PLAYGROUND = {"2-4-2-1 SGD": 3.8, "2-8-8-8-1 SGD": 20.5}

NOTES = (
    "numpy, compiled: CPU time of a step in µs through `Sequence.train`, with either engine. Further columns: how many "
    "times as much CPU time as numpy's engine the others take, as ratios within one round, with the lowest and the "
    "highest round. One thread each, float32.",
    "PyTorch: the best of eager, foreach, fused and `torch.compile`, by name. JAX: an epoch is one compiled scan; 16 "
    "seeds at once by `vmap`, where all others train one after the other.",
    "flow: a field of velocities (flow matching), each batch drawn anew; by the `Trainer`, as the window trains.",
    "VAE: given back through a Sampling layer, by the `Trainer`; beside 2-8-8-8-1 Adam in the same run.",
    "GPT: blocks × channels of a causal GPT of four heads, of texts of so many tokens. GRU, LSTM: units, of so many "
    "steps in time, with an answer at each.",
    "TF Playground: µs a step of TensorFlow Playground's own engine under node, measured apart from this run, on a "
    "machine where numpy's engine took 16.7 and 21.4, and the compiled one 0.89 and 1.35.",
)
HEAD = (
    "",
    "numpy µs",
    "compiled µs",
    "PyTorch",
    "its best",
    "by the wall",
    "JAX scan",
    "scikit-learn",
    "TF Playground µs",
    "load",
)


@dataclass(frozen=True)
class Result:
    """Results of one case: measurements per contestant, or why there are none."""

    name: str
    steps: int
    wanted: float
    load: float | None
    rounds: dict[str, list[Spent]]
    absent: dict[str, str]

    def ratio(self, contestant: str, clock: str = "cpu") -> list[float]:
        """Time relative to ours, per round."""
        found = (
            [getattr(spent, clock) for spent in self.rounds.get(name, [])] for name in (contestant, "numpy")
        )
        theirs, mine = found
        return ratios(theirs, mine) if theirs else []

    @property
    def torch_best(self) -> str | None:
        """The variant of PyTorch with the least CPU time."""
        names = [name for name in self.rounds if name in PYTORCH]
        return min(names, key=lambda name: median(spent.cpu for spent in self.rounds[name]), default=None)

    @property
    def reached(self) -> bool:
        best = self.torch_best
        return best is None or median(self.ratio(best)) >= self.wanted


CONTESTANTS: Mapping[str, Callable[[Case, int], Epochs]] = {
    "numpy": ours,
    "2-8-8-8-1": smallest,
    "compiled": compiled,
    **PYTORCH,
    "JAX": jax_scan,
    "scikit-learn": scikit_learn,
}


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each")
    parser.add_argument("--only", default="", help="only cases whose name holds this text")
    parser.add_argument("--here", action="store_true", help="measure in this process, and print JSON")


@benchmark("speed", "training beside PyTorch, JAX and scikit-learn", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    if options.here:
        print(json.dumps(asdict(_measure_here(options.only, options.rounds))))
        return True
    print(machine())
    results = list(measure(options.only, options.rounds))
    print(table(HEAD, [row_of(result) for result in results]))
    print("\n".join(NOTES))
    print(table(targets.HEAD, target_rows(results)))
    for result in results:
        if not result.reached:
            print(f"{result.name}: less than {result.wanted:g} times the speed of PyTorch's best")
    return all(result.reached for result in results)


def measure(only: str, rounds: int) -> Iterator[Result]:
    """All cases whose name contains `only`, each in its own process; failures are reported and skipped."""
    for case, _, _ in CASES:
        if only not in case.name:
            continue
        try:
            yield _measure_apart(case.name, rounds)
        except RuntimeError as error:
            print(f"  {error}", flush=True)
        else:
            print(f"  {case.name} done, load {load()}", flush=True)


def target_rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """The cells under `targets.HEAD` of the cases that were measured."""
    by_name = {result.name: result.rounds for result in results}
    return [each.row(by_name[each.case]) for each in targets.TARGETS if each.case in by_name]


def row_of(result: Result) -> list[str]:
    """The cells under `HEAD`."""
    best = result.torch_best
    theirs = TF_PLAYGROUND.get(result.name)
    return [
        result.name,
        _microseconds(result, "numpy"),
        _microseconds(result, "compiled"),
        _cell(result, best or "eager"),
        best or "—",
        spread(result.ratio(best, "wall")) if best else "—",
        _cell(result, "JAX"),
        _cell(result, "scikit-learn"),
        "—" if theirs is None else f"{theirs:g}",
        "—" if result.load is None else f"{result.load:g}",
    ]


def _microseconds(result: Result, engine: str) -> str:
    times = [1e6 * spent.cpu / result.steps for spent in result.rounds.get(engine, [])]
    return result.absent.get(engine) or spread(times, 1 if engine == "numpy" else 2)


def _cell(result: Result, contestant: str) -> str:
    return result.absent.get(contestant) or spread(result.ratio(contestant))


def _measure_apart(name: str, rounds: int) -> Result:
    # XLA has its own threads for large products.
    environment = {**os.environ, "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "JAX_PLATFORMS": "cpu"}
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks",
        "speed",
        "--here",
        "--only",
        name,
        "--rounds",
        str(rounds),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"{name}: {done.stderr}")
    found = json.loads(lines[-1])
    found["rounds"] = {key: [Spent(**item) for item in items] for key, items in found["rounds"].items()}
    return Result(**found)


def _measure_here(name: str, rounds: int) -> Result:
    case, epochs, wanted = next(item for item in CASES if item[0].name == name)
    contestants, absent = {}, {}
    for key, make in CONTESTANTS.items():
        try:
            contestants[key] = make(case, epochs)
        except AbsentError as reason:
            absent[key] = str(reason)
        except Exception as error:
            # torch.compile needs a C++ compiler, and some versions reject some networks.
            absent[key] = f"failed: {type(error).__name__}"
    with limit_blas_threads():
        times = in_turn(contestants, rounds)
    return Result(name, epochs * case.steps * case.seeds, wanted, load(), times, absent)
