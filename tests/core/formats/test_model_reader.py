"""Models that were written are read back, bit by bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, save_project
from core.experiment.templates import TEMPLATES
from core.formats import (
    EXPORTERS,
    MODEL_READERS,
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
from core.formats.trained_experiment import trained_model
from core.formats.weights.npz import NpzReader
from core.formats.weights.safetensors import SafetensorsReader
from core.nn import LAYERS
from core.nn.network import Network

STACKS = {
    "dense": ((4,), "dense 5 relu, layer_normalization, dense 3 softmax"),
    "images": (
        (9, 9, 2),
        "conv2d 4 3x3 relu, batch_normalization, max_pooling2d 2x2, flatten, dense 6 tanh, dropout 0.1, dense 3",
    ),
    "blocks": ((6,), "residual, dense 4, batch_normalization, dense 2 sigmoid"),
}


@pytest.fixture
def experiment() -> Experiment:
    return Experiment(
        name="Small", dataset=Moons(samples=60), layers=LAYERS.parse("dense 5 relu, batch_normalization")
    )


@pytest.fixture
def state(experiment: Experiment) -> TrainerState:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    return TrainerState.of(trainer, prepared.pipeline)


def shuffled(name: str) -> Network:
    """A network whose weights are all different."""
    shape, text = STACKS[name]
    network = Network(LAYERS.parse(text), shape, seed=3)
    rng = np.random.default_rng(0)
    network.load_state_dict(
        {key: rng.normal(size=array.shape) for key, array in network.state_dict().items()}
    )
    return network


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("layout", ["keras", "pytorch"])
@pytest.mark.parametrize("exporter", [Npz, Safetensors])
def test_weights_are_read_back(
    name: str, layout: str, exporter: type[Npz] | type[Safetensors], tmp_path: Path
) -> None:
    network = shuffled(name)
    path = tmp_path / f"model{exporter.suffix}"
    exporter(layout=layout).write(TrainedModel(network, name="Net"), path)
    again = load_model(path)
    assert (again.name, again.pipeline, again.network.layers) == ("Net", None, network.layers)
    found = again.network.state_dict()
    for key, array in network.state_dict().items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)


def test_every_template_is_read_back(tmp_path: Path) -> None:
    for template in TEMPLATES:
        shape = (12, 12, 2) if template.for_images else (3,)
        network = Network((*template.build(shape), *LAYERS.parse("dense 4 softmax")), shape, seed=1)
        for layout in ("keras", "pytorch"):
            exporter = Npz(layout=layout)
            exporter.write(TrainedModel(network), tmp_path / "a.npz")
            found = load_model(tmp_path / "a.npz").network.state_dict()
            for key, array in network.state_dict().items():
                np.testing.assert_array_equal(found[key], array, err_msg=f"{template.title} {key}")


@pytest.mark.parametrize("suffix", [".nnplay", ".npz", ".safetensors"])
def test_a_model_keeps_its_pipeline(
    experiment: Experiment, state: TrainerState, suffix: str, tmp_path: Path
) -> None:
    model = trained_model(experiment, state)
    path = tmp_path / f"model{suffix}"
    if suffix == ".nnplay":
        save_project(path, experiment, state)
    else:
        {".npz": Npz(), ".safetensors": Safetensors()}[suffix].write(model, path)
    again = load_model(path)
    assert again.to_json() == model.to_json()
    points = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_array_equal(
        again.predictions(points).probabilities, model.predictions(points).probabilities
    )


def test_a_project_without_weights_and_other_files_are_refused(
    experiment: Experiment, tmp_path: Path
) -> None:
    save_project(tmp_path / "bare.nnplay", experiment, None)
    (tmp_path / "a.bin").write_bytes(b"x")
    np.savez(tmp_path / "plain.npz", x=np.zeros(3))
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3)}, tmp_path / "plain.safetensors")
    (tmp_path / "long.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")
    for name, sentence in (
        ("bare.nnplay", "bare.nnplay has no weights; train it first"),
        ("a.bin", r"must end with one of .*\.nnplay.*, got 'a.bin'"),
        ("plain.npz", "plain.npz cannot be opened: it has weights alone"),
        ("plain.safetensors", "plain.safetensors cannot be opened: it has weights alone"),
        ("long.safetensors", "its header must be at most 4,000,000 bytes, got 1,099,511,627,776"),
    ):
        with pytest.raises(ValueError, match=sentence):
            load_model(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"layers": [{"kind": "dense", "units": 16_384}]}, "bytes of weights, more than the file"),
        ({"layers": [{"kind": "dense", "units": 4}]}, "must be float32 of shape"),
        ({"layers": [{"kind": "dance"}]}, "There is no layer called 'dance'"),
        ({"input_shape": [0]}, "the input shape must be whole numbers"),
        ({"input_shape": None}, "its description is incomplete"),
        ({"layout": "jax"}, "layout must be one of keras, pytorch"),
        ({"pipeline": {"kind": "pipeline"}}, "version must be"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(
    changes: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    network = Network(LAYERS.parse("dense 3"), (2,), seed=0)
    described = {"layout": "keras", **TrainedModel(network).to_json(), **changes}
    arrays = {"dense/kernel": np.zeros((2, 3), np.float32), "dense/bias": np.zeros(3, np.float32)}
    np.savez(tmp_path / "a.npz", metadata=np.array(json.dumps(described)), **arrays)
    with pytest.raises(ValueError, match=sentence):
        load_model(tmp_path / "a.npz")


def test_every_reader_has_a_suffix_of_its_own() -> None:
    suffixes = [kind.suffix for kind in MODEL_READERS]
    assert len(set(suffixes)) == len(suffixes)
    assert {NpzReader, SafetensorsReader} <= set(MODEL_READERS)
    read = {kind.suffix for kind in MODEL_READERS if kind.is_read}
    assert read <= {".nnplay", *(kind.suffix for kind in EXPORTERS)}


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "NET.PT"])
def test_pickles_of_pytorch_are_not_read_but_say_how_to_export(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(ValueError, match=rf"^{name} cannot be opened: .* torch\.onnx\.export\(model, x, "):
        load_model(path)
    with pytest.raises(ValueError, match=r"must end with one of [^p]*\.keras.*, got") as caught:
        load_model(path.rename(tmp_path / "net.bin"))
    assert ".pt" not in str(caught.value)


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
