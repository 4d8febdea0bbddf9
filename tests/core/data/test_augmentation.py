"""Augmentation: affine maps, random settings, and effect on training only."""

from __future__ import annotations

import math
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest

from core.data.augmentation import AUGMENTATIONS, AffineWarp, Augmentation, Augmenter, affine_matrices
from core.data.batches import BatchMaker, Samples
from core.data.datasets import Digits, Iris
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS, Adam
from core.spec import SettingError
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.trainers import trainer_of as trainer_from

ALL = Augmentation(shift=2, rotate=15.0, zoom=0.1, noise=0.05, flip=True)


RNG = np.random.default_rng(0)


IMAGES = RNG.random((6, 9, 7, 1), dtype=np.float32)


SQUARES = RNG.random((6, 8, 8, 3), dtype=np.float32)


# Random settings


def augmented(augmentation: Augmentation, images: np.ndarray, seed: int = 0) -> np.ndarray:
    made = Augmenter(augmentation, images.shape[1:], 0.0, 1.0)  # type: ignore[arg-type]
    return made.apply(images, np.random.default_rng(seed)).copy()


def test_the_same_seed_gives_the_same_images() -> None:
    one, same, other = (augmented(ALL, SQUARES, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert (np.abs(one - SQUARES).max(axis=(1, 2, 3)) > 0.05).all()


def test_nothing_chosen_returns_the_images_and_draws_nothing() -> None:
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    assert not Augmentation().active
    assert Augmenter(Augmentation(border="edge"), (9, 7, 1), 0.0, 1.0).apply(IMAGES, rng) is IMAGES
    assert rng.bit_generator.state == before


def test_shifts_are_whole_within_the_limit_and_centred() -> None:
    dots = np.zeros((4000, 11, 11, 1), np.float32)
    dots[:, 5, 5] = 1.0
    moved = augmented(Augmentation(shift=3), dots)
    assert set(np.unique(moved)) == {0.0, 1.0}
    places = np.argwhere(moved[..., 0])[:, 1:] - 5
    assert len(places) == 4000
    for axis in (0, 1):
        counts = np.bincount(places[:, axis] + 3, minlength=7)
        assert len(counts) == 7
        np.testing.assert_allclose(counts / 4000, 1 / 7, atol=0.025)
    assert abs(np.corrcoef(places.T)[0, 1]) < 0.05


def test_angles_zooms_and_flips_keep_to_their_limits() -> None:
    bar = np.zeros((500, 33, 33, 1), np.float32)
    bar[:, 16, 20] = 1.0
    turned = augmented(Augmentation(rotate=30.0), bar)
    rows, columns = (
        np.einsum("nij,j->n", turned[..., 0].sum(axis=a, keepdims=False)[:, None], np.arange(33))
        for a in (2, 1)
    )
    mass = turned.sum(axis=(1, 2, 3))
    angles = np.degrees(np.arctan2(16 - rows / mass, columns / mass - 16))
    assert angles.min() > -31
    assert angles.max() < 31
    assert angles.std() == pytest.approx(60 / math.sqrt(12), rel=0.1)
    flat = np.ones((500, 20, 20, 1), np.float32)
    shrunk = augmented(Augmentation(zoom=0.5), flat).mean(axis=(1, 2, 3))
    assert shrunk.min() == pytest.approx(1 / 1.5**2, abs=0.02)
    assert (shrunk > 0.9999).mean() == pytest.approx(0.5, abs=0.08)
    flipped = augmented(Augmentation(flip=True), np.repeat(IMAGES[:1], 500, axis=0))
    mirrored = (flipped == IMAGES[0, :, ::-1]).all(axis=(1, 2, 3))
    assert mirrored.mean() == pytest.approx(0.5, abs=0.08)
    np.testing.assert_array_equal(flipped[~mirrored], np.repeat(IMAGES[:1], (~mirrored).sum(), axis=0))


def test_noise_has_its_deviation_on_the_scale_of_the_images() -> None:
    flat = np.full((50, 20, 20, 1), 3.0, np.float32)
    made = Augmenter(Augmentation(noise=0.1), (20, 20, 1), -2.0, 3.0)
    noise = made.apply(flat, np.random.default_rng(0)) - flat
    assert noise.std() == pytest.approx(0.5, rel=0.03)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)


def test_a_larger_setting_changes_the_same_images_further() -> None:
    """The preview changes continuously with a slider."""
    dot = np.zeros((8, 25, 25, 1), np.float32)
    dot[:, 12, 12] = 1.0
    near, far = (np.argwhere(augmented(Augmentation(shift=s), dot))[:, 1:3] - 12 for s in (2, 8))
    assert (np.sign(near) * np.sign(far) >= 0).all()


def test_a_bad_setting_is_refused_in_a_sentence() -> None:
    with pytest.raises(SettingError, match=r"^Augment: rotate must be at most 180, got 181.0$"):
        Augmentation(rotate=181)
    with pytest.raises(SettingError, match="Training: augment: Augment has no setting called 'tilt'"):
        Experiment.from_json(
            {"kind": "experiment", "version": 1, "augmentation": {"kind": "augmentation", "tilt": 1}}
        )


# Training

STACK: tuple[Layer, ...] = (Conv2D(filters=4), Flatten(), Dense(16, "relu"))


PLAIN = Experiment(
    dataset=Digits(),
    layers=STACK,
    training=TrainingConfig(loss=CrossEntropy(), optimizer=Adam(0.003), batch_size=64),
)


PREPARED = prepare(PLAIN)


def trainer_of(experiment: Experiment) -> Trainer:
    return make_trainer(experiment, PREPARED)


def test_without_it_the_numbers_are_as_ever() -> None:
    """Identity settings, and data that are not images, leave the training unchanged."""
    plain, idle = trainer_of(PLAIN), trainer_of(PLAIN.with_training(augmentation=Augmentation(border="edge")))
    assert [plain.step() for _ in range(25)] == [idle.step() for _ in range(25)]
    rows = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))
    prepared = prepare(rows)
    one, two = make_trainer(rows, prepared), make_trainer(rows.with_training(augmentation=ALL), prepared)
    assert [one.step() for _ in range(25)] == [two.step() for _ in range(25)]


