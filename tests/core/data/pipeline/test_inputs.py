"""Tables, points and images become network inputs, and come back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.data.features import FEATURES
from core.data.pipeline import (
    INPUTS,
    CategoryColumn,
    FittedInputs,
    ImageInputs,
    NumberColumn,
    PointInputs,
    TableInputs,
)
from core.spec import SettingError

TABLE = TableInputs(
    (
        NumberColumn("time", "", None, 1_700_000_000.5, 100.0),
        CategoryColumn("sex", ("female", "male"), None, (0.5, 0.5), (0.5, 0.5)),
        NumberColumn("mass (g)", "g", 4200.0, 4200.0, 800.0),
    )
)
POINTS = PointInputs(("x1", "x2", "x1_squared", "sin_x2"))
GREY = ImageInputs((2, 3, 1), 255.0, False, "", 0.25, 0.5)
EVERY = (TABLE, POINTS, GREY, ImageInputs((4, 4, 3), 16.0, True, "pad"), PointInputs(tuple(FEATURES)))


def test_a_column_far_from_zero_keeps_its_digits() -> None:
    raw = {"time": [1_700_000_050.5, 1_700_000_001.0], "sex": ["male", "none"], "mass (g)": ["", 5000]}
    inputs = TABLE.scaled(TABLE.encode(raw))
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs, [[0.5, -1, 1, 0], [0.005, -1, -1, 1]], rtol=1e-6)
    back = TABLE.inverse_transform(inputs)
    assert back["time"].tolist() == pytest.approx(raw["time"], abs=1e-4, rel=0)
    assert back["sex"].tolist() == ["male", None]
    assert back["mass (g)"].tolist() == [4200, 5000]


def test_names_and_shape_of_a_table() -> None:
    assert TABLE.names_in == ("time", "sex", "mass (g)")
    assert TABLE.names_out == ("time", "sex=female", "sex=male", "mass (g)")
    assert TABLE.input_shape == (4,)
    assert TABLE.scaled(TABLE.encode([])).shape == (0, 4)


def test_a_number_beyond_float32_is_named() -> None:
    with pytest.raises(ValueError, match=r"^mass \(g\): row 1 must be within float32, got 1e\+300$"):
        TABLE.scaled(TABLE.encode([[0, "male", 1], [0, "male", 1e300]]))


@pytest.mark.parametrize("raw", [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), {"x1": [1, 3], "x2": [2, 4]}])
def test_points_become_their_features(raw: Any) -> None:
    inputs = POINTS.scaled(POINTS.encode(raw))
    np.testing.assert_allclose(inputs, [[1, 2, 1, np.sin(2)], [3, 4, 9, np.sin(4)]], rtol=1e-6)
    assert POINTS.inverse_transform(inputs).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match=r"features must include x1 and x2, got x1_squared$"):
        PointInputs(("x1_squared",)).inverse_transform(inputs)


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64, np.int64])
def test_images_are_taken_in_their_own_range(kind: type) -> None:
    raw = np.array([[[0, 51, 255], [102, 255, 0]]], kind)
    inputs = GREY.scaled(GREY.encode(raw))
    assert (inputs.shape, inputs.dtype) == ((1, 2, 3, 1), np.float32)
    np.testing.assert_allclose(inputs[0, 0, :, 0], [-0.5, -0.1, 1.5], rtol=1e-6)
    np.testing.assert_allclose(GREY.inverse_transform(inputs)[..., 0], raw, atol=1e-4)


def test_ink_on_paper_is_inverted_and_comes_back() -> None:
    dark = ImageInputs((1, 2, 1), 255.0, True)
    inputs = dark.scaled(dark.encode(np.array([[[255, 0]]], np.uint8)))
    assert inputs.ravel().tolist() == [0, 1]
    assert dark.inverse_transform(inputs).ravel().tolist() == [255, 0]


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_bytes_of_another_size_and_colour_are_fitted(fit: str) -> None:
    grey = ImageInputs((8, 8, 1), 255.0, False, fit)
    picture = np.full((2, 20, 30, 3), 200, np.uint8)
    encoded = grey.encode(picture)
    assert encoded.shape == (2, 8, 8, 1)
    np.testing.assert_allclose(encoded, 200 / 255, atol=1e-6)
    colour = ImageInputs((8, 8, 3), 255.0, False, fit)
    assert colour.encode(picture[..., :1]).shape == (2, 8, 8, 3)


@pytest.mark.parametrize(
    ("inputs", "raw", "sentence"),
    [
        (
            GREY,
            np.zeros((1, 3, 2)),
            r"raw must be \(samples, 2, 3, 1\), got an array of shape \(1, 3, 2, 1\)$",
        ),
        (GREY, np.zeros((2, 3)), r"raw must be numbers .* got an array of float64 of shape \(2, 3\)$"),
        (GREY, np.full((1, 2, 3), np.nan), r"image 0 must have finite numbers, got nan at \(0, 0, 0\)$"),
        (EVERY[3], np.zeros((1, 5, 5, 3)), "or bytes of any size, got an array of shape"),
    ],
)
def test_images_that_do_not_fit_are_refused(inputs: FittedInputs, raw: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^Images: .*{sentence}"):
        inputs.encode(raw)


@pytest.mark.parametrize("inputs", EVERY, ids=lambda inputs: inputs.kind)
def test_inputs_come_back_from_json_and_name_every_number(inputs: FittedInputs) -> None:
    assert INPUTS.from_json(json.loads(json.dumps(inputs.to_json()))) == inputs
    assert len(set(inputs.names_out)) == np.prod(inputs.input_shape)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "table"}, "columns must be at least one"),
        ({"kind": "table", "columns": [{"kind": "number", "name": "a"}] * 2}, "with different names"),
        ({"kind": "table", "columns": "number"}, "columns must be at least one, with different names"),
        ({"kind": "points", "features": []}, "features must be some of x1"),
        ({"kind": "points", "features": ["x3"]}, "features must be some of x1"),
        ({"kind": "images", "shape": [2, 2]}, "shape must be height, width and channels"),
        ({"kind": "images", "high": 0}, "high must be more than 0"),
        ({"kind": "images", "fit": "bend"}, "fit must be one of"),
    ],
)
def test_inputs_that_cannot_be_are_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        INPUTS.from_json(data)
