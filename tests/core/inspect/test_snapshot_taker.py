"""Snapshots: true to the network, oriented as documented, independent of further training."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Moons, Wine
from core.data.features import build_features
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import presets
from core.inspect import snapshot_taker
from core.inspect.classics import ClassicPart
from core.inspect.findings import FindingsPart
from core.inspect.neuron import NeuronPart
from core.inspect.snapshot import PARTS, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker, ThrottledCache
from core.io.number_text import loss_text
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start

ALL = {"moons": MOONS, "blobs": BLOBS, "hills": HILLS, "iris": IRIS, "digits": DIGITS}


@pytest.mark.parametrize("name", ["moons", "blobs", "hills"])
def test_maps_show_every_neuron(name: str) -> None:
    trainer, prepared, taker = start(ALL[name])
    picture = taker.take(SnapshotRequest(grid=40))
    seen = trainer.network.layer_outputs(prepared.grid_inputs(40))
    for layer, outputs in zip(picture.layers[:-1], seen[:-1], strict=True):
        assert layer.maps is not None
        expected = np.clip(outputs.reshape(40, 40, -1).transpose(2, 0, 1), -1, 1)
        np.testing.assert_array_equal(layer.maps, expected)
    assert picture.boundary is not None
    last = picture.layers[-1].maps
    np.testing.assert_array_equal(last, np.clip(picture.boundary.transpose(2, 0, 1), -1, 1))


def test_maps_are_thinned() -> None:
    _, _, taker = start(MOONS, 0)
    small, large = (taker.take(SnapshotRequest(grid=grid)).layers[0].maps for grid in (50, 100))
    assert small is not None
    assert large is not None
    assert small.shape == large.shape == (5, 50, 50)
    assert taker.take(SnapshotRequest(maps=False)).layers[0].maps is None


def test_one_feature_is_not_spoilt_by_its_own_picture() -> None:
    trainer, prepared, taker = start(MOONS.replace(features=("x1",)), 0)
    picture = taker.take(SnapshotRequest(grid=30))
    expected = trainer.network.predict(build_features(prepared.plane.grid(30), ("x1",)))
    assert picture.boundary is not None
    np.testing.assert_array_equal(picture.boundary.ravel(), prepared.encoding.to_signed(expected).ravel())


def test_large_values_of_a_regression_are_clipped_in_maps_only() -> None:
    trainer, _, taker = start(HILLS, 0)
    trainer.network.parameters *= 50.0
    picture = taker.take(SnapshotRequest(grid=30))
    assert picture.boundary is not None
    assert picture.layers[-1].maps is not None
    assert np.abs(picture.boundary).max() > 2.0
    assert np.abs(picture.layers[-1].maps).max() == 1.0


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_the_chosen_sample_goes_through_the_layers(name: str) -> None:
    trainer, prepared, taker = start(ALL[name])
    picture = taker.take(SnapshotRequest(sample=5))
    assert picture.sample is not None
    np.testing.assert_array_equal(picture.sample, prepared.test.inputs[5])
    for layer, outputs in zip(
        picture.layers, trainer.network.layer_outputs(picture.sample[None]), strict=True
    ):
        np.testing.assert_array_equal(layer.activations, outputs[0])
        assert (layer.maps is None) == (name == "digits")
    assert picture.sample_output is not None
    np.testing.assert_allclose(picture.sample_output.sum(), 1.0, rtol=1e-6)
    assert picture.feature_maps is None
    for row, samples, found in ((10_000, prepared.test, -1), (~3, prepared.train, 3)):
        np.testing.assert_array_equal(taker.take(SnapshotRequest(sample=row)).sample, samples.inputs[found])


def test_points_have_no_sample() -> None:
    picture = start(MOONS)[2].take(SnapshotRequest())
    assert picture.sample is None
    assert picture.sample_output is None
    assert all(layer.activations is None for layer in picture.layers)


@pytest.mark.parametrize("name", ["moons", "blobs", "iris", "digits"])
def test_the_confusion_matrix_counts_the_test_part(name: str) -> None:
    trainer, prepared, taker = start(ALL[name], 3)
    picture = taker.take(SnapshotRequest())
    confusion = picture.confusion
    assert confusion is not None
    assert confusion.sum() == len(prepared.test)
    np.testing.assert_array_equal(
        confusion.sum(axis=1), np.bincount(prepared.test.labels, minlength=len(confusion))
    )
    assert np.trace(confusion) / confusion.sum() == pytest.approx(trainer.figures.test.score)
    assert picture.figures.test == trainer.figures.test
    assert picture.figures == trainer.figures
    assert (picture.figures.place.epoch, picture.evaluated.count) == (trainer.epoch, len(prepared.test))
    assert taker.take(SnapshotRequest()).evaluated is picture.evaluated


def test_a_regression_has_the_predicted_values_of_the_test_part() -> None:
    trainer, prepared, taker = start(HILLS, 3)
    found = taker.take(SnapshotRequest()).evaluated
    assert found.confusion is None
    assert found.predicted is not None
    expected = prepared.encoding.to_values(trainer.network.predict(prepared.test.inputs))
    np.testing.assert_allclose(found.predicted, expected, rtol=1e-5, atol=1e-6)


def test_pictures_do_not_disturb_the_training() -> None:
    looked_at, _, taker = start(DIGITS, 0)
    alone, _, _ = start(DIGITS, 0)
    for _ in range(20):
        looked_at.step()
        taker.take(SnapshotRequest(grid=16))
        alone.step()
    np.testing.assert_array_equal(looked_at.network.parameters, alone.network.parameters)


@pytest.mark.parametrize("scale", [1e10, 1e30, np.inf, np.nan])
@pytest.mark.parametrize("name", ["moons", "hills", "digits"])
def test_weights_that_ran_away_can_be_looked_at_without_a_warning(name: str, scale: float) -> None:
    trainer, prepared, taker = start(ALL[name], 0)
    with np.errstate(all="ignore"):
        trainer.network.parameters[:] = np.float32(scale)
    picture = taker.take(SnapshotRequest(grid=16))
    assert picture.boundary is not None
    assert picture.boundary.shape[:2] == (16, 16)
    trainer.network.predict(prepared.test.inputs)
    trainer.evaluate(prepared.test)


def test_findings_wait_while_training_and_come_at_once_at_rest() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
    request = SnapshotRequest(grid=16, parts={FindingsPart.kind: True})
    first = taker.take(request, running=True).part(FindingsPart)
    assert [finding.kind for finding in first] == ["unscaled"]
    assert taker.take(request, running=True).part(FindingsPart) is first
    # A changed experiment is examined at once: its fixes differ.
    taker.experiment = experiment.with_training(batch_size=20)
    changed = taker.take(request, running=True).part(FindingsPart)
    assert changed[0].experiment.training.batch_size == 20


def test_after_a_failure_the_last_picture_comes_with_new_findings() -> None:
    experiment = Experiment(dataset=Moons(samples=60), layers=(Dense(4, Tanh()),))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    assert taker.take_after_failure() is None
    last = taker.take(SnapshotRequest(grid=16, parts={FindingsPart.kind: True}))
    assert last.part(FindingsPart) == ()
    trainer.network.parameters[0] = np.nan
    failed = taker.take_after_failure()
    assert failed is not None
    assert failed.boundary is last.boundary
    assert [finding.kind for finding in failed.part(FindingsPart)] == ["diverging"]


def test_what_tells_of_figures_is_taken_again_when_all_samples_are_measured() -> None:
    for kind in PARTS:
        source = Path(sys.modules[kind.__module__].__file__ or "").read_text(encoding="utf-8")
        assert kind.of_figures == ("trainer.figures" in source or "Doctor(" in source), kind
    names = next(preset for preset in presets() if preset.short == "names")
    classic, prepared = names.classic, prepare(names.experiment)
    trainer = make_trainer(names.experiment, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, names.experiment)
    trainer.step()
    part = taker.take(SnapshotRequest(parts={ClassicPart.kind: classic}))
    trainer.measure()
    rest = taker.take_evaluated()
    assert rest is not None
    assert part.figures.test.is_part
    assert not rest.figures.test.is_part
    assert loss_text(rest.figures.test.loss) in rest.part(ClassicPart).text


def test_a_lens_looks_at_the_chosen_sample() -> None:
    experiment = Experiment(dataset=Moons(samples=60), layers=(Dense(4, Tanh()),))
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
    assert taker.take(SnapshotRequest(grid=16)).part(NeuronPart) is None
    seen = taker.take(SnapshotRequest(grid=16, sample=5, neuron=(0, 2))).part(NeuronPart)
    trace = seen and seen.trace
    assert trace is not None
    assert (trace.sample, trace.layer, trace.unit) == (5, 0, 2)
    np.testing.assert_allclose(trace.inputs, prepared.test.inputs[5])
    # A request for a removed neuron is ignored.
    assert taker.take(SnapshotRequest(grid=16, neuron=(0, 9))).part(NeuronPart) is None
    assert taker.take(SnapshotRequest(grid=16, neuron=(7, 0))).part(NeuronPart) is None


def test_while_training_on_images_the_plane_waits_and_other_parts_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer, _, taker = start(DIGITS)
    # Each look at the clock takes a second.
    monkeypatch.setattr(snapshot_taker, "perf_counter", itertools.count().__next__)
    request = SnapshotRequest(pixels=40)
    first = taker.take(request, running=True)
    trainer.run_epoch()
    second = taker.take(request, running=True)
    assert second.boundary is first.boundary
    assert second.image is first.image
    assert not np.array_equal(second.layers[-1].kernel, first.layers[-1].kernel)
    assert taker.take(SnapshotRequest(pixels=50), running=True).boundary is not first.boundary
    trainer.run_epoch()
    at_rest = taker.take(request)
    assert at_rest.boundary is not first.boundary
    trainer.run_epoch()
    monkeypatch.setattr(snapshot_taker, "perf_counter", itertools.count(1_000).__next__)
    assert taker.take(request, running=True).boundary is not at_rest.boundary


def test_while_training_on_points_no_part_waits() -> None:
    trainer, _, taker = start(MOONS)
    first = taker.take(SnapshotRequest(), running=True)
    trainer.step()
    assert taker.take(SnapshotRequest(), running=True).boundary is not first.boundary


See = Callable[..., int]


class Clock:
    """A manual clock."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(snapshot_taker, "perf_counter", clock)
    return clock


@pytest.fixture
def see(clock: Clock) -> See:
    """Counts the calls, each of which takes `spent` seconds."""
    looked, pace = 0, ThrottledCache[int](seconds=1.0, share=0.1)

    def see(subject: object = "a", *, running: bool = True, spent: float = 0.0) -> int:
        def look() -> int:
            nonlocal looked
            clock.now += spent
            looked += 1
            return looked

        return pace.get(look, subject, running=running)

    return see


def test_while_running_it_looks_once_in_its_time(see: See, clock: Clock) -> None:
    assert [see(), see()] == [1, 1]
    clock.now += 0.99
    assert see() == 1
    clock.now += 0.01
    assert see() == 2


def test_what_takes_long_comes_more_seldom(see: See, clock: Clock) -> None:
    see(spent=0.5)
    clock.now += 4.4
    assert see() == 1
    clock.now += 0.2
    assert see() == 2


def test_another_subject_does_not_wait(see: See) -> None:
    assert [see("a"), see("b"), see("b"), see("a")] == [1, 2, 2, 3]


def test_at_rest_it_looks_every_time(see: See) -> None:
    assert [see(running=False), see(running=False), see()] == [1, 2, 2]
