"""Eleven small tables: are the defaults as good as a straight line, and as scikit-learn's network?"""

from __future__ import annotations

import csv
import tempfile
import time
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn import datasets
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core import NetworkClassifier, NetworkRegressor
from core.experiment.early_stopping import FEW, HELD_OUT, EarlyStopping
from core.experiment.prepare import make_trainer, prepare_split
from core.nn.blas_threads import limit_blas_threads
from playground.cli.train import EPOCHS, MAX_EPOCHS
from playground.headless.sources import Changes, DataChoices, find_experiment
from playground.headless.training_loop import StopRequest, train_epochs
from tests.benchmarks.registry import benchmark, judged

BEHIND: Final = {"accuracy": 0.02, "R²": 0.05}
Run = Callable[[np.ndarray, np.ndarray], float]
"""Learns from rows, and scores on others."""


@dataclass(frozen=True)
class Table:
    X: np.ndarray
    y: np.ndarray
    classifies: bool

    @property
    def score(self) -> str:
        return "accuracy" if self.classifies else "R²"

    def folds(self, repeats: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        kind = RepeatedStratifiedKFold if self.classifies else RepeatedKFold
        return kind(n_splits=5, n_repeats=repeats, random_state=0).split(self.X, self.y)  # type: ignore[no-any-return]

    def learned(self, model: Any) -> Run:
        def run(train: np.ndarray, test: np.ndarray) -> float:
            made = make_pipeline(StandardScaler(), model).fit(self.X[train], self.y[train])
            return float(made.score(self.X[test], self.y[test]))

        return run

    def by_command(self) -> Run:
        """What `numpynet train table.csv --target y` trains, on these rows."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            with path.open("w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow([*(f"x{place}" for place in range(self.X.shape[1])), "y"])
                values = [f"c{each}" for each in self.y] if self.classifies else self.y.tolist()
                rows.writerows([*row, value] for row, value in zip(self.X.tolist(), values, strict=True))
            experiment, _ = find_experiment(str(path), DataChoices(target="y"), Changes())
            data = experiment.dataset.load(0)

        def run(train: np.ndarray, test: np.ndarray) -> float:
            order, stops = np.random.default_rng(0).permutation(train), len(train) >= FEW
            count = round(HELD_OUT * len(train)) if stops else 0
            prepared = prepare_split(experiment, data, np.sort(order[count:]), test, np.sort(order[:count]))
            trainer = make_trainer(experiment, prepared)
            with redirect_stderr(StringIO()):  # its bar
                train_epochs(
                    trainer,
                    MAX_EPOCHS if stops else EPOCHS,
                    StopRequest(),
                    EarlyStopping(prepared.held) if prepared.held else None,
                )
            return trainer.measure().of("test").score

        return run


def tables() -> dict[str, Table]:
    made = {
        name: Table(*getattr(datasets, f"load_{name}")(return_X_y=True), True)
        for name in ("iris", "wine", "breast_cancer", "digits")
    }
    wide = datasets.make_classification(200, 40, n_informative=6, n_redundant=4, flip_y=0.1, random_state=1)
    rare = datasets.make_classification(600, 12, n_informative=5, weights=[0.9], flip_y=0.02, random_state=2)
    made |= {
        "moons": Table(*datasets.make_moons(300, noise=0.3, random_state=0), True),
        "wide": Table(*wide, True),
        "rare class": Table(*rare, True),
        "diabetes": Table(*datasets.load_diabetes(return_X_y=True), False),
        "friedman 1": Table(*datasets.make_friedman1(400, 10, noise=1, random_state=0), False),
        "friedman 3": Table(*datasets.make_friedman3(200, noise=0.2, random_state=0), False),
        "noisy line": Table(
            *datasets.make_regression(120, 30, n_informative=8, noise=60, random_state=3), False
        ),
    }
    return made


def contestants(table: Table) -> dict[str, Run]:
    if table.classifies:
        models = LogisticRegression(max_iter=1000), MLPClassifier(random_state=0), NetworkClassifier
    else:
        models = Ridge(), MLPRegressor(random_state=0), NetworkRegressor
    line, network, own = models
    return {
        "line": table.learned(line),
        "MLP": table.learned(network),
        "estimator": table.learned(own(random_state=0)),
        "command": table.by_command(),
    }


def measured(table: Table, repeats: int) -> dict[str, tuple[float, float]]:
    """By contestant the mean score, and the CPU seconds of a fold."""
    found = {}
    with warnings.catch_warnings(), limit_blas_threads():
        warnings.simplefilter("ignore")  # defaults of scikit-learn's networks end before they converge
        for name, run in contestants(table).items():
            before = time.process_time()
            scores = [run(*fold) for fold in table.folds(repeats)]
            found[name] = float(np.mean(scores)), (time.process_time() - before) / len(scores)
    return found


def faults(table: Table, found: Mapping[str, tuple[float, float]]) -> list[str]:
    """What is worse than promised."""
    best = max(found["line"][0], found["MLP"][0])
    least, slowest = best - BEHIND[table.score], max(1.0, 2.0 * found["MLP"][1])
    return [
        f"{name}: {score:.4f}, others {best:.4f}{', far behind' * (score < least)}, {seconds:.2f} s"
        for name, (score, seconds) in found.items()
        if name in ("estimator", "command") and (score < least or seconds > slowest)
    ]


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--repeats", type=int, default=5, help="of five folds")


@benchmark("tables", "defaults on small tables, against scikit-learn", _options, by_default=False)
def run(options: Namespace) -> bool:
    """Print the scores of a fold and its time by contestant."""
    rows = []
    for name, table in tables().items():
        found = measured(table, options.repeats)
        shown = ", ".join(f"{each} {score:.4f} {seconds:.2f} s" for each, (score, seconds) in found.items())
        rows.append(
            (f"{name} {table.score}", shown, f"{BEHIND[table.score]} behind", not faults(table, found))
        )
    return judged("table", rows)
