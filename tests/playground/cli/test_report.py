"""Model cards and tables from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from playground.cli import main
from tests.playground.command_line import failing
from tests.playground.headless.flowers import train_flowers

pytestmark = pytest.mark.environment

NAMES = ("card.html", "README.md", "my curves.csv", "predictions.csv", "metrics.csv")


def test_every_document_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = train_flowers(tmp_path)
    outputs = [tmp_path / name for name in NAMES]
    capsys.readouterr()
    assert main(["report", str(project), *map(str, outputs)]) == 0
    assert capsys.readouterr().out == "".join(f"wrote {path}\n" for path in outputs)
    assert "How well it predicts" in outputs[0].read_text("utf-8")
    with outputs[3].open(encoding="utf-8") as file:
        assert {"true", "predicted"} <= set(next(csv.reader(file)))


def test_a_wrong_name_and_a_missing_folder_are_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = train_flowers(tmp_path)
    capsys.readouterr()
    assert "x.doc must end with one of curves.csv, " in failing(
        ["report", str(project), str(tmp_path / "card.html"), str(tmp_path / "x.doc")], capsys
    )
    assert "cannot be written" in failing(
        ["report", str(project), str(tmp_path / "card.html"), str(tmp_path / "gone" / "card.html")], capsys
    )
    assert not (tmp_path / "card.html").exists()


def test_without_its_data_a_card_says_what_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = train_flowers(tmp_path)
    for table in tmp_path.glob("*.csv"):
        table.unlink()
    from core.data.datasets.table_file_dataset import forget_tables

    forget_tables()
    assert main(["report", str(project), str(tmp_path / "card.md")]) == 0
    assert " without what needs the data: " in capsys.readouterr().out
    assert "How well it predicts" not in (tmp_path / "card.md").read_text("utf-8")
    assert "The data are missing" in failing(["report", str(project), str(tmp_path / "metrics.csv")], capsys)
