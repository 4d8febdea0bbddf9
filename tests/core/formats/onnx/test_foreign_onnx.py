"""Files of PyTorch's exporters and of skl2onnx predict here what they predict there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats import report_model

pytestmark = [pytest.mark.foreign, pytest.mark.filterwarnings("ignore")]
CLOSE = 1e-5
EXPORTERS = ["dynamo", "torchscript"]


@pytest.fixture(autouse=True)
def torch_and_onnx() -> None:
    pytest.importorskip("onnx")


def mlp(torch: Any) -> tuple[Any, tuple[int, ...]]:
    nn = torch.nn
    layers = (
        nn.Linear(4, 16), nn.BatchNorm1d(16), nn.SiLU(), nn.Dropout(0.3), nn.Linear(16, 8), nn.LayerNorm(8),
        nn.GELU(), nn.Linear(8, 3), nn.LogSoftmax(dim=1),
    )  # fmt: skip
    return nn.Sequential(*layers), (4,)


def cnn(torch: Any) -> tuple[Any, tuple[int, ...]]:
    nn = torch.nn
    layers = (
        nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.ELU(0.7), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(32, 10),
        nn.LeakyReLU(0.1), nn.Linear(10, 4), nn.Softmax(dim=1),
    )  # fmt: skip
    return nn.Sequential(*layers), (3, 16, 16)


def residual(torch: Any) -> tuple[Any, tuple[int, ...]]:
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.first = nn.Conv2d(before, after, 3, stride=stride, padding=1)
            self.second = nn.Conv2d(after, after, 3, padding=1)
            self.norm = nn.BatchNorm2d(after)
            self.skip = nn.Conv2d(before, after, 1, stride=stride) if stride > 1 else nn.Identity()

        def forward(self, x: Any) -> Any:
            y = self.norm(self.second(torch.relu(self.first(x))))
            return torch.relu(y + self.skip(x))

    layers = (
        nn.Conv2d(1, 4, 3, padding=1), Block(4, 4, 1), Block(4, 8, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 1), nn.Sigmoid(),
    )  # fmt: skip
    return nn.Sequential(*layers), (1, 12, 12)


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("make", [mlp, cnn, residual])
def test_a_trained_network_of_pytorch_predicts_the_same(make: Any, exporter: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    if exporter == "dynamo":
        pytest.importorskip("onnxscript")
    torch.manual_seed(0)
    module, shape = make(torch)
    optimizer = torch.optim.Adam(module.parameters(), 0.01)
    x = torch.randn(64, *shape)
    for _ in range(5):
        optimizer.zero_grad()
        ((module(x) - 0.3) ** 2).mean().backward()
        optimizer.step()
    module.eval()
    path = tmp_path / "net.onnx"
    torch.onnx.export(module, (x,), path, dynamo=exporter == "dynamo")
    found = report_model(path)
    assert found.model is not None, found.fault
    assert found.origin.startswith("ONNX, by pytorch")
    wanted = module(x).detach().numpy()
    ours = x.numpy().transpose(0, 2, 3, 1) if len(shape) == 3 else x.numpy()
    outputs = found.model.network.predict(ours)
    if make is mlp:  # its logarithms
        outputs = np.log(outputs)
    np.testing.assert_allclose(outputs, wanted, atol=CLOSE)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("zipmap", [True, False])
def test_a_classifier_of_scikit_learn_predictions_the_same(
    classes: int, zipmap: bool, tmp_path: Path
) -> None:
    skl2onnx = pytest.importorskip("skl2onnx")
    from sklearn.datasets import load_iris
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    X, y = X[y < classes].astype(np.float32), names[y[y < classes]]
    classifier = MLPClassifier((8, 5), activation="tanh", max_iter=60, random_state=0)
    model = make_pipeline(StandardScaler(), classifier).fit(X, y)
    made = skl2onnx.to_onnx(model, X[:1], options={id(classifier): {"zipmap": zipmap}})
    (tmp_path / "iris.onnx").write_bytes(made.SerializeToString())
    found = report_model(tmp_path / "iris.onnx").model
    assert found is not None
    predictions = found.predictions(X)
    assert predictions.labels is not None
    assert predictions.probabilities is not None
    assert predictions.labels.tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(predictions.probabilities, model.predict_proba(X), atol=CLOSE)


def test_a_regressor_of_scikit_learn_predictions_the_same(tmp_path: Path) -> None:
    skl2onnx = pytest.importorskip("skl2onnx")
    from sklearn.datasets import load_diabetes
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    X, y = load_diabetes(return_X_y=True)
    X = X.astype(np.float32)
    regressor = MLPRegressor(hidden_layer_sizes=(9,), activation="logistic", max_iter=60, random_state=0)
    model = make_pipeline(MinMaxScaler(), regressor).fit(X, y)
    (tmp_path / "d.onnx").write_bytes(skl2onnx.to_onnx(model, X[:1]).SerializeToString())
    found = report_model(tmp_path / "d.onnx").model
    assert found is not None
    predictions = found.predictions(X)
    assert predictions.values is not None
    np.testing.assert_allclose(predictions.values[:, 0], model.predict(X), rtol=CLOSE, atol=1e-3)
