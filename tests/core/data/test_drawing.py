"""Drawings are normalized like the dataset: cropped, scaled, antialiased and centered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits, Standardize
from core.data.drawing import Drawing, DrawingNormalizer, extract_ink
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.found_samples import DrawingPart
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Flatten, ReLU
from core.nn.losses import CrossEntropy
from core.spec.arrays import Array
from core.train.training_config import TrainingConfig

SIDE = 280
MNIST = DrawingNormalizer((28, 28, 1), longer_side=20, by_mass=True)


def sheet(top: int, bottom: int, left: int, right: int) -> Array:
    """A rectangle of ink."""
    made = np.zeros((SIDE, SIDE))
    made[top:bottom, left:right] = 1.0
    return made


def inked(image: Array) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(image[..., 0].max(axis=axis) > 0) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def framed(drawn: Array, normalizer: DrawingNormalizer = MNIST) -> Array:
    made = normalizer.sample(drawn)
    assert made is not None
    assert made.dtype == np.float32
    return made


def test_the_rule_is_found_in_the_images() -> None:
    assert DrawingNormalizer.of(Digits(size="28x28").load(0).inputs) == MNIST
    assert DrawingNormalizer.of(Digits().load(0).inputs) == DrawingNormalizer((8, 8, 1), longer_side=8)


def test_black_on_white_is_seen_in_the_images() -> None:
    assert DrawingNormalizer.of(1.0 - Digits(size="28x28", samples=200).load(0).inputs) == DrawingNormalizer(
        (28, 28, 1), 20, True, paper=1.0
    )


def test_colours_and_photographs_are_taken_whole() -> None:
    rng = np.random.default_rng(0)
    assert DrawingNormalizer.of(rng.random((50, 16, 16, 3))) == DrawingNormalizer((16, 16, 3), paper=1.0)
    assert DrawingNormalizer.of(0.2 + 0.6 * rng.random((50, 16, 16, 1))).longer_side is None


def test_images_of_nothing_have_no_rule() -> None:
    assert DrawingNormalizer.of(np.zeros((5, 28, 28, 1))) == DrawingNormalizer((28, 28, 1))


def test_the_longer_side_becomes_twenty_pixels_and_the_aspect_stays() -> None:
    top, bottom, left, right = inked(framed(sheet(10, 90, 200, 240)))
    assert (bottom - top, right - left) == (20, 10)
    top, bottom, left, right = inked(framed(sheet(0, 50, 0, 200)))
    assert (bottom - top, right - left) == (5, 20)


def test_the_centre_of_mass_comes_into_the_middle_pixel() -> None:
    drawn = sheet(20, 60, 20, 220) + sheet(60, 220, 20, 60)  # heavy at its top left
    image = framed(drawn)[..., 0].astype(np.float64)
    rows = image.sum(axis=1) @ np.arange(28) / image.sum()
    columns = image.sum(axis=0) @ np.arange(28) / image.sum()
    assert abs(rows - 14) <= 0.5
    assert abs(columns - 14) <= 0.5
    top, bottom, _, _ = inked(framed(drawn))
    assert (top + bottom) / 2 > 15


def test_nothing_is_cut_off_at_the_edge() -> None:
    drawn = sheet(0, 8, 0, 280) + 0.25 * sheet(8, 280, 138, 142)  # nearly all mass at the top edge
    top, bottom, _, _ = inked(framed(drawn))
    assert bottom == 28
    assert top == 8


@pytest.mark.parametrize("offset", [(0, 0), (37, 5), (100, 140)])
def test_the_place_on_the_sheet_does_not_matter(offset: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    shape = np.kron((rng.random((12, 9)) > 0.4).astype(float), np.ones((10, 10)))
    here, there = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    here[20:140, 30:120] = shape
    down, across = offset
    there[down : down + 120, across : across + 90] = shape
    np.testing.assert_allclose(framed(here), framed(there), atol=1e-6)


def test_edges_are_soft() -> None:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    disc = ((rows - 140) ** 2 + (columns - 140) ** 2 < 90**2).astype(float)
    image = framed(disc)[..., 0]
    grey = (image > 0.05) & (image < 0.95)
    assert 20 < grey.sum() < 120
    # Averaging preserves the ink: 20 / 180 of the side in each direction.
    assert image.sum() == pytest.approx(disc.sum() / 81, rel=0.02)


def test_an_empty_sheet_is_no_sample() -> None:
    assert MNIST.sample(np.zeros((SIDE, SIDE))) is None
    assert DrawingNormalizer((8, 8, 3), paper=1.0).sample(np.ones((SIDE, SIDE, 3))) is None


def test_specks_that_an_eraser_leaves_do_not_count() -> None:
    speck = sheet(5, 6, 5, 7)
    assert MNIST.sample(speck) is None
    drawn = sheet(100, 200, 120, 180)
    np.testing.assert_allclose(framed(drawn + speck), framed(drawn))


def test_a_mnist_digit_comes_back_as_it_was() -> None:
    digits = np.asarray(Digits(size="28x28", samples=200).load(0).inputs, np.float64)
    apart = [np.abs(framed(np.kron(digit[..., 0], np.ones((10, 10)))) - digit).mean() for digit in digits]
    assert np.mean(apart) < 0.002
    assert np.median(apart) < 1e-3


def test_small_digits_come_back_as_they_were() -> None:
    data = Digits().load(0)
    normalizer = DrawingNormalizer.of(data.inputs)
    apart = [
        np.abs(framed(np.kron(digit[..., 0], np.ones((35, 35))), normalizer) - digit).mean()
        for digit in np.asarray(data.inputs[:200], np.float64)
    ]
    assert np.median(apart) < 0.01


def test_colours_are_only_scaled() -> None:
    colours = np.ones((SIDE, SIDE, 3))
    colours[:140, :, 0] = 0.0
    image = framed(colours, DrawingNormalizer((4, 4, 3), paper=1.0))
    np.testing.assert_allclose(image[:2], np.tile([0.0, 1.0, 1.0], (2, 4, 1)))
    np.testing.assert_allclose(image[2:], 1.0)


def test_ink_on_white_paper_where_the_images_are_so() -> None:
    dark = framed(sheet(40, 240, 100, 180), DrawingNormalizer((28, 28, 1), 20, True, paper=1.0))
    np.testing.assert_allclose(dark, 1.0 - framed(sheet(40, 240, 100, 180)), atol=1e-6)


def test_ink_is_what_differs_from_the_edge() -> None:
    picture = np.full((50, 50), 0.9)
    picture[20:30, 20:30] = 0.1
    ink = extract_ink(picture)
    np.testing.assert_allclose(ink[25, 25], 1.0)
    np.testing.assert_allclose(ink[0, 0], 0.0)
    np.testing.assert_allclose(extract_ink(1.0 - picture), ink)
    assert not extract_ink(np.full((5, 5), 0.4)).any()


def camera_of(experiment: Experiment) -> tuple[SnapshotTaker, Any, Any]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    return SnapshotTaker(trainer, prepared, 1, experiment), trainer, prepared


DIGITS = Experiment(
    dataset=Digits(),
    layers=(Flatten(), Dense(8, ReLU())),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy(), batch_size=128),
)


def test_a_picture_carries_the_prediction_to_a_drawing() -> None:
    taker, trainer, prepared = camera_of(DIGITS)
    drawn = Drawing(prepared.data.inputs[5])
    picture = taker.take(SnapshotRequest(drawn=drawn))
    expected = trainer.network.predict(prepared.pipeline.inputs.scaled(prepared.data.inputs[5:6]))[0]
    predicted = picture.part(DrawingPart)
    assert predicted is not None
    assert predicted.drawing is drawn
    np.testing.assert_array_equal(predicted.output, expected)
    np.testing.assert_array_equal(picture.sample, prepared.test_inputs[0])


def test_a_drawing_can_take_the_place_of_the_sample() -> None:
    taker, _, prepared = camera_of(DIGITS)
    first = taker.take(SnapshotRequest())
    picture = taker.take(SnapshotRequest(drawn=Drawing(prepared.data.inputs[5]), show_drawn=True))
    np.testing.assert_array_equal(picture.sample, prepared.pipeline.inputs.scaled(prepared.data.inputs[5]))
    np.testing.assert_array_equal(picture.sample_output, picture.parts["drawing"].output)
    np.testing.assert_array_equal(picture.layers[-1].activations, picture.parts["drawing"].output)
    # The other probes returned cached results.
    assert picture.boundary is first.boundary
    assert picture.layers[1].kernel is first.layers[1].kernel


def test_after_a_step_all_is_looked_at_again() -> None:
    taker, trainer, prepared = camera_of(DIGITS)
    first = taker.take(SnapshotRequest())
    trainer.step()
    picture = taker.take(SnapshotRequest(drawn=Drawing(prepared.data.inputs[5])))
    assert picture.step == first.step + 1
    assert picture.boundary is not first.boundary


def test_a_drawing_for_other_data_is_not_judged() -> None:
    taker, _, _ = camera_of(DIGITS)
    picture = taker.take(SnapshotRequest(drawn=Drawing(np.zeros((28, 28, 1), np.float32)), show_drawn=True))
    assert "drawing" not in picture.parts


def test_two_drawings_are_never_the_same_wish() -> None:
    pixels = np.zeros((8, 8, 1), np.float32)
    drawn = Drawing(pixels)
    assert SnapshotRequest(drawn=drawn) == SnapshotRequest(drawn=drawn)
    assert SnapshotRequest(drawn=drawn) != SnapshotRequest(drawn=Drawing(pixels))
