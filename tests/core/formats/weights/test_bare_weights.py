"""Weights of files that describe no layers are put onto a given network, by names or by shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats import (
    ModelDescription,
    ModelReport,
    TrainedModel,
    holds_model,
    load_model,
    named_weights,
    report_model,
)
from core.formats.weights.bare_weights import are_weights
from core.nn import LAYERS
from core.nn.network import Network

SHAPE = (6, 6, 2)
LAYERS_HERE = LAYERS.parse(
    "conv2d 3 3x3 relu, batch_normalization, flatten, dense 4 tanh, dense 4 tanh, dense 3"
)
ONTO = ModelDescription(LAYERS_HERE, SHAPE, name="Open")


@pytest.fixture
def network() -> Network:
    network = Network(LAYERS_HERE, SHAPE, seed=3)
    network.state += np.linspace(0.5, 1.5, network.state.size, dtype=np.float32)
    return network


def save(path: Path, arrays: Mapping[str, Any]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        pytest.importorskip("safetensors.numpy").save_file(dict(arrays), path)
    return path


def same(report: ModelReport, network: Network, atol: float = 0.0) -> bool:
    assert report.is_onto
    assert report.model is not None
    found = report.model.network.state_dict()
    return all(np.allclose(found[name], array, atol=atol) for name, array in network.state_dict().items())


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("layout", ["keras", "pytorch"])
def test_names_of_either_layout_are_taken(layout: str, suffix: str, network: Network, tmp_path: Path) -> None:
    path = save(tmp_path / f"a{suffix}", named_weights(network, layout))
    assert holds_model(path)
    report = report_model(path, ONTO)
    assert same(report, network)
    assert report.remarks == ()
    assert report.model is not None
    assert (report.model.name, report.model.pipeline, report.model.epoch) == ("Open", None, None)
    with pytest.raises(
        ValueError, match="it has weights alone; open it in the window, while a network that they fit"
    ):
        load_model(path)


def test_other_names_are_taken_by_their_shapes_and_order(network: Network, tmp_path: Path) -> None:
    # Layers of equal shapes by their numbers, of which 10 is behind 9; a counter is no weight.
    prefixes = {"0": "body.conv", "2": "body.norm", "4": "head.10", "6": "head.11", "8": "head.9"}
    arrays = {}
    for name, array in named_weights(network, "pytorch").items():
        prefix, _, last = name.rpartition(".")
        arrays[f"{prefixes[prefix]}.{last}"] = array
    arrays["body.norm.num_batches_tracked"] = np.array(7)
    report = report_model(save(tmp_path / "a.safetensors", arrays), ONTO)
    assert same(report, network)
    assert report.remarks == (
        "Its arrays have other names than here, and are taken by shape and in the order of their names",
    )


@pytest.mark.parametrize(("kind", "atol"), [(np.float16, 2e-3), (np.float64, 1e-7)])
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_numbers_of_other_sizes_are_taken(
    suffix: str, kind: type, atol: float, network: Network, tmp_path: Path
) -> None:
    arrays = {name: array.astype(kind) for name, array in named_weights(network, "keras").items()}
    assert same(report_model(save(tmp_path / f"a{suffix}", arrays), ONTO), network, atol)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda arrays: arrays.pop("8.bias"), "the network that is open: it needs 8.bias of shape (3,)"),
        (
            lambda arrays: arrays.update({"10.weight": np.ones((1, 3), "f4")}),
            "it needs 12 arrays, and the file has 13",
        ),
        (
            lambda arrays: arrays.update({"8.weight": np.ones((5, 4), "f4")}),
            "it needs 8.weight of shape (3, 4)",
        ),
        (lambda arrays: arrays["0.bias"].fill(np.inf), "its array 0.bias must hold finite numbers only"),
        (
            lambda arrays: arrays.clear() or arrays.update(a=np.ones(2)),
            "none of them is called as weights are",
        ),
    ],
)
def test_what_does_not_fit_is_a_sentence(
    change: Any, sentence: str, network: Network, tmp_path: Path
) -> None:
    arrays = named_weights(network, "pytorch")
    change(arrays)
    with pytest.raises(
        ValueError, match=rf"^a\.safetensors cannot be opened: .*{re.escape(sentence)}"
    ) as caught:
        report_model(save(tmp_path / "a.safetensors", arrays), ONTO)
    assert len(str(caught.value)) <= 200


def test_a_file_that_describes_its_layers_is_read_as_ever(network: Network, tmp_path: Path) -> None:
    from core.formats import Npz, Safetensors

    for exporter in (Npz(), Safetensors()):
        path = tmp_path / f"a{exporter.suffix}"
        exporter.write(TrainedModel(network, name="Own"), path)
        report = report_model(path, ONTO)
        assert not report.is_onto
        assert report.model is not None
        assert report.model.name == "Own"


def test_arrays_of_data_are_no_weights(tmp_path: Path) -> None:
    assert are_weights(["fc.weight", "fc.bias", "bn.num_batches_tracked"])
    assert are_weights(["dense/kernel"])
    for names in (
        [],
        ["X", "y"],
        ["weight", "bias"],
        ["fc.weight", "x"],
        ["fc.bias"],
        ["people.weight", "people.age"],
    ):
        assert not are_weights(names)
    assert not holds_model(save(tmp_path / "a.npz", {"X": np.ones((3, 2)), "weight": np.ones(3)}))
