"""Every dataset gives the arrays it promises, and TensorFlow Playground's patterns follow its formulas."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from core.data.datasets import (
    DATASETS,
    Blobs,
    BreastCancer,
    Circle,
    Circles,
    Data,
    Dataset,
    Digits,
    Gauss,
    GaussianQuantiles,
    Iris,
    MnistSubset,
    Moons,
    MultiGauss,
    Plane,
    Spirals,
    Wine,
    Xor,
)
from core.data.datasets.point_dataset import PointKind
from core.io.resources import resource
from core.spec import SettingError

KINDS = list(DATASETS)
POINTS = [kind for kind in KINDS if issubclass(kind, PointKind)]
CLASSIFIED = [kind for kind in POINTS if kind.task == "classification"]


def named(kind: type[Dataset]) -> str:
    return kind.kind


# Every kind


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_loads_what_its_facts_promise(kind: type[Dataset]) -> None:
    spec = kind()
    data, info = spec.load(seed=1), spec.info()
    assert (data.shape, data.task, data.outputs) == (info.shape, info.task, info.outputs)
    assert data.inputs.dtype == np.float32
    assert np.isfinite(data.inputs).all()
    assert data.inputs.shape == (data.samples, *data.shape)
    if kind.task == "classification":
        assert data.targets.dtype == np.int64
        assert data.targets.shape == (data.samples,)
        assert len(data.class_names) == data.n_classes
        assert set(np.unique(data.targets)) == set(range(data.n_classes))
    else:
        assert data.targets.dtype == np.float32
        assert data.targets.shape == (data.samples, 1)
        assert data.class_names == ()
        assert data.n_classes == 0
    assert len(data.feature_names) == (data.shape[0] if len(data.shape) == 1 else 0)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_arrays_are_read_only(kind: type[Dataset]) -> None:
    data = kind().load(seed=1)
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        data.targets[0] = 0


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_same_seed_gives_the_same_data(kind: type[Dataset]) -> None:
    first, second = kind().load(seed=7), kind().load(seed=7)
    np.testing.assert_array_equal(first.inputs, second.inputs)
    np.testing.assert_array_equal(first.targets, second.targets)


@pytest.mark.parametrize("spec", [kind(noise=0.2) for kind in POINTS] + [MnistSubset(samples=300)], ids=str)
def test_another_seed_gives_other_data(spec: Dataset) -> None:
    assert not np.array_equal(spec.load(seed=1).inputs, spec.load(seed=2).inputs)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_json_round_trip(kind: type[Dataset]) -> None:
    spec = kind()
    changes = {
        item.name: item.high if item.type == "float" else int(item.high)
        for item in kind.settings()
        if item.high
    }
    for variant in (spec, spec.replace(**changes)):
        assert DATASETS.from_json(json.loads(json.dumps(variant.to_json()))) == variant


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, item.name) for kind in KINDS for item in kind.settings()], ids=str
)
def test_bounds_are_kept_with_a_sentence(kind: type[Dataset], name: str) -> None:
    rule = kind.setting(name)
    assert rule.low is not None
    assert rule.high is not None
    step = 0.01 if rule.type == "float" else 1
    with pytest.raises(
        SettingError, match=rf"^{kind.title}: {rule.label.lower()} must be at least {rule.low:g}, got "
    ):
        kind(**{name: type(rule.default)(rule.low - step)})
    with pytest.raises(
        SettingError, match=rf"^{kind.title}: {rule.label.lower()} must be at most {rule.high:g}, got "
    ):
        kind(**{name: type(rule.default)(rule.high + step)})


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_says_what_a_menu_needs(kind: type[Dataset]) -> None:
    assert kind.title
    assert kind.summary
    assert kind.family in ("points", "table", "images")
    assert bool(kind.citation) == (kind.family != "points")


# Points in the plane


@pytest.mark.parametrize("kind", POINTS, ids=named)
@pytest.mark.parametrize("samples", [10, 11, 501])
def test_makes_as_many_points_as_asked(kind: type[Dataset], samples: int) -> None:
    assert kind(samples=samples).load(seed=3).samples == samples


@pytest.mark.parametrize("kind", CLASSIFIED, ids=named)
def test_classes_are_balanced_and_mixed(kind: type[Dataset]) -> None:
    data = kind(samples=600, noise=0.0).load(seed=4)
    counts = np.bincount(data.targets)
    # Xor's points fall where they fall (deviation 12); all others are counted out.
    assert np.ptp(counts) <= (75 if kind is Xor else 0)
    assert set(data.targets[:60]) == set(range(data.n_classes))


@pytest.mark.parametrize("kind", POINTS, ids=named)
def test_points_fill_the_window(kind: type[Dataset]) -> None:
    inputs = kind(noise=0.0).load(seed=5).inputs
    assert np.abs(inputs).max() <= 7.0
    assert (np.ptp(inputs, axis=0) > 4.0).all()


@pytest.mark.parametrize("spec", [Moons(), Circles(), Blobs(), GaussianQuantiles()], ids=named)
def test_scikit_learns_patterns_move_by_three_times_the_noise(spec: Dataset) -> None:
    # The shuffle comes after the noise in the stream, so compare the unshuffled points.
    quiet = spec.replace(noise=0.0, samples=4000).generate(np.random.default_rng(6))[0]  # type: ignore[attr-defined]
    noisy = spec.replace(noise=0.3, samples=4000).generate(np.random.default_rng(6))[0]  # type: ignore[attr-defined]
    np.testing.assert_allclose((noisy - quiet).std(axis=0), 0.9, rtol=0.05)


def test_moons_are_half_circles_of_radius_three() -> None:
    data = Moons(noise=0.0).load(seed=1)
    points = data.inputs / 3 + (0.5, 0.25)
    upper, lower = points[data.targets == 0], points[data.targets == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1.0, atol=1e-5)
    assert upper[:, 1].min() > -1e-6
    assert lower[:, 1].max() < 0.5 + 1e-6


def test_circles_have_two_radii() -> None:
    data = Circles(noise=0.0).load(seed=1)
    np.testing.assert_allclose(np.hypot(*data.inputs.T), np.where(data.targets == 0, 4.5, 2.25), rtol=1e-5)


@pytest.mark.parametrize("centers", [2, 3, 10])
def test_blobs_lie_around_centers_on_a_circle(centers: int) -> None:
    data = Blobs(centers=centers, samples=300 * centers, noise=0.0).load(seed=2)
    assert data.n_classes == centers
    means = np.array([data.inputs[data.targets == c].mean(axis=0) for c in range(centers)])
    np.testing.assert_allclose(np.hypot(*means.T), 4.0, atol=0.12)
    spread = [data.inputs[data.targets == c].std(axis=0) for c in range(centers)]
    np.testing.assert_allclose(spread, 0.4, rtol=0.15)


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_quantiles_are_nested(classes: int) -> None:
    data = GaussianQuantiles(classes=classes).load(seed=2)
    radius = np.hypot(*data.inputs.T)
    for inner in range(classes - 1):
        assert radius[data.targets == inner].max() <= radius[data.targets == inner + 1].min()


# TensorFlow Playground's formulas


def test_circle_is_a_disc_in_a_ring() -> None:
    data = Circle(samples=4000).load(seed=1)
    radius = np.hypot(*data.inputs.T)
    disc, ring = radius[data.targets == 1], radius[data.targets == 0]
    assert len(disc) == len(ring) == 2000
    assert 0 <= disc.min() < 0.01
    assert 2.49 < disc.max() <= 2.5
    assert 3.5 <= ring.min() < 3.51
    assert 4.99 < ring.max() <= 5.0
    # The radius itself is uniform, so that the points crowd at the center.
    np.testing.assert_allclose(disc.mean(), 1.25, atol=0.05)
    np.testing.assert_allclose(ring.mean(), 4.25, atol=0.03)


@pytest.mark.parametrize(
    ("kind", "ideal"),
    [
        (Circle, lambda x, y: np.hypot(x, y) < 2.5),
        (Xor, lambda x, y: x * y >= 0),
    ],
)
def test_noise_of_circle_and_xor_moves_labels_not_points(kind: type[Dataset], ideal: object) -> None:
    wrong = []
    for noise in (0.0, 0.1, 0.5):
        data = kind(samples=4000, noise=noise).load(seed=2)
        wrong.append(float(np.mean(data.targets != ideal(*data.inputs.T))))  # type: ignore[operator]
        assert np.abs(data.inputs).max() <= 5.3
    assert wrong[0] == 0
    assert 0 < wrong[1] < 0.1
    assert 0.15 < wrong[2] < 0.4
    if kind is Circle:
        assert np.hypot(*data.inputs.T).max() <= 5.0


def test_share_of_wrong_xor_labels_is_the_jitters() -> None:
    # P(x and x + U(-2.5, 2.5) differ in sign) = E max(0, 2.5 - |x|) / 5 with |x| in U(0.3, 5.3): 2.2²/2 / 5 / 5.
    flip = 2.2**2 / 2 / 5 / 5
    data = Xor(samples=20_000, noise=0.5).load(seed=3)
    wrong = np.mean(data.targets != (data.inputs.prod(axis=1) >= 0))
    np.testing.assert_allclose(wrong, 2 * flip * (1 - flip), atol=0.01)


def test_xor_leaves_the_axes_free() -> None:
    size = np.abs(Xor(samples=4000).load(seed=1).inputs)
    assert 0.3 <= size.min() < 0.31
    assert 5.29 < size.max() <= 5.3


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gauss_variance_grows_linearly_with_noise(noise: float, variance: float) -> None:
    data = Gauss(samples=20_000, noise=noise).load(seed=1)
    for label, center in ((1, 2.0), (0, -2.0)):
        cloud = data.inputs[data.targets == label]
        assert len(cloud) == 10_000
        np.testing.assert_allclose(cloud.mean(axis=0), center, atol=0.08)
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.06)
        assert abs(np.corrcoef(cloud.T)[0, 1]) < 0.05


@pytest.mark.parametrize("turns", [1.75, 0.5])
def test_spirals_follow_their_formula(turns: float) -> None:
    data = Spirals(samples=500, turns=turns).load(seed=1)
    i = np.arange(250)
    radius, angle = 5 * i / 250, turns * 2 * np.pi * i / 250
    for label, start in ((1, 0.0), (0, np.pi)):
        arm = data.inputs[data.targets == label]
        arm = arm[np.argsort(np.hypot(*arm.T))]
        expected = np.column_stack([radius * np.sin(angle + start), radius * np.cos(angle + start)])
        np.testing.assert_allclose(arm, expected, atol=1e-5)
    assert Spirals().turns == 1.75


def test_spiral_noise_is_uniform_within_its_size() -> None:
    quiet, labels = Spirals(samples=2000).generate(np.random.default_rng(1))
    noisy, same = Spirals(samples=2000, noise=0.4).generate(np.random.default_rng(1))
    moved = np.abs(noisy - quiet)
    np.testing.assert_array_equal(labels, same)
    assert 0.39 < moved.max() <= 0.4
    np.testing.assert_allclose(moved.mean(), 0.2, atol=0.01)


def test_plane_is_a_tenth_of_the_sum() -> None:
    data = Plane().load(seed=1)
    assert data.samples == 1200
    assert 5.9 < np.abs(data.inputs).max() <= 6.0
    np.testing.assert_allclose(data.targets[:, 0], data.inputs.sum(axis=1) / 10, atol=1e-6)


def test_plane_noise_is_a_jitter_of_the_judged_point() -> None:
    data = Plane(samples=20_000, noise=0.5).load(seed=1)
    error = data.targets[:, 0] - data.inputs.sum(axis=1) / 10
    # Two uniform jitters of half width 3, over ten.
    assert 0.5 < np.abs(error).max() <= 0.6
    np.testing.assert_allclose(error.std(), np.sqrt(2 * 3**2 / 3) / 10, rtol=0.03)


def test_multi_gauss_has_six_cones() -> None:
    spec = MultiGauss()
    centers = [(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)]
    np.testing.assert_allclose(spec.height(np.array(centers, float)), [1, -1, 1, -1, 1, -1])
    probes = np.array([(-4, 3.5), (-3, 2.5), (0, 0), (-2, 2.5), (4, 4.6), (0.5, -2.5)])
    np.testing.assert_allclose(spec.height(probes), [0.5, 0.5, 0, 0, 0, 0.75], atol=1e-12)


def test_multi_gauss_values_stay_within_one() -> None:
    for noise in (0.0, 0.5):
        data = MultiGauss(noise=noise).load(seed=1)
        assert np.abs(data.targets).max() <= 1.0
        assert data.targets.max() > 0.8
        assert data.targets.min() < -0.8
    still = MultiGauss().load(seed=1)
    np.testing.assert_allclose(
        still.targets[:, 0], MultiGauss().height(still.inputs.astype(float)), atol=1e-5
    )


# Tables and images


def test_tables_are_the_known_ones() -> None:
    iris, wine, cancer = (kind().load(seed=0) for kind in (Iris, Wine, BreastCancer))
    assert np.bincount(iris.targets).tolist() == [50, 50, 50]
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names[0] == "sepal length (cm)"
    np.testing.assert_allclose(iris.inputs[0], [5.1, 3.5, 1.4, 0.2], rtol=1e-6)
    assert np.bincount(wine.targets).tolist() == [59, 71, 48]
    assert wine.feature_names[-1] == "proline"
    assert wine.inputs.max() == 1680
    assert np.bincount(cancer.targets).tolist() == [212, 357]
    assert cancer.class_names == ("malignant", "benign")


def test_digits_are_scaled_to_one() -> None:
    data = Digits().load(seed=0)
    assert data.inputs.shape == (1797, 8, 8, 1)
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(data.inputs * 16, np.rint(data.inputs * 16))


def test_mnist_is_the_first_ten_thousand() -> None:
    data = MnistSubset().load(seed=0)
    assert data.inputs.shape == (10_000, 28, 28, 1)
    assert np.bincount(data.targets).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    # Mean and deviation of these pixels, computed from the official files.
    np.testing.assert_allclose(data.inputs.mean(dtype=np.float64), 0.131126, atol=1e-6)
    np.testing.assert_allclose(data.inputs.std(dtype=np.float64), 0.308699, atol=1e-6)
    # Mixed: any run of 500 shows every digit.
    assert all(len(set(data.targets[i : i + 500])) == 10 for i in range(0, 10_000, 500))


def test_mnist_chooses_without_repetition() -> None:
    data = MnistSubset(samples=500).load(seed=5)
    everything = {image.tobytes() for image in MnistSubset().load(seed=0).inputs}
    chosen = {image.tobytes() for image in data.inputs}
    assert data.samples == len(chosen) == 500
    assert len(everything) == 10_000
    assert chosen <= everything


def test_mnist_file_is_small() -> None:
    assert resource("datasets", "mnist_10000.npz").stat().st_size < 2_000_000
    assert "CC BY-SA 3.0" in resource("datasets", "mnist_10000.md").read_text(encoding="utf-8")


# Data


INPUTS = np.zeros((3, 2), np.float32)


@pytest.mark.parametrize(
    ("inputs", "targets", "more", "sentence"),
    [
        (np.zeros(3), [0, 1, 0], {}, "inputs must be .* got an array of shape \\(3,\\)"),
        (np.zeros((0, 2)), [], {}, "at least one number"),
        ([[0, np.nan]] * 3, [0, 1, 0], {}, "inputs must be finite numbers, got nan in sample 0 at \\(1,\\)"),
        ([[0, 1e39]], [0], {}, "inputs must be finite numbers, got 1e\\+39 in sample 0"),
        (INPUTS, [0, 1], {}, "one class per sample \\(3\\), got an array of shape \\(2,\\)"),
        (INPUTS, [0.0, 1.0, 0.5], {}, "classes must be whole numbers, got an array of float64"),
        (INPUTS, [0, -1, 1], {}, "classes must be at least 0, got -1"),
        (INPUTS, [0, 1, 2], {"class_names": ("a", "b")}, "below the number of class names \\(2\\), got 2"),
        (INPUTS, [0, 1, 1], {"feature_names": ("a",)}, "one per column, got 1 names"),
        (
            INPUTS,
            [0.0, 1.0, 1.0],
            {"task": "regression"},
            "must be \\(3, outputs\\), got an array of shape \\(3,\\)",
        ),
        (INPUTS, [[np.inf], [0], [0]], {"task": "regression"}, "targets must be finite numbers, got inf"),
        (INPUTS, [[0]] * 3, {"task": "regression", "class_names": ("a",)}, "must have no class names"),
        (INPUTS, [0, 1, 1], {"task": "sorting"}, "task must be classification or regression, got 'sorting'"),
    ],
)
def test_data_that_disagree_are_refused(inputs, targets, more, sentence) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        Data(inputs, np.array(targets), **{"task": "classification", **more})


def test_data_take_keeps_the_classes() -> None:
    data = Data(
        np.arange(6).reshape(3, 2), np.array([0, 2, 1]), "classification", ("a", "b", "c"), ("p", "q")
    )
    part = data.take(np.array([2, 0]))
    assert part.inputs.tolist() == [[4, 5], [0, 1]]
    assert part.targets.tolist() == [1, 0]
    assert part.n_classes == 3
    assert part.feature_names == ("p", "q")


def test_data_leave_the_callers_array_writeable() -> None:
    inputs = np.zeros((2, 2), np.float32)
    Data(inputs, np.array([0, 1]), "classification")
    inputs[0] = 1


def test_import_loads_neither_qt_nor_scikit_learn() -> None:
    code = (
        "import sys, core.data.datasets, core.data.features as f;"
        "core.data.datasets.Spirals().load(1), core.data.datasets.MnistSubset(samples=100).load(1);"
        "print([m for m in ('PySide6', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