def test_only_what_is_learned_from_is_changed() -> None:
    kept = [PREPARED.train.inputs.copy(), PREPARED.test.inputs.copy()]
    plain, changed = trainer_of(PLAIN), trainer_of(PLAIN.with_training(augmentation=ALL))
    assert changed.figures.test == plain.figures.test
    assert changed.step() != plain.step()
    changed.run_epoch()
    # Equal weights have equal evaluations, with augmentation or without.
    plain.network.parameters[...] = changed.network.parameters
    assert changed.evaluate(PREPARED.test) == plain.evaluate(PREPARED.test)
    assert changed.evaluate(PREPARED.test) == changed.evaluate(PREPARED.test)
    for before, part in zip(kept, (PREPARED.train, PREPARED.test), strict=True):
        np.testing.assert_array_equal(part.inputs, before)


def test_every_epoch_sees_other_images() -> None:
    seen: list[np.ndarray] = []

    class Recording(Augmenter):
        def apply(self, images: Any, rng: Any) -> Any:
            seen.append(super().apply(images, rng).copy())
            return seen[-1]

    trainer = trainer_of(PLAIN.with_training(augmentation=ALL))
    trainer.maker = BatchMaker([Recording(ALL, (8, 8, 1), 0.0, 1.0)], 0)
    trainer.renew_engine()
    for _ in range(2):
        trainer.run_epoch()
    assert len(seen) == 2 * trainer.steps_per_epoch
    first, second = (
        np.concatenate(seen[i : i + trainer.steps_per_epoch]) for i in (0, trainer.steps_per_epoch)
    )
    assert len(np.unique(np.concatenate([first, second]).reshape(2 * len(first), -1), axis=0)) == 2 * len(
        first
    )


