"""How far networks agree over a plane."""

from __future__ import annotations

import numpy as np

from core.inspect.agreement_image import AgreementImage, difference_image
from core.inspect.plane_image import PlaneImage, image_of

SIDE = 12


def signed(edge: float) -> PlaneImage:
    """Class 1 to the right of a column."""
    columns = np.tanh((np.arange(SIDE) + 0.5 - edge) / 2)
    return image_of(np.tile(columns, (SIDE, 1))[:, :, None].astype(np.float32), "signed")


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
    assert set(at[cover > 0.5] % SIDE) <= {3, 4}


def test_a_tie_leans_to_the_side_of_the_mean() -> None:
    made = AgreementImage("signed", 1)
    for value in (0.9, -0.1):
        made.add(image_of(np.full((SIDE, SIDE, 1), value, np.float32), "signed"))
    values = made.image().values
    assert 0.0 < values.min() <= values.max() <= 0.5


def test_several_classes_become_shares() -> None:
    made = AgreementImage("classes", 3)
    for label in (0, 2, 2, 2):
        outputs = np.full((SIDE, SIDE, 3), 0.1, np.float32)
        outputs[:, :, label] = 0.8
        made.add(image_of(outputs, "classes"))
    image = made.image()
    assert image.labels is not None
    assert (image.labels == 2).all()
    np.testing.assert_allclose(image.values, 0.75, atol=1e-5)


def test_values_become_medians() -> None:
    made = AgreementImage("values", 1)
    for value in (1.0, 2.0, 40.0):
        made.add(image_of(np.full((SIDE, SIDE, 1), value, np.float32), "values"))
    image = made.image()
    np.testing.assert_array_equal(image.values, np.full((SIDE, SIDE), 2.0))
    assert image.line is None


def test_a_difference_says_who_alone_says_the_second_class() -> None:
    values, share = difference_image(signed(4.0), signed(8.0))
    assert share == 4 / SIDE
    assert (values[:, 4:8] > 0.0).all()
    assert (values[:, :4] == 0.0).all()
    assert (values[:, 8:] == 0.0).all()
    assert np.array_equal(difference_image(signed(8.0), signed(4.0))[0], -values)


def test_a_difference_of_classes_is_with_who_is_surer_and_of_values_their_difference() -> None:
    shares = np.zeros((2, SIDE, SIDE, 3), np.float32)
    shares[:, :, :, 0] = 0.9
    shares[0, 2], shares[1, 5] = (0.1, 0.8, 0.1), (0.0, 0.05, 0.95)
    values, share = difference_image(*(image_of(each, "classes") for each in shares))
    assert share == 2 / SIDE
    np.testing.assert_allclose(values[2], -0.9, atol=1e-6)
    np.testing.assert_allclose(values[5], -0.95, atol=1e-6)
    planes = (np.full((SIDE, SIDE, 1), each, np.float32) for each in (3.0, 5.0))
    values, share = difference_image(*(image_of(each, "values") for each in planes))
    assert (values == -2.0).all()
    assert np.isnan(share)
