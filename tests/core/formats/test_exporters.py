"""Exported weights load in other libraries, and a prediction computed from the file by hand agrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from core.formats import EXPORTERS, Npz, Safetensors, TrainedModel, exporter_for, named_weights
from core.nn import Activation, Dense, Dropout, Flatten, Linear
from core.nn.network import Network
from core.spec import SettingError


def network() -> Network:
    made = Network(
        [
            Dense(5, "relu"),
            Dropout(0.5),
            Dense(4, use_bias=False),
            Activation("tanh"),
            Linear(),
            Dense(3, "softmax"),
        ],
        (2,),
        seed=1,
    )
    made.parameters[:] = np.random.default_rng(0).normal(size=made.parameter_count)
    return made


def read(path: Path) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        return dict(load_file(path))
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name != "metadata"}


KERAS = {
    "dense/kernel": (2, 5),
    "dense/bias": (5,),
    "dense_1/kernel": (5, 4),
    "dense_2/kernel": (4, 3),
    "dense_2/bias": (3,),
}
# Linear 0, ReLU 1, Dropout 2, Linear 3, Tanh 4, Linear 5, Softmax 6: linear activations have no module.
PYTORCH = {"0.weight": (5, 2), "0.bias": (5,), "3.weight": (4, 5), "5.weight": (3, 4), "5.bias": (3,)}


@pytest.mark.parametrize("kind", [Npz, Safetensors])
@pytest.mark.parametrize(("layout", "shapes"), [("keras", KERAS), ("pytorch", PYTORCH)])
def test_names_shapes_and_values(kind: Any, layout: str, shapes: dict[str, Any], tmp_path: Path) -> None:
    made = network()
    path = tmp_path / f"net{kind.suffix}"
    kind(layout=layout).write(TrainedModel(made), path)
    found = read(path)
    assert {name: array.shape for name, array in found.items()} == shapes
    assert all(array.dtype == np.float32 for array in found.values())
    for array, ours in zip((found[name] for name in shapes), made.get_weights(), strict=True):
        np.testing.assert_array_equal(array if layout == "keras" or ours.ndim == 1 else array.T, ours)


@pytest.mark.parametrize("kind", [Npz, Safetensors])
@pytest.mark.parametrize("layout", ["keras", "pytorch"])
def test_a_prediction_by_hand_from_the_file(kind: Any, layout: str, tmp_path: Path) -> None:
    made = network()
    path = tmp_path / f"net{kind.suffix}"
    kind(layout=layout).write(TrainedModel(made), path)
    names = list(KERAS if layout == "keras" else PYTORCH)
    found = read(path)
    w1, b1, w2, w3, b3 = (found[name].astype(np.float64) for name in names)
    if layout == "pytorch":
        w1, w2, w3 = w1.T, w2.T, w3.T
    x = np.random.default_rng(1).normal(size=(50, 2))
    scores = np.exp(np.tanh(np.maximum(x @ w1 + b1, 0.0) @ w2) @ w3 + b3)
    expected = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.predict(x), expected, rtol=0.0, atol=1e-6)


def test_the_header_of_safetensors_tells_the_layers(tmp_path: Path) -> None:
    made, path = network(), tmp_path / "net.safetensors"
    Safetensors().write(TrainedModel(made, name="Moons", seed=7, epoch=412), path)
    with safe_open(path, "np") as file:
        notes = file.metadata()
    assert notes["format"] == "pt"
    assert notes["layout"] == "pytorch"
    assert (notes["experiment"], notes["seed"], notes["epoch"]) == ("Moons", "7", "412")
    assert "data_sha256" not in notes
    assert json.loads(notes["input_shape"]) == [2]
    assert json.loads(notes["layers"]) == [layer.to_json() for layer in made.layers]


def test_what_is_written_is_a_copy(tmp_path: Path) -> None:
    made = network()
    weights = named_weights(made, "pytorch")
    assert all(array.flags.c_contiguous for array in weights.values())
    assert not any(np.shares_memory(array, made.parameters) for array in weights.values())


@pytest.mark.parametrize("kind", list(EXPORTERS), ids=lambda kind: kind.kind)
def test_the_suffix_chooses_the_exporter(kind: Any, tmp_path: Path) -> None:
    assert exporter_for(tmp_path / f"My Net{kind.suffix.upper()}") == kind()


def test_an_unknown_suffix_lists_the_known() -> None:
    with pytest.raises(
        SettingError, match=r"must end with one of .*\.npz, .*\.safetensors.*, got 'net\.doc'"
    ):
        exporter_for(Path("net.doc"))


def test_images_with_channels_are_not_exported_wrongly(tmp_path: Path) -> None:
    made = Network([Flatten(), Dense(2)], (2, 2, 3))
    path = tmp_path / "net.safetensors"
    try:
        Safetensors(layout="pytorch").write(TrainedModel(made), path)
    except SettingError as error:
        sentence = str(error)
        assert not path.exists()
    else:
        # The kernel's rows are then in PyTorch's order, channels first.
        sentence = ""
        rows = made.weights[1]["kernel"].reshape(2, 2, 3, 2).transpose(2, 0, 1, 3).reshape(12, 2)
        np.testing.assert_array_equal(load_file(path)["1.weight"], rows.T)
    assert sentence == "" or sentence.startswith("Export: the pytorch layout")
    Safetensors(layout="keras").write(TrainedModel(made), path)
    np.testing.assert_array_equal(load_file(path)["dense/kernel"], made.weights[1]["kernel"])


def test_an_old_file_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = network()
    for kind in (Npz, Safetensors):
        path = tmp_path / f"net{kind.suffix}"
        kind().write(TrainedModel(made), path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for kind in (Npz, Safetensors):
        with pytest.raises(OSError, match="No space"):
            kind().write(TrainedModel(made), tmp_path / f"net{kind.suffix}")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
