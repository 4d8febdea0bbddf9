"""Weights as text are the same numbers, read by the standard library."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.formats.exporter import exporter_for, named_weights
from core.formats.proof import prove
from core.formats.weights.weights_text import WeightsCsv, WeightsJson
from tests.core.formats.test_proof import Learned, points

__all__ = ["points"]


def test_json_holds_every_bit_and_the_origin(points: Learned, tmp_path: Path) -> None:
    model, _ = points
    path = tmp_path / "x.weights.json"
    exporter_for(path).write(model, path)
    found = json.loads(path.read_text("utf-8"))
    for name, array in named_weights(model.network, "keras").items():
        np.testing.assert_array_equal(np.array(found["weights"][name], np.float32), array)
    assert found["epoch"] == 5
    assert found["pipeline"]["inputs"]["kind"] == "points"


def test_csv_has_a_row_for_each_number(points: Learned, tmp_path: Path) -> None:
    model, _ = points
    path = tmp_path / "x.weights.csv"
    WeightsCsv().write(model, path)
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert len(rows) == model.network.parameter_count
    kernel = model.network.weights[0]["kernel"]
    (row,) = (
        row for row in rows if row["array"] == "dense/kernel" and (row["axis 1"], row["axis 2"]) == ("1", "2")
    )
    assert np.float32(row["value"]) == kernel[1, 2]
    assert row["axis 3"] == ""


def test_the_program_of_the_json_predicts_the_same(points: Learned) -> None:
    proof = prove(WeightsJson(), *points)
    assert proof.holds, proof.fault


@pytest.mark.foreign
def test_pytorch_takes_the_json(points: Learned) -> None:
    proof = prove(WeightsJson(layout="pytorch"), *points)
    assert proof.holds, proof.fault
