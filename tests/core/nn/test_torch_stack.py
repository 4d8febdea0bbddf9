"""A stack and its PyTorch modules predict the same."""

from __future__ import annotations

import numpy as np
import pytest

from core.formats import named_weights
from core.nn import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Reshape,
    Residual,
)
from core.nn.network import Network
from core.spec import SettingError


@pytest.mark.foreign
def test_exported_networks_predict_the_same_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, layers: object, skip: object) -> None:
            super().__init__()
            self.layers, self.skip = layers, skip

        def forward(self, x: object) -> object:
            return self.layers(x) + self.skip(x)

    layers = [
        Conv2D(4, 3, activation="relu"),
        BatchNormalization(),
        Residual((Conv2D(6, 3, padding="same", activation="tanh"), BatchNormalization()), activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dropout(0.2),
        BatchNormalization(),
        Residual((ReLU(), BatchNormalization())),
        Dense(12),
        Residual((Dense(5, "relu"), Dense(12))),
        Dense(3),
    ]
    network = Network(layers, (8, 8, 2), seed=1)
    rng = np.random.default_rng(3)
    network.parameters[:] = rng.normal(0.0, 0.3, network.parameters.shape)
    network.state[:] = rng.uniform(0.5, 2.0, network.state.shape)
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3),
        nn.ReLU(),
        nn.BatchNorm2d(4, eps=1e-3),
        Block(
            nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.Tanh(), nn.BatchNorm2d(6, eps=1e-3)),
            nn.Conv2d(4, 6, 1, bias=False),
        ),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.BatchNorm1d(54, eps=1e-3),
        Block(nn.Sequential(nn.ReLU(), nn.BatchNorm1d(54, eps=1e-3)), nn.Identity()),
        nn.Linear(54, 12),
        Block(nn.Sequential(nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 12)), nn.Identity()),
        nn.Linear(12, 3),
    ).eval()
    model.load_state_dict({k: torch.tensor(v) for k, v in named_weights(network, "pytorch").items()})
    x = rng.normal(size=(7, 8, 8, 2)).astype(np.float32)
    with torch.no_grad():
        theirs = model(torch.tensor(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))).numpy()
    np.testing.assert_allclose(network.predict(x), theirs, rtol=1e-4, atol=1e-5)
    assert theirs.std() > 0.1


def test_what_pytorch_has_no_module_for_is_told() -> None:
    for layers in (
        [Conv2D(2, 2), Flatten(), Residual((Dense(18),)), Dense(2)],
        [Conv2D(2, 2), Reshape((18,)), Dense(2)],
        [Conv2D(2, 2), LayerNormalization(), Flatten(), Dense(2)],
    ):
        with pytest.raises(SettingError, match="use keras"):
            named_weights(Network(layers, (4, 4, 1)), "pytorch")
