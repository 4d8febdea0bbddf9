"""TensorFlow Playground's patterns of points follow its formulas."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import DATASETS, Blobs, Circle, Dataset, Plane, Spirals, Xor
from core.data.datasets.point_dataset import PointKind
from tests.core.kinds import kind_id

KINDS = list(DATASETS)


POINTS = [kind for kind in KINDS if issubclass(kind, PointKind)]


CLASSIFIED = [kind for kind in POINTS if kind().n_classes]


@pytest.mark.parametrize("kind", POINTS, ids=kind_id)
@pytest.mark.parametrize("samples", [10, 11, 501])
def test_makes_as_many_points_as_asked(kind: type[Dataset], samples: int) -> None:
    assert kind(samples=samples).load(seed=3).samples == samples


@pytest.mark.parametrize("kind", CLASSIFIED, ids=kind_id)
def test_classes_are_balanced_and_mixed(kind: type[Dataset]) -> None:
    data = kind(samples=600, noise=0.0).load(seed=4)
    counts = np.bincount(data.targets)
    # Xor is not balanced (standard deviation 12); all others are.
    assert np.ptp(counts) <= (75 if kind is Xor else 0)
    assert set(data.targets[:60]) == set(range(data.n_classes))


@pytest.mark.parametrize("kind", POINTS, ids=kind_id)
def test_points_fill_the_window(kind: type[Dataset]) -> None:
    inputs = kind(noise=0.0).load(seed=5).inputs
    assert np.abs(inputs).max() <= 7.0
    assert (np.ptp(inputs, axis=0) > 4.0).all()


def test_circle_is_a_disc_in_a_ring() -> None:
    data = Circle(samples=4000).load(seed=1)
    radius = np.hypot(*data.inputs.T)
    disc, ring = radius[data.targets == 1], radius[data.targets == 0]
    assert len(disc) == len(ring) == 2000
    assert 0 <= disc.min() < 0.01
    assert 2.49 < disc.max() <= 2.5
    assert 3.5 <= ring.min() < 3.51
    assert 4.99 < ring.max() <= 5.0
    # The radius is uniform, so the points concentrate at the center.
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
    data = Blobs(form="pair", samples=20_000, noise=noise).load(seed=1)
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
    spec = Blobs(form="hills", noise=0.0)
    centers = [(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)]
    np.testing.assert_allclose(spec.height(np.array(centers, float)), [1, -1, 1, -1, 1, -1])
    probes = np.array([(-4, 3.5), (-3, 2.5), (0, 0), (-2, 2.5), (4, 4.6), (0.5, -2.5)])
    np.testing.assert_allclose(spec.height(probes), [0.5, 0.5, 0, 0, 0, 0.75], atol=1e-12)


def test_multi_gauss_values_stay_within_one() -> None:
    for noise in (0.0, 0.5):
        data = Blobs(form="hills", noise=noise).load(seed=1)
        assert np.abs(data.targets).max() <= 1.0
        assert data.targets.max() > 0.8
        assert data.targets.min() < -0.8
    still = Blobs(form="hills", noise=0.0).load(seed=1)
    np.testing.assert_allclose(
        still.targets[:, 0], Blobs(form="hills", noise=0.0).height(still.inputs.astype(float)), atol=1e-5
    )
