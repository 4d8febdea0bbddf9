"""The generated loading code runs unchanged and predicts the same as our network."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats import Exporter, ModelDescription, Npz, Safetensors, TrainedModel, loading_code
from core.formats.programs.loading_code import pytorch_model
from core.nn import (
    ACTIVATIONS,
    GRU,
    LAYERS,
    LSTM,
    Activation,
    AveragePooling1D,
    AveragePooling2D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    Layer,
    LayerError,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    MultiHeadAttention,
    Normalization,
    PositionalEncoding,
    Rescaling,
    Reshape,
    Residual,
    Sampling,
    SimpleRNN,
    SpatialDropout2D,
)
from core.nn.network import Network
from core.spec import SettingError

Stack = tuple[list[Layer], tuple[int, ...]]

ROWS: dict[str, Stack] = {
    "all activations": ([item for name in ACTIVATIONS.names() for item in (Dense(5, name),)], (3,)),
    "activations apart": ([Dense(6), Activation("tanh"), ACTIVATIONS.make("elu"), Dense(2, "softmax")], (2,)),
    "in training alone": ([GaussianNoise(0.3), Dense(4), Dropout(0.5), Dense(1, "sigmoid")], (3,)),
    "a code": ([Dense(6, "tanh"), Sampling(0.1), Dense(4)], (5,)),
    "normalized": (
        [Dense(6), BatchNormalization(), Dense(5, use_bias=False), LayerNormalization(), Dense(2)],
        (3,),
    ),
    "half normalized": (
        [Dense(4), BatchNormalization(scale=False), LayerNormalization(center=False), Dense(2)],
        (3,),
    ),
    "without any affine": (
        [
            Dense(4),
            BatchNormalization(scale=False, center=False),
            LayerNormalization(scale=False, center=False),
        ],
        (3,),
    ),
    "of images": ([Flatten(), Dense(5, "relu"), Dense(3)], (4, 3, 2)),
    "reshaped": ([Dense(6), Reshape((3, 2, 1)), Reshape((2, -1, 1)), Reshape((-1,)), Dense(2)], (4,)),
    "scaled": (
        [Rescaling((0.5, 2.0, 1.5), -1.0), Dense(3), Normalization((0.1, 0.2, 0.3), 2.0), Dense(2)],
        (3,),
    ),
    "averaged": ([BatchNormalization(), GlobalAveragePooling2D(), Dense(2)], (4, 3, 2)),
}
OTHERS: dict[str, Stack] = {
    "a small GPT": (
        [
            Embedding(9, 6),
            PositionalEncoding(),
            Residual((LayerNormalization(), MultiHeadAttention(num_heads=3))),
            Residual((LayerNormalization(), Dense(8, "relu"), Dense(6))),
            Dense(9, "softmax"),
        ],
        (5,),
    ),
    "recurrent": (
        [
            Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
            BatchNormalization(),
            MaxPooling1D(3, 2, "same"),
            AveragePooling1D(2),
            SimpleRNN(4, return_sequences=True),
            GRU(5, return_sequences=True),
            PositionalEncoding(learned=False),
            MultiHeadAttention(num_heads=1, causal=False, use_bias=False),
            LSTM(4),
            Dense(2),
        ],
        (12, 3),
    ),
    "from both ends": (
        [
            Bidirectional(GRU(3, return_sequences=True)),
            Bidirectional(SimpleRNN(4, return_sequences=True), "ave"),
            Bidirectional(LSTM(4), "sum"),
            Dense(2),
        ],
        (6, 3),
    ),
    "mean over time": ([Conv1D(4, 4, 2, "same"), GlobalAveragePooling1D(), Dense(2)], (7, 3)),
    "maximum over time": ([Conv1D(4, 3, use_bias=False), GlobalMaxPooling1D(), Dense(2)], (7, 3)),
    "convolutions": (
        [
            Conv2D(3, (3, 2), activation="relu"),
            Conv2D(2, 3, dilation_rate=2, use_bias=False),
            Flatten(),
            Dense(2),
        ],
        (9, 8, 2),
    ),
    "same": (
        [
            Conv2D(3, 3, padding="same"),
            Conv2D(3, 4, padding="same", activation="tanh"),
            Conv2D(2, 3, strides=2, padding="same"),
            GlobalAveragePooling2D(),
            Dense(2),
        ],
        (8, 7, 1),
    ),
    "pools": (
        [
            Conv2D(3, 2),
            MaxPooling2D(),
            SpatialDropout2D(0.2),
            AveragePooling2D(2, strides=1),
            Flatten(),
            Dense(3),
        ],
        (10, 9, 1),
    ),
    "pools beyond the edge": (
        [
            MaxPooling2D(3, strides=1, padding="same"),
            AveragePooling2D(3, strides=1, padding="same"),
            MaxPooling2D(2, strides=1, padding="same"),
            AveragePooling2D(2, strides=1, padding="same"),
            AveragePooling2D(3, strides=2, padding="same"),
            MaxPooling2D(3, strides=2, padding="same"),
            Flatten(),
            Dense(2),
        ],
        (8, 7, 2),
    ),
    "blocks": (
        [
            Conv2D(2, 1),
            Residual((Conv2D(3, 3, strides=2, padding="same"), BatchNormalization()), activation="relu"),
            Flatten(),
            Dense(6),
            Residual((Dense(4, "sine"), Residual(()), Dense(6))),
        ],
        (6, 5, 1),
    ),
}


def trained(stack: Stack) -> Network:
    """A network whose weights and running averages differ from the initial ones."""
    network = Network(*stack, seed=1)
    rng = np.random.default_rng(2)
    network.parameters[:] = rng.normal(0.0, 0.4, network.parameters.shape)
    network.state[:] = rng.uniform(0.5, 1.5, network.state.shape)
    return network


def run(exporter: Exporter, network: Network, folder: Path) -> dict[str, Any]:
    """Export, run the loading code, and return its globals."""
    path, program = folder / f"it's mine{exporter.suffix}", folder / "program.py"
    exporter.write(TrainedModel(network), path)
    program.write_text(loading_code(exporter, path, TrainedModel(network).description), "utf-8")
    return runpy.run_path(str(program))


def samples(network: Network) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(6, *network.input_shape)).astype(np.float32)


@pytest.mark.parametrize("name", [*ROWS, *OTHERS])
@pytest.mark.parametrize("exporter", [Npz(), Safetensors(layout="keras")], ids=["npz", "safetensors"])
def test_numpy_lines_predict_the_same(
    name: str, exporter: Exporter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = trained({**ROWS, **OTHERS}[name])
    predict = run(exporter, network, tmp_path)["predict"]
    inputs = samples(network)
    np.testing.assert_allclose(predict(inputs), network.predict(inputs), rtol=1e-4, atol=1e-5)
    assert capsys.readouterr().out.startswith("[[")


@pytest.mark.foreign
@pytest.mark.parametrize("name", [*ROWS, *OTHERS])
@pytest.mark.parametrize("exporter", [Npz(layout="pytorch"), Safetensors()], ids=["npz", "safetensors"])
def test_the_sequential_predicts_the_same(name: str, exporter: Exporter, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    network = trained({**ROWS, **OTHERS}[name])
    model = run(exporter, network, tmp_path)["model"]
    inputs = samples(network)
    images = np.ascontiguousarray(np.moveaxis(inputs, -1, 1)) if inputs.ndim == 4 else inputs
    with torch.no_grad():
        theirs = model(torch.tensor(images)).numpy()
    np.testing.assert_allclose(network.predict(inputs), theirs, rtol=1e-4, atol=1e-5)
    assert not model.training


def has_modules(kind: type[Layer]) -> bool:
    for shape in ((4, 4, 1), (4, 4), (4,)):
        try:
            kind().output_shape(shape)
            return kind().torch_modules(shape) is not None
        except (LayerError, SettingError):
            continue
    return False


def test_every_layer_and_activation_that_has_a_module_is_compared() -> None:
    covered = {type(layer) for stack, _ in (*ROWS.values(), *OTHERS.values()) for layer in stack}
    functions = {type(layer.activation) for layer in ROWS["all activations"][0] if isinstance(layer, Dense)}
    written = {kind for kind in LAYERS if has_modules(kind)}
    assert len(written) >= 24
    assert covered | functions >= written


def test_the_text_is_the_sequential_of_this_very_stack() -> None:
    code = loading_code(
        Safetensors(),
        Path("Moons.safetensors"),
        ModelDescription((Dense(4, "tanh"), Dense(1, "sigmoid")), (2,)),
    )
    assert code == (
        "import torch\n"
        "from safetensors.torch import load_file\n"
        "\n"
        "model = torch.nn.Sequential(\n"
        "    torch.nn.Linear(2, 4),\n"
        "    torch.nn.Tanh(),\n"
        "    torch.nn.Linear(4, 1),\n"
        "    torch.nn.Sigmoid(),\n"
        ")\n"
        'model.load_state_dict(load_file("Moons.safetensors"))\n'
        "model.eval()\n"
        "\n"
        "inputs = torch.zeros(1, 2)  # put yours here: samples, features\n"
        "with torch.no_grad():\n"
        "    print(model(inputs))\n"
    )


def test_a_layer_without_an_equal_is_told_in_a_comment() -> None:
    model = pytorch_model([GaussianNoise(), Dense(2)], (3,))
    assert "torch.nn.Identity(),  # GaussianNoise: PyTorch has none" in model


@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(2, 2), LayerNormalization(), Flatten(), Dense(2)],
        [Conv2D(2, 2), Flatten(), Reshape((3, 6, 1)), Flatten(), Dense(2)],
        [Conv2D(2, 2), Flatten()],
    ],
)
def test_what_the_layout_cannot_order_is_told(layers: list[Layer], tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="use keras"):
        pytorch_model(layers, (4, 4, 1))
    with pytest.raises(SettingError, match="use keras"):
        Safetensors().write(TrainedModel(Network(layers, (4, 4, 1))), tmp_path / "x.safetensors")