def test_it_is_learned_with_and_the_test_part_profits_from_moved_digits() -> None:
    """On shifted digits, a network trained with shifts is better."""
    experiment = PLAIN.replace(train_share=0.5)
    prepared = prepare(experiment)
    moved = Augmenter(Augmentation(shift=1), (8, 8, 1), 0.0, 1.0)
    test = Samples(
        moved.apply(prepared.test.inputs, np.random.default_rng(9)),
        prepared.test.targets,
        prepared.test.labels,
    )
    scores = []
    for augmentation in (Augmentation(), Augmentation(shift=1)):
        trainer = make_trainer(experiment.with_training(augmentation=augmentation), prepared)
        for _ in range(25):
            trainer.run_epoch()
        assert trainer.figures.test.score > 0.8
        scores.append(trainer.evaluate(test).score)
    assert scores[1] > scores[0] + 0.05


def test_it_is_changed_live_and_repeats() -> None:
    def run() -> list[float]:
        trainer = trainer_of(PLAIN)
        losses = [trainer.step() for _ in range(5)]
        trainer.configure(trainer.config.replace(augmentation=ALL))
        losses += [trainer.step() for _ in range(5)]
        trainer.configure(trainer.config.replace(augmentation=Augmentation()))
        return losses + [trainer.step() for _ in range(5)]

    plain = trainer_of(PLAIN)
    untouched = [plain.step() for _ in range(15)]
    losses = run()
    assert losses == run()
    assert losses[:5] == untouched[:5]
    assert losses[5] != untouched[5]


def test_an_optimizer_that_looks_at_all_samples_gets_changed_ones() -> None:
    experiment = PLAIN.with_training(optimizer=LBFGS(), augmentation=Augmentation(shift=1))
    trainer, plain = trainer_of(experiment), trainer_of(experiment.with_training(augmentation=Augmentation()))
    assert trainer.run_epoch() != plain.run_epoch()
    for _ in range(5):
        trainer.run_epoch()
    assert math.isfinite(trainer.epoch_loss)


@pytest.mark.parametrize("steps", [0, 7, 40])
def test_a_project_goes_on_bit_by_bit(steps: int, tmp_path: Path) -> None:
    experiment = PLAIN.with_training(augmentation=ALL)
    straight = trainer_of(experiment)
    for _ in range(steps):
        straight.step()
    path = tmp_path / "digits.nnplay"
    save_project(path, experiment, TrainerState.of(straight))
    opened, progress = load_project(path)
    assert opened == experiment
    assert progress is not None
    again = trainer_of(opened)
    progress.restore(again)
    assert [again.step() for _ in range(30)] == [straight.step() for _ in range(30)]
    np.testing.assert_array_equal(again.network.parameters, straight.network.parameters)


def test_files_without_it_can_be_read_and_are_written_as_before() -> None:
    assert "augmentation" not in PLAIN.to_json()
    assert Experiment.from_json(PLAIN.to_json()).training.augmentation == Augmentation()
    changed = PLAIN.with_training(augmentation=ALL)
    assert Experiment.from_json(changed.to_json()) == changed
    assert AUGMENTATIONS.names() == ("augmentation",)


def test_a_batch_costs_a_small_part_of_a_step() -> None:
    images = RNG.random((64, 28, 28, 1), dtype=np.float32)
    made, rng = (
        Augmenter(Augmentation(shift=2, rotate=10.0, zoom=0.1), (28, 28, 1), 0.0, 1.0),
        np.random.default_rng(0),
    )
    encoding = TargetEncoding(10, 10)
    predictions = np.arange(64) % 10
    network = Network(
        (
            Conv2D(filters=8),
            MaxPooling2D(),
            Conv2D(filters=16),
            MaxPooling2D(),
            Flatten(),
            Dense(10, "softmax"),
        ),
        (28, 28, 1),
    )
    trainer = trainer_from(
        network,
        Samples(images, encoding.encode(predictions), predictions),
        encoding=encoding,
        loss=CrossEntropy(),
        optimizer=Adam(),
        batch_size=64,
        evaluate=False,
        # What trains images that are changed at random.
        engine="numpy",
    )

    def fastest(call: Any) -> float:
        times = []
        for _ in range(8):
            start = process_time()
            call()
            times.append(process_time() - start)
        return min(times)

    assert fastest(lambda: made.apply(images, rng)) < 0.4 * fastest(trainer.step)


