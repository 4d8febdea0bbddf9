"""Images of a plane: enlarged without steps and beads, and with a line where the decision changes."""

from __future__ import annotations

import numpy as np
import pytest

from core.inspect.plane_image import (
    AgreementImage,
    PlaneImage,
    decision_line,
    difference_image,
    enlarged,
    image_of,
    line_dashes,
    pixel_centers,
)

SIDE = 240


def disc(count: int, *, at_pixels: bool) -> np.ndarray:
    """Saturated signed outputs (count, count, 1), positive inside a circle of radius 0.5 in a square of ±1."""
    places = pixel_centers(-1.0, 1.0, count) if at_pixels else np.linspace(-1.0, 1.0, count)
    radii = np.hypot(*np.meshgrid(places, places))
    return np.tanh(60.0 * (0.5 - radii))[:, :, None].astype(np.float32)


def thirds(count: int, *, at_pixels: bool) -> np.ndarray:
    """Probabilities of three classes (count, count, 3), each in a sector of the square."""
    places = pixel_centers(-1.0, 1.0, count) if at_pixels else np.linspace(-1.0, 1.0, count)
    x, y = np.meshgrid(places, places)
    angles = np.array([0.1, 0.1 + 2 * np.pi / 3, 0.1 + 4 * np.pi / 3])
    logits = 40.0 * (x[..., None] * np.cos(angles) + y[..., None] * np.sin(angles))
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    return (shares / shares.sum(axis=2, keepdims=True)).astype(np.float32)


def test_a_coarse_grid_is_enlarged_without_steps_and_beads() -> None:
    """A 60-point grid, on 240 pixels: drawn point by point, edges would be 4 pixels wide."""
    exact = image_of(disc(SIDE, at_pixels=True), "signed")
    made = enlarged(disc(60, at_pixels=False), SIDE, "signed")
    wrong = (exact.values > 0) != (made.values > 0)
    assert wrong.sum() <= 8
    # Outputs are as saturated beside the circle as they are: no pale beads.
    assert (np.abs(made.values) < 0.5).sum() <= 1.2 * (np.abs(exact.values) < 0.5).sum()
    assert exact.is_final
    assert not made.is_final


def test_classes_are_enlarged_alike() -> None:
    exact = image_of(thirds(SIDE, at_pixels=True), "classes")
    made = enlarged(thirds(60, at_pixels=False), SIDE, "classes")
    assert exact.labels is not None
    assert made.labels is not None
    assert (exact.labels != made.labels).sum() <= 12
    np.testing.assert_allclose(made.values, exact.values, atol=0.06)
    np.testing.assert_allclose(exact.values, thirds(SIDE, at_pixels=True).max(axis=2), rtol=1e-5)


@pytest.mark.parametrize("grid", [2, 3, 50, 100])
def test_values_that_grow_evenly_stay_so(grid: int) -> None:
    rising = np.add.outer(3.0 * np.linspace(0, 1, grid), 5.0 * np.linspace(0, 1, grid))[:, :, None]
    made = enlarged(rising.astype(np.float32), 97, "values")
    expected = np.add.outer(pixel_centers(0, 3, 97), pixel_centers(0, 5, 97))
    np.testing.assert_allclose(made.values, expected, atol=1e-4)
    assert made.labels is None
    assert made.line is None


def test_the_line_covers_each_pixel_by_its_distance() -> None:
    """A line of 1.3 pixels through x = 50.3: pixels 49 and 50 hold most of it."""
    x = np.arange(100) + 0.5
    signed = (x - 50.3)[None].repeat(100, axis=0)
    at, cover = decision_line(signed)
    again = decision_line(np.abs(signed), (signed > 0.0).astype(np.int16))
    np.testing.assert_array_equal(again[0], at)
    np.testing.assert_allclose(again[1], cover)
    draft = decision_line(signed, is_draft=True)
    assert set(draft[0].tolist()) <= set(at.tolist())
    made = np.zeros(10_000)
    made[at] = cover
    row = made.reshape(100, 100)[40]
    np.testing.assert_allclose(row[48:53], [0, 1.15 - 0.8, 1.0 - 0.05 + 0.0, 1.15 - 1.2 + 0.05, 0], atol=0.06)
    assert row.sum() == pytest.approx(1.3, abs=0.06)


def test_a_slanted_line_is_as_wide_as_a_straight_one() -> None:
    places = pixel_centers(-1.0, 1.0, 200)
    x, y = np.meshgrid(places, places)
    covers = []
    for angle in (0.0, 0.3, np.pi / 4):
        signed = x * np.cos(angle) + y * np.sin(angle) + 0.003
        at, cover = decision_line(signed)
        made = np.zeros(40_000)
        made[at] = cover
        covers.append(made.reshape(200, 200)[100].sum() * np.cos(angle))
    np.testing.assert_allclose(covers, 1.3, atol=0.12)


