"""The report of a file: every layer beside the layer here, and the sentence for what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.formats import (
    LayerReport,
    ModelReport,
    Npz,
    Safetensors,
    TrainedModel,
    load_model,
    model_reader,
    report_model,
    report_of,
)
from core.formats.model_reader import ModelReader
from core.nn import LAYERS
from core.nn.network import Network


@pytest.fixture
def model() -> TrainedModel:
    return TrainedModel(Network(LAYERS.parse("dense 5 relu, dropout, dense 2 softmax"), (3,), seed=0))


@pytest.mark.parametrize(("exporter", "title"), [(Npz(), "NumPy"), (Safetensors(), "Safetensors")])
def test_a_file_of_ours_is_reported_layer_by_layer(
    exporter: Npz | Safetensors, title: str, model: TrainedModel, tmp_path: Path
) -> None:
    path = tmp_path / f"a{exporter.suffix}"
    exporter.write(model, path)
    report = report_model(path)
    assert report.origin == f"{title}, by {model.program}"
    assert [(row.source, row.layer, row.shape, row.fit) for row in report.layers] == [
        ("dense", model.network.layers[0], (5,), "fits"),
        ("dropout", model.network.layers[1], (5,), "fits"),
        ("dense_1", model.network.layers[2], (2,), "fits"),
    ]
    assert report.model is not None
    assert not report.fault
    assert not report.is_adapted


def test_names_of_the_file_take_the_place_of_ours(model: TrainedModel) -> None:
    report = report_of(model, "Keras", ["hidden", "drop", "scores"], ["It has no optimizer."])
    assert [row.source for row in report.layers] == ["hidden", "drop", "scores"]
    assert report.remarks == ("It has no optimizer.",)


def test_a_misfit_is_named_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        LayerReport("fc1", LAYERS.make("dense"), (4,)),
        LayerReport("act", fit="misfit", remark="Selu is not one of ours"),
        LayerReport("lstm", fit="misfit", remark="LSTM is not one of ours"),
    )
    assert ModelReport("ONNX", rows).fault == "act: Selu is not one of ours (and 1 more)"
    assert ModelReport("ONNX", ()).fault == "it holds no layers"
    assert ModelReport("ONNX", (), remarks=("It is empty",)).fault == "It is empty"

    class Misfits(ModelReader):
        def report(self, path: Path) -> ModelReport:
            return ModelReport("ONNX", rows)

    monkeypatch.setattr(model_reader, "_reader_for", lambda path: Misfits())
    with pytest.raises(ValueError, match=r"net\.onnx cannot be opened: act: Selu is not one of ours"):
        load_model(tmp_path / "net.onnx")


def test_an_adapted_layer_makes_the_report_adapted() -> None:
    row = LayerReport("bn", LAYERS.make("batch_normalization"), (4,), "adapted", "a factor and a shift")
    assert ModelReport("ONNX", (row,)).is_adapted