def warped(
    images: np.ndarray,
    angle: float = 0.0,
    zoom: float = 1.0,
    mirrored: bool = False,
    shift: tuple[float, float] = (0, 0),
    blank: float | None = 0.0,
) -> np.ndarray:
    """All images warped alike."""
    count = len(images)
    maps = affine_matrices(np.full(count, angle), np.full(count, zoom), np.full(count, mirrored))
    return AffineWarp(images.shape[1:], blank).warp(images, maps, np.tile(np.float32(shift), (count, 1)))  # type: ignore[arg-type]


@pytest.mark.parametrize("images", [IMAGES, SQUARES], ids=["grey", "colour"])
@pytest.mark.parametrize("blank", [0.0, 0.7, None])
def test_the_map_that_moves_nothing_changes_nothing(images: np.ndarray, blank: float | None) -> None:
    np.testing.assert_array_equal(warped(images, blank=blank), images)


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (-2, 3), (3, -1)])
def test_a_shift_by_whole_pixels_is_a_roll_away_from_the_edges(shift: tuple[int, int]) -> None:
    moved = warped(IMAGES, shift=shift)
    rolled = np.roll(IMAGES, shift, axis=(1, 2))
    np.testing.assert_array_equal(moved[:, 3:-3, 3:-3], rolled[:, 3:-3, 3:-3])


def test_what_comes_in_is_blank_or_the_edge_continued() -> None:
    np.testing.assert_array_equal(warped(IMAGES, shift=(2, 0), blank=0.4)[:, :2], np.float32(0.4))
    edge = warped(IMAGES, shift=(2, -3), blank=None)
    np.testing.assert_array_equal(edge[:, :2, :-3], np.repeat(IMAGES[:, :1, 3:], 2, axis=1))
    np.testing.assert_array_equal(edge[:, 2:, -3:], np.repeat(IMAGES[:, :-2, -1:], 3, axis=2))
    np.testing.assert_array_equal(warped(IMAGES, shift=(-50, 50), blank=0.4), np.float32(0.4))


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
def test_quarter_turns_are_those_of_numpy(quarters: int) -> None:
    turned = warped(SQUARES, angle=quarters * math.pi / 2)
    np.testing.assert_allclose(turned, np.rot90(SQUARES, quarters, axes=(1, 2)), atol=2e-5)


def test_mirroring_is_exact_and_comes_before_the_turn() -> None:
    np.testing.assert_array_equal(warped(IMAGES, mirrored=True), IMAGES[:, :, ::-1])
    both = warped(SQUARES, angle=math.pi / 2, mirrored=True)
    np.testing.assert_allclose(both, np.rot90(SQUARES[:, :, ::-1], 1, axes=(1, 2)), atol=2e-5)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    moved = warped(IMAGES, shift=(0.5, 0))
    np.testing.assert_allclose(moved[:, 1:], (IMAGES[:, 1:] + IMAGES[:, :-1]) / 2, atol=1e-6)
    np.testing.assert_allclose(moved[:, 0], IMAGES[:, 0] / 2, atol=1e-6)


def test_zooming_agrees_with_scipy() -> None:
    from scipy.ndimage import affine_transform

    angle, zoom = 0.4, 1.3
    inverse = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]) / zoom
    middle = (np.array(SQUARES.shape[1:3]) - 1) / 2
    expected = [
        affine_transform(image[..., 0], inverse, middle - inverse @ middle, order=1, mode="grid-constant")
        for image in SQUARES
    ]
    np.testing.assert_allclose(warped(SQUARES, angle, zoom)[..., 0], expected, atol=1e-4)


def test_batches_of_all_sizes_go_through_the_same_buffers() -> None:
    warper = AffineWarp((9, 7, 1))
    for count in (2, 6, 1, 4):
        maps = affine_matrices(np.full(count, 0.3), np.ones(count), np.zeros(count, bool))
        found = warper.warp(IMAGES[:count], maps, np.ones((count, 2)))
        np.testing.assert_array_equal(found, warped(IMAGES[:count], 0.3, shift=(1, 1)))
