"""Models of sequences, as Keras and PyTorch write them: most open, and predict here what they predict there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from core import load_model

pytestmark = [pytest.mark.foreign, pytest.mark.filterwarnings("ignore")]
RNG: Final = np.random.default_rng(0)
STEPS = RNG.normal(size=(3, 8, 4)).astype(np.float32)
TOKENS, ROWS = RNG.integers(0, 11, (3, 8)), RNG.normal(size=(3, 4)).astype(np.float32)
CLOSE: Final = 1e-5
KERAS: Final = (
    "lstm stack", "gru", "rnn", "bidirectional lstm", "bidirectional gru", "masked tokens", "pooled tokens", "conv1d",
    "masking", "attention", "normalization", "rescaling",
)  # fmt: skip


def keras_model(name: str, keras: Any) -> tuple[Any, np.ndarray]:
    make = keras.layers

    def stack(x: np.ndarray, *layers: Any) -> tuple[Any, np.ndarray]:
        return keras.Sequential([keras.Input(x.shape[1:], dtype=x.dtype), *layers, make.Dense(2)]), x

    if name == "attention":
        x = keras.Input((8, 4))
        y = make.LayerNormalization()(make.Add()([x, make.MultiHeadAttention(2, 2)(x, x)]))
        return keras.Model(x, make.Dense(3, "softmax")(make.GlobalAveragePooling1D()(y))), STEPS
    if name == "lstm stack":
        more = make.LSTM(4, activation="relu")
        return stack(STEPS, make.LSTM(5, return_sequences=True, dropout=0.2), more)
    if name == "normalization":
        (scaled := make.Normalization()).adapt(ROWS)
        return stack(ROWS, scaled, make.Dense(5, "relu"), make.LayerNormalization())
    layers: dict[str, tuple[Any, ...]] = {
        "gru": (STEPS, make.GRU(5, return_sequences=True), make.GlobalMaxPooling1D()),
        "rnn": (STEPS, make.SimpleRNN(5)),
        "bidirectional lstm": (STEPS, make.Bidirectional(make.LSTM(5))),
        "bidirectional gru": (STEPS, make.Bidirectional(make.GRU(5), merge_mode="sum")),
        "masked tokens": (TOKENS, make.Embedding(11, 6, mask_zero=True), make.LSTM(5)),
        "pooled tokens": (TOKENS, make.Embedding(11, 6), make.GlobalAveragePooling1D()),
        "conv1d": (
            STEPS, make.Conv1D(6, 3, padding="same", activation="relu"), make.MaxPooling1D(2), make.Conv1D(5, 3),
            make.BatchNormalization(), make.Flatten(),
        ),
        "masking": (STEPS, make.Masking(0.0), make.GRU(5)),
        "rescaling": (ROWS, make.Rescaling(0.5, 0.1), make.Dense(5, "gelu")),
    }  # fmt: skip
    return stack(*layers[name])


@pytest.mark.slow(reason="4 s")
def test_twelve_models_of_keras_open_and_predict_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    for name in KERAS:
        model, x = keras_model(name, keras)
        model.save(path := tmp_path / f"{name}.keras")
        theirs = model(x).detach().cpu().numpy()
        assert np.abs(load_model(path).predict(x) - theirs).max() < CLOSE, name
    # What is no layer here is said.
    x = keras.Input((8, 4))
    keras.Model(x, keras.layers.Dense(1)(keras.layers.GRU(5, reset_after=False)(x))).save(
        path := tmp_path / "old.keras"
    )
    with pytest.raises(ValueError, match="reset_after must be True, got False"):
        load_model(path)


def torch_models(torch: Any) -> dict[str, tuple[Any, np.ndarray]]:
    nn = torch.nn

    class Model(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self, call: Any, **parts: Any) -> None:
            super().__init__()
            self.call = call
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x: Any) -> Any:
            return self.call(self, x)

    def last(kind: Any, more: int = 1, **given: Any) -> Any:
        return Model(
            lambda m, x: torch.softmax(m.end(m.rnn(x)[0][:, -1]), -1),
            rnn=kind(4, 5, more, batch_first=True, **given),
            end=nn.Linear(5, 3),
        )

    tokens = {"e": nn.Embedding(11, 6), "end": nn.Linear(5, 2)}
    flat = nn.Sequential(
        nn.Conv1d(4, 6, 3, padding=1), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(6, 5, 3), nn.Flatten(), nn.Linear(10, 3)
    )  # fmt: skip
    both = nn.GRU(4, 5, bidirectional=True, batch_first=True)
    of_tokens, state = nn.LSTM(6, 5, batch_first=True), nn.LSTM(4, 5, batch_first=True)
    return {
        "lstm": (last(nn.LSTM), STEPS),
        "two of lstm": (last(nn.LSTM, 2), STEPS),
        "gru": (last(nn.GRU), STEPS),
        "rnn": (last(nn.RNN), STEPS),
        "last state": (Model(lambda m, x: m.end(m.rnn(x)[1][0][-1]), rnn=state, end=nn.Linear(5, 3)), STEPS),
        "both ways": (Model(lambda m, x: m.end(m.rnn(x)[0].mean(1)), rnn=both, end=nn.Linear(10, 2)), STEPS),
        "tokens": (Model(lambda m, x: m.end(m.rnn(m.e(x))[0][:, -1]), rnn=of_tokens, **tokens), TOKENS),
        "windows of tokens": (
            Model(
                lambda m, x: m.end(torch.relu(m.c(m.e(x).transpose(1, 2))).amax(2)),
                c=nn.Conv1d(6, 5, 3),
                **tokens,
            ),
            TOKENS,
        ),
        "conv1d": (flat, STEPS.transpose(0, 2, 1)),
    }


def check_torch(name: str, model: Any, x: np.ndarray, path: Path, torch: Any, **options: Any) -> None:
    sample = torch.tensor(np.ascontiguousarray(x))
    torch.onnx.export(model.eval(), (sample,), path, input_names=["x"], verbose=False, **options)
    with torch.no_grad():
        theirs = model(sample).numpy()
    # Channels are last here.
    ours = load_model(path).predict(x.transpose(0, 2, 1) if name == "conv1d" else x)
    assert np.abs(ours - theirs).max() < CLOSE, name


@pytest.mark.slow(reason="3 s")
def test_models_of_torch_open_and_predict_the_same(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    for name, (model, x) in torch_models(torch).items():
        check_torch(
            name, model, x, tmp_path / "model.onnx", torch, dynamo=False, dynamic_axes={"x": {0: "n"}}
        )


@pytest.mark.slow(reason="9 s")
@pytest.mark.parametrize("name", ["lstm", "both ways", "windows of tokens"])
def test_models_of_the_newer_exporter_open_too(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    model, x = torch_models(torch)[name]
    samples = ({0: torch.export.Dim("n")},)
    check_torch(name, model, x, tmp_path / "model.onnx", torch, dynamo=True, dynamic_shapes=samples)


@pytest.mark.slow(reason="1 s")
def test_what_is_no_layer_here_is_said(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    x, path = torch.tensor(STEPS), tmp_path / "model.onnx"

    class Started(torch.nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.rnn = torch.nn.LSTM(4, 5, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.rnn(x, (torch.ones(1, 3, 5), torch.zeros(1, 3, 5)))[0][:, -1]

    torch.onnx.export(Started(), (x,), path, dynamo=False, verbose=False)
    with pytest.raises(ValueError, match="it moves the axis of samples"):
        load_model(path)
