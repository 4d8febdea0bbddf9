from __future__ import annotations

import numpy as np
import pytest

from core.experiment.prepare import make_trainer, prepare
from core.nn import Activation, Flatten
from core.nn.network import Network
from core.probes.loss_landscape import LossLandscape, _filter_normalized, loss_landscape
from core.probes.subject import Subject
from tests.core.inspect.started import BLOBS, DIGITS, IRIS
from tests.core.trainers import with_changes


@pytest.fixture(scope="module")
def walked() -> tuple[Subject, list[np.ndarray]]:
    prepared = prepare(IRIS)
    trainer = make_trainer(IRIS, prepared, evaluate=False)
    path = []
    for _ in range(12):
        path.append(trainer.network.parameters.copy())
        trainer.run_epoch()
    return Subject.of_trainer(IRIS, prepared, trainer), path


def test_the_middle_of_a_random_plane_is_the_network_itself(walked: tuple[Subject, list[np.ndarray]]) -> None:
    subject, path = walked
    seen: list[LossLandscape] = []
    found = loss_landscape(subject, path, "random", seen.append, points=21)
    assert found.losses.shape == (21, 21)
    assert found.losses[10, 10] == pytest.approx(found.here.loss)
    assert found.here.loss == pytest.approx(subject.trainer().evaluate(subject.prepared.train).loss)
    assert found.losses.max() > 3.0 * found.here.loss
    assert [each.share for each in seen] == sorted(each.share for each in seen)
    assert np.isfinite(seen[len(seen) // 2].losses).all(), "coarse ones fill the picture first"
    np.testing.assert_array_equal(loss_landscape(subject, path, points=21).losses, found.losses)


def test_points_of_the_plane_are_the_losses_of_moved_weights(
    walked: tuple[Subject, list[np.ndarray]],
) -> None:
    subject, path = walked
    found = loss_landscape(subject, path, "path", points=15)
    # The path lies in its plane but for a few percent, so that its losses are those of the picture.
    assert sum(found.shares) > 0.9
    assert found.shares[0] > found.shares[1]
    assert found.path[-1] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert found.path.shape == (13, 2)
    for axis, places in ((found.x, found.path[:, 0]), (found.y, found.path[:, 1])):
        assert axis[0] < places.min()
        assert places.max() < axis[-1]
    trainer = subject.trainer()
    trainer.network.parameters[...] = path[0]
    start = trainer.evaluate(subject.prepared.train).loss
    row = int(np.argmin(np.abs(found.y - found.path[0, 1])))
    column = int(np.argmin(np.abs(found.x - found.path[0, 0])))
    assert found.losses[row, column] == pytest.approx(start, rel=0.25)
    assert "of the way that training went" in found.sentence


def test_directions_are_as_long_as_the_filters() -> None:
    network = Network(DIGITS.stack(), DIGITS.input_shape, seed=3)
    direction = Network(network.layers, network.input_shape, seed=None)
    direction.parameters[...] = _filter_normalized(network, np.random.default_rng(0))
    for mine, views in zip(direction.weights, network.weights, strict=True):
        for name, weights in views.items():
            if weights.ndim > 1:
                lengths = np.linalg.norm(mine[name], axis=0)
                np.testing.assert_allclose(lengths, np.linalg.norm(weights, axis=0), rtol=1e-5)
            else:
                assert not mine[name].any()


def test_a_straight_path_has_a_plane_too(walked: tuple[Subject, list[np.ndarray]]) -> None:
    subject, path = walked
    end = subject.trainer().network.parameters.copy()
    straight = [end + part * (path[0] - end) for part in (1.0, 0.75, 0.5, 0.25)]
    found = loss_landscape(subject, straight, "path", points=11)
    assert np.isfinite(found.losses).all()
    assert found.shares[0] == pytest.approx(1.0)


def test_moments_of_another_network_are_left_out(walked: tuple[Subject, list[np.ndarray]]) -> None:
    subject, path = walked
    found = loss_landscape(subject, [*path, np.ones(3), path[0] * np.nan], "path", points=11)
    assert found.path.shape == (13, 2)


def test_what_has_no_plane_is_told_in_a_sentence(walked: tuple[Subject, list[np.ndarray]]) -> None:
    subject, path = walked
    with pytest.raises(ValueError, match="needs at least two earlier moments of this run"):
        loss_landscape(subject, path[:1], "path")
    assert not len(loss_landscape(subject, (), points=11).path)


def test_a_cancelled_landscape_ends_within_a_row(walked: tuple[Subject, list[np.ndarray]]) -> None:
    class CancelledError(Exception):
        pass

    def report(progress: LossLandscape) -> None:
        if progress.share > 0.1:
            raise CancelledError

    with pytest.raises(CancelledError):
        loss_landscape(walked[0], (), "random", report)


def test_weights_far_away_give_no_warning() -> None:
    experiment = with_changes(BLOBS, layers=(Flatten(), Activation("linear"), *BLOBS.layers))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, evaluate=False)
    far = trainer.network.parameters + np.float32(1e30)
    found = loss_landscape(
        Subject.of_trainer(experiment, prepared, trainer), [far, far * 0.5], "path", points=11
    )
    assert not np.isnan(found.losses).any()