@pytest.mark.parametrize("kind", ["signed", "classes", "values"])
def test_outputs_that_ran_away_are_drawn_without_a_warning(kind: str) -> None:
    outputs = np.full((20, 20, 1 if kind == "signed" else 3), np.nan, np.float32)
    outputs[:10] = np.inf
    outputs[3:6] = -np.inf
    for made in (enlarged(outputs, 50, kind), image_of(outputs, kind)):  # type: ignore[arg-type]
        assert np.isfinite(made.values).all()


def test_without_a_decision_there_is_no_line() -> None:
    at, cover = decision_line(np.zeros((30, 30)))
    assert not len(at)
    assert not len(cover)


def test_a_decision_line_is_dashed_along_its_way() -> None:
    # Of x + y = 1, and of a plane without a line.
    x, y = np.meshgrid(np.linspace(0, 1, 200), np.linspace(0, 1, 200))
    image = image_of((x + y - 1.0)[:, :, None].astype(np.float32), "signed")
    assert image.line is not None
    dashes = line_dashes(*image.line, image.side)
    assert 30 < len(dashes) < 90
    middles = (dashes[:, :2] + dashes[:, 2:]) / 2
    np.testing.assert_allclose(middles.sum(axis=1), 1.0, atol=0.01)
    turned = np.arctan2(dashes[:, 3] - dashes[:, 1], dashes[:, 2] - dashes[:, 0]) % np.pi
    np.testing.assert_allclose(np.median(turned), 0.75 * np.pi, atol=0.05)
    flat = image_of(np.ones((50, 50, 1), np.float32), "signed")
    assert flat.line is not None
    assert line_dashes(*flat.line, flat.side).shape == (0, 4)


COLUMNS = 12


def signed(edge: float) -> PlaneImage:
    """Class 1 to the right of a column."""
    columns = np.tanh((np.arange(COLUMNS) + 0.5 - edge) / 2)
    return image_of(np.tile(columns, (COLUMNS, 1))[:, :, None].astype(np.float32), "signed")


def test_full_where_all_say_the_same_and_a_share_where_not() -> None:
    made = AgreementImage("signed", 1)
    for edge in (4.0, 4.0, 8.0):
        made.add(signed(edge))
    image = made.image()
    row = image.values[5]
    np.testing.assert_allclose(row[[0, 1, 2]], -1.0, atol=1e-5)
    np.testing.assert_allclose(row[[5, 6]], 1 / 3, atol=1e-5)
    np.testing.assert_allclose(row[[9, 10, 11]], 1.0, atol=1e-5)
    # The steps are soft, and the line is where the majority changes.
    assert -1.0 < row[3] < row[4] < 1 / 3
    assert image.line is not None
    at, cover = image.line
    assert set(at[cover > 0.5] % COLUMNS) <= {3, 4}


def test_a_tie_leans_to_the_side_of_the_mean() -> None:
    made = AgreementImage("signed", 1)
    for value in (0.9, -0.1):
        made.add(image_of(np.full((COLUMNS, COLUMNS, 1), value, np.float32), "signed"))
    values = made.image().values
    assert 0.0 < values.min() <= values.max() <= 0.5


def test_several_classes_become_shares() -> None:
    made = AgreementImage("classes", 3)
    for label in (0, 2, 2, 2):
        outputs = np.full((COLUMNS, COLUMNS, 3), 0.1, np.float32)
        outputs[:, :, label] = 0.8
        made.add(image_of(outputs, "classes"))
    image = made.image()
    assert image.labels is not None
    assert (image.labels == 2).all()
    np.testing.assert_allclose(image.values, 0.75, atol=1e-5)


def test_values_become_medians() -> None:
    made = AgreementImage("values", 1)
    for value in (1.0, 2.0, 40.0):
        made.add(image_of(np.full((COLUMNS, COLUMNS, 1), value, np.float32), "values"))
    image = made.image()
    np.testing.assert_array_equal(image.values, np.full((COLUMNS, COLUMNS), 2.0))
    assert image.line is None


def test_a_difference_says_who_alone_says_the_second_class() -> None:
    values, share = difference_image(signed(4.0), signed(8.0))
    assert share == 4 / COLUMNS
    assert (values[:, 4:8] > 0.0).all()
    assert (values[:, :4] == 0.0).all()
    assert (values[:, 8:] == 0.0).all()
    assert np.array_equal(difference_image(signed(8.0), signed(4.0))[0], -values)


def test_a_difference_of_classes_is_with_who_is_surer_and_of_values_their_difference() -> None:
    shares = np.zeros((2, COLUMNS, COLUMNS, 3), np.float32)
    shares[:, :, :, 0] = 0.9
    shares[0, 2], shares[1, 5] = (0.1, 0.8, 0.1), (0.0, 0.05, 0.95)
    values, share = difference_image(*(image_of(each, "classes") for each in shares))
    assert share == 2 / COLUMNS
    np.testing.assert_allclose(values[2], -0.9, atol=1e-6)
    np.testing.assert_allclose(values[5], -0.95, atol=1e-6)
    planes = (np.full((COLUMNS, COLUMNS, 1), each, np.float32) for each in (3.0, 5.0))
    values, share = difference_image(*(image_of(each, "values") for each in planes))
    assert (values == -2.0).all()
    assert np.isnan(share)
