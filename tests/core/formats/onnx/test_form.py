"""Forms of an ONNX file: each is proven, opened again bit by bit, and refused where it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from core.data.pipeline import NumberColumn, Pipeline, TableInputs
from core.formats import Onnx, TrainedModel, report_model
from core.formats.onnx.form import OnnxForm
from core.formats.proof import prove
from core.spec import SettingError
from tests.core.formats.onnx.onnx_cases import (
    CASES,
    PRICES,
    THREE,
    deep_network_for,
    network_for,
    raw_samples,
)

NUMBERS = Pipeline(
    TableInputs((NumberColumn("label", "s", None, 1.7e9, 57.7), NumberColumn("X", "", 3.0))), THREE
)
VALUES = Pipeline(NUMBERS.inputs, PRICES)
CASE = {
    "deep points, float64": (CASES["points"], Onnx(numbers="float64", opset="21"), deep_network_for),
    "deep images, newest": (CASES["colour"], Onnx(numbers="float64", opset="21"), deep_network_for),
    "images, old": (CASES["grey"], Onnx(opset="15"), network_for),
    "texts, float64": (CASES["table"], Onnx(numbers="float64"), network_for),
    "one array": (NUMBERS, Onnx(ports="array", numbers="float64", opset="15"), network_for),
    "one array, values": (VALUES, Onnx(ports="array"), network_for),
}


@pytest.mark.parametrize("name", CASE)
def test_each_form_is_proven_and_opened_again(name: str, tmp_path: Path) -> None:
    pipeline, exporter, make = CASE[name]
    model = TrainedModel(make(pipeline), pipeline)
    rng = np.random.default_rng(3)
    raw = (
        raw_samples(pipeline.inputs)
        if pipeline.inputs is not NUMBERS.inputs
        else {
            "label": 1.7e9 + rng.normal(size=30),
            "X": np.where(np.arange(30) % 4, rng.normal(size=30), np.nan),
        }
    )
    assert prove(exporter, model, raw).holds
    path = tmp_path / "a.onnx"
    exporter.write(model, path)
    written = onnx.load(path)
    assert {each.version for each in written.opset_import if not each.domain} == {int(exporter.opset)}
    if exporter.ports == "array":
        assert [(port.name, len(port.type.tensor_type.shape.dim)) for port in written.graph.input] == [
            ("X", 2)
        ]
    doubles = {port.type.tensor_type.elem_type for port in (*written.graph.input, *written.graph.output)}
    if exporter.numbers == "float64":
        assert onnx.TensorProto.FLOAT not in doubles
    read = report_model(path).model
    assert read is not None
    assert read.pipeline == pipeline
    np.testing.assert_array_equal(read.network.parameters, model.network.parameters)


def test_what_a_form_cannot_hold_is_told_before() -> None:
    table = TrainedModel(network_for(CASES["table"]), CASES["table"]).description
    with pytest.raises(SettingError, match="one array holds numbers only, and 'sex' is a text"):
        Onnx(ports="array").check(table)
    deep = TrainedModel(deep_network_for(CASES["points"]), CASES["points"]).description
    with pytest.raises(SettingError, match="opset must be at least 17 for LayerNormalization, got 15"):
        Onnx(opset="15").check(deep)
    with pytest.raises(ValueError, match="must be a known one"):
        OnnxForm.from_json({"opset": 3})


def test_only_what_is_not_usual_is_written() -> None:
    assert OnnxForm().to_json() == {}
    form = OnnxForm("array", "float64", 21)
    assert OnnxForm.from_json(form.to_json()) == form
