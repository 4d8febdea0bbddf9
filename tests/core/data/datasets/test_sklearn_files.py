"""The patterns and tables of scikit-learn, made and read without it: they are its own to the last bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets as reference

from core.data.datasets import (
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
from core.data.datasets import sklearn_files as bundled


def seed_of(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))


@pytest.mark.parametrize("samples", [100, 501])
def test_patterns_are_scikit_learns(samples: int) -> None:
    points, labels = Moons(samples=samples, noise=0.0).generate(np.random.default_rng(1))
    theirs, classes = reference.make_moons(samples, shuffle=False)
    np.testing.assert_array_equal(points, 3.0 * (theirs - (0.5, 0.25)))
    np.testing.assert_array_equal(labels, classes)
    points, labels = Circles(samples=samples, noise=0.0).generate(np.random.default_rng(1))
    theirs, classes = reference.make_circles(samples, shuffle=False, factor=0.5)
    np.testing.assert_array_equal(points, 4.5 * theirs)
    np.testing.assert_array_equal(labels, classes)


@pytest.mark.parametrize(("samples", "classes"), [(100, 2), (501, 3), (1000, 7)])
def test_clouds_are_scikit_learns(samples: int, classes: int) -> None:
    rng = np.random.default_rng(4)
    angles = 2 * np.pi * (rng.uniform() + np.arange(classes) / classes)
    centers = 4.0 * np.column_stack([np.cos(angles), np.sin(angles)])
    theirs, wanted = reference.make_blobs(
        samples, centers=centers, cluster_std=0.4, shuffle=False, random_state=seed_of(rng)
    )
    points, labels = Blobs(samples=samples, noise=0.0, centers=classes).generate(np.random.default_rng(4))
    np.testing.assert_array_equal(points, theirs)
    np.testing.assert_array_equal(labels, wanted)
    theirs, wanted = reference.make_gaussian_quantiles(
        cov=1.8**2,
        n_samples=samples,
        n_classes=classes,
        shuffle=False,
        random_state=seed_of(np.random.default_rng(4)),
    )
    made = GaussianQuantiles(samples=samples, noise=0.0, classes=classes)
    points, labels = made.generate(np.random.default_rng(4))
    np.testing.assert_array_equal(points, theirs)
    np.testing.assert_array_equal(labels, wanted)


TABLES = [
    (Iris(), reference.load_iris),
    (Wine(), reference.load_wine),
    (BreastCancer(), reference.load_breast_cancer),
]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["files", "loaders"])
@pytest.mark.parametrize(("table", "load"), TABLES, ids=["iris", "wine", "breast cancer"])
def test_tables_are_scikit_learns(
    table: Dataset, load: object, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if elsewhere:
        monkeypatch.setattr(bundled, "_path", lambda file: None)
    data, bunch = table.load(0), load()  # type: ignore[operator]
    np.testing.assert_array_equal(data.inputs, bunch.data.astype(data.inputs.dtype))
    np.testing.assert_array_equal(data.targets, bunch.target)
    assert data.class_names == tuple(bunch.target_names)
    assert data.feature_names == tuple(bunch.feature_names)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["files", "loaders"])
def test_digits_are_scikit_learns(elsewhere: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if elsewhere:
        monkeypatch.setattr(bundled, "_path", lambda file: None)
    data, bunch = Digits().load(0), reference.load_digits()
    np.testing.assert_array_equal(data.inputs[..., 0] * 16.0, bunch.images)
    np.testing.assert_array_equal(data.targets, bunch.target)


def test_a_file_that_is_not_there_has_no_path(tmp_path: Path) -> None:
    assert bundled._path("nothing.csv") is None
    found = bundled._path("iris.csv")
    assert found is not None
    assert found.is_file()


def test_no_built_in_data_need_scikit_learn_to_be_imported() -> None:
    code = (
        "import sys; from core.data.datasets import DATASETS;"
        "made = [kind() for kind in DATASETS if 'full' not in kind.kind and 'fashion' not in kind.kind];"
        "[data.load(1) for data in made if data.kind != 'painted'];"
        "print([m for m in ('sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
