"""A saved file is what its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core import Dense, GaussianNoise, Sequence, Sine
from core.spec import SettingError

X = np.random.default_rng(0).normal(size=(30, 3))


@pytest.fixture
def model() -> Sequence:
    return Sequence([Dense(4, "tanh"), Dense(2, "softmax")]).build(3)


@pytest.mark.parametrize("suffix", [".h5", ".pt", ".pth", ".pkl", ".joblib", ".tflite", ".HDF5"])
def test_a_name_of_another_program_is_refused(suffix: str, model: Sequence, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    with pytest.raises(
        ValueError, match=r"would not be a file of .*; save as \.nnmodel, .*or as \.keras, \.onnx"
    ):
        model.save(path)
    assert not path.exists()
    path.write_bytes(b"\x89HDF\r\n")
    with pytest.raises(
        ValueError, match=r"cannot be opened: files of .* are not read; \.keras and \.onnx are"
    ):
        Sequence.load(path)


@pytest.mark.parametrize("name", ["model.foo", "model.json", "v1.2", "model.nnmodel.bak"])
def test_a_name_of_no_format_is_refused(name: str, model: Sequence, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a file of a model ends with one of \.nnmodel, \.nnplay, .*got '"):
        model.save(tmp_path / name)
    assert not any(tmp_path.iterdir())
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(Sequence.load(tmp_path / "model").predict(X), model.predict(X))


def test_a_page_takes_the_numbers_of_a_bare_model(model: Sequence, tmp_path: Path) -> None:
    model.save(tmp_path / "model.html")
    assert "x1" in (tmp_path / "model.html").read_text("utf-8")
    images = Sequence(["flatten", Dense(2, "softmax")]).build((4, 4, 1))
    images.save(tmp_path / "images.html")
    with pytest.raises(SettingError, match="must take raw samples"):
        Sequence(["flatten", Dense(2, "softmax")]).build((4, 3)).save(tmp_path / "series.html")


def test_a_keras_file_is_keras_or_is_not_written(model: Sequence, tmp_path: Path) -> None:
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert {"config.json", "model.weights.h5"} <= set(archive.namelist())
    np.testing.assert_allclose(
        Sequence.load(tmp_path / "model.keras").predict(X), model.predict(X), atol=1e-6
    )
    wave = Sequence([Dense(4), Sine(), GaussianNoise(), Dense(2, "softmax")]).build(3)
    try:
        wave.save(tmp_path / "wave.keras")
    except SettingError:
        assert not (tmp_path / "wave.keras").exists()


def test_older_names_of_the_own_format_still_open(model: Sequence, tmp_path: Path) -> None:
    model.save(tmp_path / "a.nnmodel")
    (tmp_path / "old.h5").write_bytes((tmp_path / "a.nnmodel").read_bytes())
    np.testing.assert_array_equal(Sequence.load(tmp_path / "old.h5").predict(X), model.predict(X))
