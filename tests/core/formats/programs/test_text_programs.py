"""Exported programs write the same texts as the library, from the same seed."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.data.datasets.text_datasets import Names, TextFile
from core.data.datasets.toy_sequences import ModularSums
from core.data.texts import read_text
from core.experiment.experiment import Experiment
from core.formats.exporter import Exporter
from core.formats.programs.program import KerasProgram, NumpyProgram, PytorchProgram
from core.formats.proof import prove
from core.formats.trained_model import TrainedModel
from core.nn import Dense, Reshape
from core.predict.generate import generate
from tests.core.formats.test_proof import learned
from tests.optional_packages import needs

EXPORTERS = [
    NumpyProgram(),
    pytest.param(PytorchProgram(), marks=[needs("torch"), pytest.mark.slow(reason="5 s")]),
    pytest.param(KerasProgram(), marks=[needs("keras"), pytest.mark.slow(reason="12 s")]),
]


def trained(dataset: Dataset) -> tuple[TrainedModel, object]:
    layers = (Reshape((dataset.info().shape[0], 1)), Dense(8, "tanh"))
    return learned(Experiment(dataset=dataset, layers=layers).with_training(loss="cross_entropy"), 2)


def words(folder: Path) -> TextFile:
    """Words of which the rarest are others, and a quote and a backslash."""
    path = folder / "words.txt"
    path.write_text("\n".join(['the "cat" \\ sat \ufffd on a mat'] * 30), "utf-8")
    return TextFile.of(read_text(path, 2_000), samples_are="text", tokens="words", context=6, most=2_000)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.kind)
def test_a_program_writes_the_letters_of_the_library(exporter: Exporter, tmp_path: Path) -> None:
    for dataset, prompt in (
        (Names(samples=300), "an"),
        (ModularSums(modulus=7), "3 +"),
        (words(tmp_path), "the dog"),
    ):
        model, raw = trained(dataset)
        proof = prove(exporter, model, raw)
        assert proof.holds, proof.fault or proof.sentence
        assert proof.same == proof.samples > 0
        path = tmp_path / f"program{exporter.suffix}"
        exporter.write(model, path)
        program = runpy.run_path(str(path))["generate"]
        for choices in ({"temperature": 0}, {"top_k": 3, "temperature": 1.0}, {"seed": 5}, {"length": 2}):
            for start in (prompt, ""):
                own = generate(model.network, model.pipeline, start, 6, **choices)
                assert program(start, 6, **choices) == own
        if isinstance(dataset, Names):
            assert program("An", 2) == program("an", 2)
            with pytest.raises(ValueError, match=r"^'ë' is none of the 27 tokens that are known$"):
                program("Zoë")


def test_its_command_line_continues_a_prompt(tmp_path: Path) -> None:
    model, _ = trained(Names(samples=300))
    path = tmp_path / "my names.py"
    NumpyProgram().write(model, path)
    call = [sys.executable, "-I", "-W", "error", str(path), "an", "-n", "3", "--seed", "4", "--top-k", "5"]
    done = subprocess.run(call, capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr == ""
    assert done.stdout.splitlines() == generate(model.network, model.pipeline, "an", 3, top_k=5, seed=4)
    text = path.read_text("utf-8")
    refused = subprocess.run([*call[:5], "Zoë"], capture_output=True, text=True, encoding="utf-8")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert refused.stderr.endswith("error: 'ë' is none of the 27 tokens that are known\n")
    assert "from my names import" not in text
    assert "python 'my names.py' \"a prompt\"" in text
