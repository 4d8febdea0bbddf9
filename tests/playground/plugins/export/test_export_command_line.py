"""A trained project in other formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets.table_file_dataset import forget_tables
from core.experiment.project_file import load_project
from core.formats import loading_code, proof
from playground.cli import main
from playground.headless import proving
from tests.core.formats.onnx.made_graphs import node, weights, write
from tests.playground.command_line import failing
from tests.playground.headless.flowers import train_flowers

pytestmark = pytest.mark.environment


def test_a_project_is_written_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = train_flowers(tmp_path)
    outputs = [tmp_path / f"out{suffix}" for suffix in (".npz", ".safetensors", ".nnplay")]
    capsys.readouterr()
    assert main(["export", str(project), *map(str, outputs)]) == 0
    npz, safetensors, project_copy = capsys.readouterr().out.splitlines()
    assert re.fullmatch(f"wrote {outputs[0]}, proven by numpy .*: 44 of 44 labels the same, largest .*", npz)
    proven = "proven by torch .*: 44 of 44 labels the same, .*e−.."
    unproven = "not proven: torch is not installed here"
    assert re.fullmatch(f"wrote {outputs[1]}, {proven if find_spec('torch') else unproven}", safetensors)
    assert project_copy == f"wrote {outputs[2]}"
    proof = json.loads(str(np.load(outputs[0])["metadata"]))["proof"]
    assert proof["samples"] == proof["same_labels"] == 44
    state, copied = load_project(project)[1], load_project(outputs[2])[1]
    assert state is not None
    assert copied is not None
    assert copied.pipeline == state.pipeline
    with np.load(outputs[0]) as arrays:
        np.testing.assert_array_equal(arrays["dense/kernel"], state.weights["layer_0/kernel"])
    assert "is what is read" in failing(["export", str(project), str(project)], capsys)
    assert "must end with one of" in failing(["export", str(project), str(tmp_path / "a.xyz")], capsys)


def test_a_file_that_predicts_otherwise_is_not_written_and_the_others_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = train_flowers(tmp_path)
    code: Callable[..., str] = loading_code
    monkeypatch.setattr(
        proof, "loading_code", lambda *given: code(*given).replace("return x\n", "return x[:, ::-1]\n")
    )
    bad, good = tmp_path / "bad.npz", tmp_path / "good.py"
    capsys.readouterr()
    assert main(["export", str(project), str(bad), str(good)]) == 1
    out, said = capsys.readouterr()
    assert out.startswith(f"wrote {good}, proven by numpy ")
    assert f"{bad} is not written: numpy " in said
    assert "must predict what the network does within 1e-05, got a difference of " in said
    assert "labels the same" in said
    assert not bad.exists()
    assert good.exists()
    assert main(["export", str(project), str(bad), "--no-proof"]) == 0
    assert capsys.readouterr().out == f"wrote {bad}, not proven: by --no-proof\n"


def test_what_cannot_be_proven_is_written_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = train_flowers(tmp_path)
    npz, table, again = tmp_path / "a.npz", tmp_path / "a.weights.csv", tmp_path / "b.npz"
    assert main(["export", str(project), str(table)]) == 0
    assert "not proven: CSV has no preprocessing" in capsys.readouterr().out
    (tmp_path / "flowers.csv").unlink()
    forget_tables()
    assert main(["export", str(project), str(npz)]) == 0
    assert f"wrote {npz}, not proven: The file {tmp_path / 'flowers.csv'}" in capsys.readouterr().out
    assert main(["export", str(npz), str(again)]) == 0
    assert capsys.readouterr().out == f"wrote {again}, not proven: a.npz holds no samples\n"


def test_a_model_that_predictions_otherwise_than_its_file_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [node("Gemm", "x w", "a"), node("LogSoftmax", "a", "y", axis=1)]
    path = write(tmp_path, nodes, {"w": weights(3, 4)}, {"x": ["n", 3]})
    assert main(["export", str(path), str(tmp_path / "out.npz")]) == 0
    said = "numpynet: made.onnx: The file gives logarithms of probabilities; here "
    assert capsys.readouterr().err.startswith(said)


def test_why_nothing_is_proven_is_said_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = train_flowers(tmp_path)
    sentence = (
        "The file is written but not read back: Keras is not installed here; to install it: uv pip install"
    )
    monkeypatch.setattr(proving, "prove", lambda *_: proof.Proof(size=1, sentence=sentence))
    assert main(["export", str(project), str(tmp_path / "a.npz")]) == 0
    assert "not proven: Keras is not installed here; to install it: uv pip install" in capsys.readouterr().out


def test_a_page_that_trains_is_asked_for_and_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, page = tmp_path / "moons.nnplay", tmp_path / "moons.html"
    assert main(["train", "moons", "--epochs", "1", "--export", str(project)]) == 0
    capsys.readouterr()
    for more in ([], ["--no-proof"]):
        assert main(["export", str(project), str(page), "--trains", *more]) == 0
        assert capsys.readouterr().out.strip().endswith(", in the page: 500 samples")
        assert "class Training" in page.read_text("utf-8")
    assert "an output that ends with .html" in failing(
        ["export", str(project), str(tmp_path / "a.npz"), "--trains"], capsys
    )
    assert "--with-samples goes with --trains" in failing(
        ["export", str(project), str(page), "--with-samples"], capsys
    )
