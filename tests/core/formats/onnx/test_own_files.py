"""Files that this program wrote come back bit by bit, with every layer and pipeline; changed ones are not trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.formats import Onnx, TrainedModel, report_model
from core.formats.onnx.own_files import OnnxReader
from core.nn import LAYERS, Layer, Shape
from core.nn.interventions import Intervention
from core.nn.network import Network
from tests.core.formats.onnx.onnx_cases import CASES, deep_network_for, network_for, raw_samples, shaken
from tests.core.random_stacks import random_network
from tests.core.test_exam import PLACE_IDS, PLACES, around

onnx = pytest.importorskip("onnx")


def written(model: TrainedModel, folder: Path) -> Path:
    path = folder / "model.onnx"
    Onnx().write(model, path)
    return path


def assert_same(again: TrainedModel | None, model: TrainedModel) -> None:
    assert again is not None
    assert again.to_json() == model.to_json()
    assert again.network.output_overrides.keys() == model.network.output_overrides.keys()
    found = again.network.state_dict()
    for name, array in model.network.state_dict().items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


WRITTEN = [
    (place, name) for place, name in zip(PLACES, PLACE_IDS, strict=True) if not place[0]().masks(False)
]


@pytest.mark.parametrize(
    ("kind", "shape"), [place for place, _ in WRITTEN], ids=[name for _, name in WRITTEN]
)
def test_every_layer_comes_back(kind: type[Layer], shape: Shape, tmp_path: Path) -> None:
    network = shaken(Network(around(kind(), shape), shape, seed=1))
    network.state += np.linspace(0.5, 1.5, network.state.size, dtype=np.float32)
    report = report_model(written(TrainedModel(network), tmp_path))
    assert_same(report.model, TrainedModel(network))
    assert [row.fit for row in report.layers] == ["fits"] * len(network.layers)
    assert report.remarks == ()


@pytest.mark.parametrize("name", CASES)
def test_every_pipeline_comes_back(name: str, tmp_path: Path) -> None:
    pipeline = CASES[name]
    model = TrainedModel(deep_network_for(pipeline), pipeline, "Nät", 3, 40, "ab")
    again = report_model(written(model, tmp_path)).model
    assert_same(again, model)
    assert again is not None
    raw = raw_samples(pipeline.inputs)
    if name in ("table", "values"):  # their gaps, which have no fill, are refused
        raw = {column: np.asarray(values, object)[1:3] for column, values in raw.items()}
    outputs = model.network.predict(pipeline.transform(raw))
    np.testing.assert_array_equal(again.network.predict(pipeline.transform(raw)), outputs)


def test_random_stacks_come_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    for number in range(8):
        shape = ((6,), (7, 6, 2))[number % 2]
        network = random_network(rng, shape, LAYERS.make("dense"))
        model = TrainedModel(network, epoch=number)
        assert_same(report_model(written(model, tmp_path)).model, model)


def test_muted_and_clamped_units_come_back(tmp_path: Path) -> None:
    network = network_for(CASES["points"])
    network.intervene([Intervention("mute", 0, 2), Intervention("clamp", 0, 5, value=-1.5)])
    model = TrainedModel(network, CASES["points"])
    again = OnnxReader().report(written(model, tmp_path)).model
    assert_same(again, model)
    assert again is not None
    units, values = again.network.output_overrides["0"]
    assert (units.tolist(), values) == ([2, 5], [0.0, -1.5])


def _one_weight(file: onnx.ModelProto) -> None:
    file.graph.node[0].attribute.extend([onnx.helper.make_attribute("alpha", 2.0)])


def _other_layers(file: onnx.ModelProto) -> None:
    for entry in file.metadata_props:
        if entry.key == "layers":
            entry.value = entry.value.replace('"tanh"', '"relu"')


def _no_json(file: onnx.ModelProto) -> None:
    for entry in file.metadata_props:
        if entry.key == "layers":
            entry.value = "[{"


@pytest.mark.parametrize("change", [_one_weight, _other_layers, _no_json])
def test_a_description_that_the_graph_contradicts_is_not_trusted(
    change: Callable[[onnx.ModelProto], None], tmp_path: Path
) -> None:
    network = shaken(Network(LAYERS.parse("dense 4 tanh, dense 2 softmax"), (3,), seed=0))
    path = written(TrainedModel(network), tmp_path)
    file = onnx.load(path)
    change(file)
    path.write_bytes(file.SerializeToString())
    report = report_model(path)
    assert report.remarks == (
        "The graph is not as this program wrote it, so that it counts, not its description",
    )
    assert report.model is not None
    x = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    runtime = pytest.importorskip("onnxruntime")
    wanted = runtime.InferenceSession(path).run(None, {"inputs": x})[0]
    np.testing.assert_allclose(report.model.network.predict(x), wanted, atol=1e-6)


def test_a_description_larger_than_the_file_is_not_built(tmp_path: Path) -> None:
    network = Network(LAYERS.parse("dense 4, dense 2"), (3,), seed=0)
    path = written(TrainedModel(network), tmp_path)
    file = onnx.load(path)
    for entry in file.metadata_props:
        if entry.key == "layers":
            entry.value = entry.value.replace('"units": 4', '"units": 16384')
    path.write_bytes(file.SerializeToString())
    report = report_model(path)
    assert report.model is not None
    assert report.model.network.layers[0] == LAYERS.make("dense")
