"""Shifts, rotations, zooms and flips agree with numpy and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.affine_warp import AffineWarp, affine_matrices

RNG = np.random.default_rng(0)


IMAGES = RNG.random((6, 9, 7, 1), dtype=np.float32)


SQUARES = RNG.random((6, 8, 8, 3), dtype=np.float32)


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
