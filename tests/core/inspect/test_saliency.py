"""Saliency: gradients against finite differences and PyTorch, occlusion against a plain loop, no side effects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.data.datasets import Digits
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.saliency import Saliency, SaliencyPart, patches
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from core.nn.interventions import Intervention
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.train.training_config import TrainingConfig

RNG = np.random.default_rng(5)
SHAPE = (9, 8, 2)
SAMPLE = RNG.random(SHAPE)
CONVOLVED = [
    Conv2D(3, activation=Tanh()),
    MaxPooling2D(),
    BatchNormalization(),
    Flatten(),
    Dropout(0.5),
    Dense(6),
]
TEN = TargetEncoding(3, 3)


def network_of(layers: Sequence[Layer], outputs: int = 3, function: Layer | None = None) -> Network:
    last = Dense(outputs, activation=function or Softmax())
    return Network([*layers, last], SHAPE, dtype=np.float64, seed=2)


@pytest.mark.parametrize(
    ("layers", "name"),
    [(CONVOLVED, "convolved"), ([Flatten(), Dense(5, activation=Tanh())], "dense"), ([Flatten()], "none")],
)
@pytest.mark.parametrize("label", [0, 2])
def test_the_gradient_is_that_of_finite_differences(layers: list[Layer], name: str, label: int) -> None:
    network = network_of(layers)
    # The score is the pre-activation of the softmax: that of a network with a linear output.
    linear = Network([*layers, Dense(3)], SHAPE, dtype=np.float64)
    linear.parameters[...], linear.state[...] = network.parameters, network.state
    found, step = Saliency(network, TEN).gradient(SAMPLE, label), 1e-6
    assert found.shape == SHAPE
    for place in [(0, 0, 0), (4, 3, 1), (8, 7, 0), (2, 6, 1)]:
        up, down = SAMPLE.copy(), SAMPLE.copy()
        up[place] += step
        down[place] -= step
        high, low = (float(linear.predict(x[None])[0, label]) for x in (up, down))
        assert found[place] == pytest.approx((high - low) / (2 * step), abs=1e-7)


def test_held_neurons_are_held_in_the_gradient_too() -> None:
    layers = [Flatten(), Dense(5, activation=Tanh()), Dense(4, activation=Tanh())]
    network = network_of(layers)
    network.intervene([Intervention("mute", 1, 2), Intervention("clamp", 2, 0, value=0.7)])
    linear = Network([*layers, Dense(3)], SHAPE, dtype=np.float64)
    linear.parameters[...] = network.parameters
    linear.intervene([Intervention("mute", 1, 2), Intervention("clamp", 2, 0, value=0.7)])
    saliency, step = Saliency(network, TEN), 1e-6
    up, down = SAMPLE.copy(), SAMPLE.copy()
    up[4, 3, 1] += step
    down[4, 3, 1] -= step
    high, low = (float(linear.predict(x[None])[0, 1]) for x in (up, down))
    held = saliency.gradient(SAMPLE, 1)[4, 3, 1]
    assert held == pytest.approx((high - low) / (2 * step), abs=1e-7)
    network.intervene([])
    assert saliency.gradient(SAMPLE, 1)[4, 3, 1] != pytest.approx(held, abs=1e-5)


def test_of_two_classes_on_one_output_the_first_has_the_opposite_slope() -> None:
    saliency = Saliency(network_of([Flatten()], 1, Sigmoid()), TargetEncoding(2, 1))
    np.testing.assert_allclose(saliency.gradient(SAMPLE, 0), -saliency.gradient(SAMPLE, 1))


def test_the_pictures_follow_from_the_gradient() -> None:
    saliency = Saliency(network_of(CONVOLVED), TEN)
    plain, inked = (saliency.explain(SAMPLE, kind) for kind in ("gradient", "gradient_input"))
    slope = saliency.gradient(SAMPLE, plain.label)
    np.testing.assert_allclose(plain.values, np.abs(slope).max(axis=2), rtol=1e-5)
    np.testing.assert_allclose(inked.values, (slope * SAMPLE).sum(axis=2), rtol=1e-4, atol=1e-7)
    assert plain.values.shape == SHAPE[:2]
    assert plain.peak == pytest.approx(float(plain.values.max()))
    assert plain.label == int(np.argmax(network_of(CONVOLVED).predict(SAMPLE[None])))


def test_occlusion_is_what_a_plain_loop_says() -> None:
    network, label = network_of(CONVOLVED), 1
    corners, side = patches(SHAPE)
    cover = np.median(SAMPLE, axis=(0, 1))
    before = network.predict(SAMPLE[None])[0, label]
    drops: dict[tuple[int, int], list[float]] = {}
    for top, left in corners:
        hidden = SAMPLE.copy()
        for y in range(top, top + side):
            for x in range(left, left + side):
                hidden[y, x] = cover
        drop = before - network.predict(hidden[None])[0, label]
        for y in range(top, top + side):
            for x in range(left, left + side):
                drops.setdefault((y, x), []).append(drop)
    wanted = np.array([[np.mean(drops[y, x]) for x in range(SHAPE[1])] for y in range(SHAPE[0])])
    np.testing.assert_allclose(Saliency(network, TEN).occlusion(SAMPLE, label), wanted, atol=1e-12)


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 1), (3, 50, 3), (1, 1, 1), (29, 30, 1)])
def test_patches_cover_every_pixel_and_stay_inside(shape: tuple[int, ...]) -> None:
    corners, side = patches(shape)
    seen = np.zeros(shape[:2], int)
    for top, left in corners:
        assert top + side <= shape[0]
        assert left + side <= shape[1]
        seen[top : top + side, left : left + side] += 1
    assert seen.min() >= 1


def test_covering_what_does_not_matter_drops_nothing() -> None:
    network = network_of([Flatten()])
    network.weights[1]["kernel"][...] = 0.0
    picture = Saliency(network, TEN).explain(SAMPLE, "occlusion")
    assert picture.peak < 1e-12


@pytest.mark.parametrize("kind", ["gradient", "gradient_input", "occlusion"])
def test_the_camera_explains_the_chosen_image_and_disturbs_nothing(kind: str) -> None:
    experiment = Experiment(
        dataset=Digits(size="28x28", samples=200),
        layers=(Flatten(), Dense(8, activation=ReLU()), Dropout(0.3)),
        training=TrainingConfig(loss=CrossEntropy()),
    )
    prepared = prepare(experiment)
    trainer, twin = (make_trainer(experiment, prepared) for _ in range(2))
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    request = SnapshotRequest(grid=16, sample=3, parts={"saliency": kind})
    for _ in range(3):
        trainer.step()
        twin.step()
        picture = taker.take(request, running=True).part(SaliencyPart)
        assert picture is not None
        assert (picture.kind, picture.values.shape) == (kind, (28, 28))
    np.testing.assert_array_equal(trainer.network.parameters, twin.network.parameters)
    other = taker.take(SnapshotRequest(grid=16, sample=4, parts={"saliency": kind}), running=True)
    found = other.part(SaliencyPart)
    assert found is not None
    expected = Saliency(trainer.network, trainer.encoding).explain(prepared.test.inputs[4], kind)
    np.testing.assert_array_equal(found.values, expected.values)
    assert taker.take(SnapshotRequest(grid=16), running=True).part(SaliencyPart) is None


@pytest.mark.foreign
def test_the_gradient_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    network = network_of([Flatten(), Dense(7, activation=Tanh())])
    hidden, last = network.weights[1], network.weights[2]
    x = torch.tensor(SAMPLE.reshape(1, -1), requires_grad=True)
    score = torch.tanh(x @ torch.tensor(hidden["kernel"]) + torch.tensor(hidden["bias"]))
    score = score @ torch.tensor(last["kernel"]) + torch.tensor(last["bias"])
    score[0, 1].backward()
    found = Saliency(network, TEN).gradient(SAMPLE, 1)
    np.testing.assert_allclose(found.ravel(), x.grad.numpy().ravel(), atol=1e-12)
