"""Outputs are checked before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.formats import Npz
from core.formats.trained_experiment import describe_model
from playground.headless.destinations import check_destinations
from playground.headless.failure import HeadlessError

MODEL = describe_model(Experiment(dataset=Moons()), None)


def test_a_suffix_chooses_the_format(tmp_path: Path) -> None:
    project, weights = check_destinations([tmp_path / "a.nnplay", tmp_path / "a.npz"], MODEL, [])
    assert (project.exporter, weights.exporter) == (None, Npz())
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.npz").mkdir()
    data = tmp_path / "data.npz"
    data.write_bytes(b"x")
    for paths, sentence in (
        ([tmp_path / "a.txt"], "must end with one of"),
        ([tmp_path / "none" / "a.npz"], r"none/a.npz cannot be written: No such file or directory"),
        ([tmp_path / "folder.npz"], "folder.npz cannot be written: It is a folder"),
        ([tmp_path / "a.npz", tmp_path / "a.npz"], "is named twice"),
        ([data], "is what is read; choose another name"),
    ):
        with pytest.raises(HeadlessError, match=sentence):
            check_destinations(paths, MODEL, [data])
    assert data.read_bytes() == b"x"
