"""Datasets from scikit-learn: equal across its versions, and imported only on load."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from core.data.datasets import (
    DATASETS,
    Blobs,
    BreastCancer,
    Circles,
    Dataset,
    Digits,
    GaussianQuantiles,
    Iris,
    Moons,
    Wine,
)

# Digests of inputs (as float32) and targets, rounded, since the last bit of float64 varies.
PINNED = [
    (Moons(samples=101), "7c1a468bc94761ee"),
    (Circles(samples=101), "e4ea56e71d19b404"),
    (Blobs(samples=101, centers=3), "17c1fdcce24c8c83"),
    (GaussianQuantiles(samples=101, noise=0.1), "e30915d6c4dcee82"),
    (Iris(), "879b817245289647"),
    (Wine(), "aafc6474e54a4523"),
    (BreastCancer(), "9d4b2d37c25b1abd"),
    (Digits(), "0880551e08e54105"),
]


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    """What a new process that loads all data says of its imports, those of scikit-learn last."""
    code = """
import builtins, sys
import core.data.features
from core.data.datasets import DATASETS, DownloadedImages, Digits, Painted
from core.data.datasets.sklearn_tables import is_sklearn_imported

def state(): return is_sklearn_imported(), "sklearn" in sys.modules

def noting(name, *rest):
    if name == "scipy" or name.startswith("scipy."): seen.append(is_sklearn_imported())
    return inherited(name, *rest)

Digits(size="28x28", samples=100).load(1)
for kind in DATASETS:
    kind().info()
    if not kind().uses_sklearn and not issubclass(kind, (Painted, DownloadedImages)): kind().load(1)
print("other data", state(), *({"PySide6", "scipy"} & {*sys.modules}), sep=":")
seen, inherited = [], builtins.__import__
builtins.__import__ = noting
DATASETS.get("gaussian_quantiles")().load(1)
print("under way", len(seen) > 10, any(seen), sep=":")
print("quantiles", state(), sep=":")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    return dict(line.split(":", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(("dataset", "digest"), PINNED, ids=lambda value: getattr(value, "kind", ""))
def test_projects_of_earlier_versions_load_the_same_data(dataset: Dataset, digest: str) -> None:
    data = dataset.load(7)
    content = np.round(data.inputs, 3).tobytes() + data.targets.tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == digest


def test_all_of_scikit_learns_data_are_pinned() -> None:
    pinned = {dataset.kind for dataset, _ in PINNED}
    assert pinned >= {kind.kind for kind in DATASETS if kind().uses_sklearn}


@pytest.mark.parametrize(
    "kind", [kind for kind in DATASETS if kind().uses_sklearn], ids=lambda kind: kind.kind
)
def test_info_is_known_without_loading_and_holds_for_what_is_loaded(kind: type[Dataset]) -> None:
    info, data = kind().info(), kind().load(0)
    assert (info.shape, info.labels, info.outputs) == (data.shape, data.labels, data.outputs)


def test_only_loading_such_data_imports_scikit_learn(printed: dict[str, str]) -> None:
    assert (printed["other data"].split(":")[0], printed["quantiles"]) == ("(False, False)", "(True, True)")


def test_an_import_under_way_does_not_count(printed: dict[str, str]) -> None:
    """Otherwise a thread loading the data would wait for the rest of the import."""
    assert printed["under way"] == "True:False"


def test_import_loads_neither_qt_nor_scikit_learn(printed: dict[str, str]) -> None:
    assert printed["other data"] == "(False, False)"
