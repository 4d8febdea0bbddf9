"""Outputs become labels with probabilities, or values in the target's units."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.data.pipeline import OUTPUTS, ClassOutputs, FittedOutputs, NumberColumn, ValueOutputs
from core.spec import SettingError

THREE = ClassOutputs(("a", "b", "c"), 3, target="species")
ONE = ClassOutputs(("no", "yes"), 1, -1.0, 1.0)
MASS = ValueOutputs((NumberColumn("mass", "g", None, 4200.0, 800.0),))


def test_the_largest_output_is_the_label() -> None:
    predictions = THREE.decode(np.array([[0.1, 0.7, 0.2], [1.5, -1.0, np.nan]], np.float32)[:1])
    assert predictions.labels is not None
    assert predictions.labels.tolist() == ["b"]
    assert predictions.probabilities is not None
    np.testing.assert_allclose(predictions.probabilities, [[0.1, 0.7, 0.2]])
    wild = THREE.decode(np.array([[1.5, -1.0, 0.5]], np.float32))
    assert wild.probabilities is not None
    assert wild.probabilities.tolist() == [[1.0, 0.0, 0.5]]


def test_one_output_is_the_second_class_above_the_middle() -> None:
    predictions = ONE.decode(np.array([[-1.0], [0.0], [0.5], [1.5]], np.float32))
    assert predictions.labels is not None
    assert predictions.labels.tolist() == ["no", "no", "yes", "yes"]
    assert predictions.probabilities is not None
    assert predictions.probabilities.tolist() == [[1, 0], [0.5, 0.5], [0.25, 0.75], [0, 1]]


def test_values_are_in_the_units_of_the_target() -> None:
    predictions = MASS.decode(np.array([[0.0], [-1.0]], np.float32))
    assert predictions.values is not None
    assert predictions.values.tolist() == [[4200.0], [3400.0]]
    assert predictions.labels is None


@pytest.mark.parametrize("outputs", [THREE, ONE, MASS], ids=["three", "one", "value"])
def test_outputs_come_back_from_json(outputs: FittedOutputs) -> None:
    assert OUTPUTS.from_json(json.loads(json.dumps(outputs.to_json()))) == outputs


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "classes", "names": ["a", "b"], "outputs": 3}, "outputs must be one for each of 2 names"),
        ({"kind": "classes", "names": ["a", "b", "c"], "outputs": 1}, "or 1 for two, got 1"),
        ({"kind": "classes", "names": "ab"}, "names must be texts"),
        ({"kind": "classes", "low": 1.0}, r"low must be below high \(1\), got 1"),
        ({"kind": "values"}, "columns must be one number for each output"),
        (
            {"kind": "values", "columns": [{"kind": "category", "categories": ["a"]}]},
            "columns must be one number",
        ),
    ],
)
def test_outputs_that_cannot_be_are_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        OUTPUTS.from_json(data)
