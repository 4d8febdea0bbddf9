"""Tables and model cards of trainings: what they say agrees with scikit-learn, and any name may stand in them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from core.data.augmentation import Augmentation
from core.data.datasets import Dataset, Digits, Moons, TableFile
from core.data.pipeline import TableInputs, ValueOutputs
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import Preset, preset_named, presets
from core.experiment.project_file import TrainerState
from core.experiment.stack_problems import with_task
from core.nn import Dense, Flatten
from core.reports import REPORTS, Report, TrainingRecord
from core.reports.curve_drawing import curve_svg
from core.reports.model_card import HtmlModelCard, MarkdownModelCard
from core.reports.tables import CurvesTable, MetricsTable, PredictionsTable
from core.spec import SettingError
from core.train.metrics import r2_score
from core.train.tasks import FlowMatching
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.penguins import penguins, write_penguins


def learned(experiment: Experiment, epochs: int = 3) -> TrainingRecord:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return TrainingRecord(experiment, TrainerState.of(trainer, prepared.pipeline), prepared)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TrainingRecord]:
    table = tmp_path_factory.mktemp("data") / "penguins.csv"
    write_penguins(table, 120)
    return {
        "points": learned(Experiment("Two | moons <b>", dataset=Moons(samples=120), layers=(Dense(4),))),
        "classes": learned(penguins(table)),
        "values": learned(penguins(table, "body_mass_g")),
        "images": learned(with_dataset(Experiment(layers=(Flatten(), Dense(8))), Digits()), 1),
    }


NAMES = ("points", "classes", "values", "images")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("dataset", [Moons(samples=80), Digits()], ids=["points", "images"])
def test_a_field_is_reported_by_its_velocities(dataset: Dataset) -> None:
    """What is learned is made, and no label."""
    made = with_task(with_dataset(Experiment(layers=(Dense(6),)), dataset), FlowMatching(conditional=True))
    record = learned(made, 1)
    assert record.data is not None
    test, names = record.data.test, record.data.pipeline.outputs.names  # type: ignore[attr-defined]
    found = rows(PredictionsTable().text(record))
    assert [float(row[names[1]]) for row in found] == pytest.approx(test.targets[:, 1].tolist(), rel=1e-5)
    assert [float(row["t"]) for row in found] == pytest.approx(test.inputs[:, len(names)].tolist(), rel=1e-5)
    scores = {
        (row["split"], row["of"], row["metric"]): float(row["value"])
        for row in rows(MetricsTable().text(record))
    }
    predicted = record.model.network.predict(test.inputs)
    assert scores["test", names[1], "r2"] == pytest.approx(
        r2_score(test.targets[:, 1], predicted[:, 1]), rel=1e-4
    )
    assert "largest errors" in MarkdownModelCard().text(record)
    assert "def sample(" in HtmlModelCard().text(record)


def test_curves_have_a_row_for_each_epoch(records: dict[str, TrainingRecord]) -> None:
    found = rows(CurvesTable().text(records["classes"]))
    assert [row["epoch"] for row in found] == ["0", "1", "2", "3"]
    history = records["classes"].history
    assert float(found[-1]["test_accuracy"]) == pytest.approx(float(history.test_accuracy[-1]))
    # Before the first step there is no learning rate.
    assert found[0]["learning_rate"] == ""
    assert "test_r2" in rows(CurvesTable().text(records["values"]))[0]


def test_a_moment_within_an_epoch_has_one_row_of_all_samples_and_the_windows_words() -> None:
    """The part that was measured there while it trained gives way to all samples, measured at rest."""
    experiment = Experiment(dataset=Moons(samples=5000), layers=(Dense(4),), train_share=0.7)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    for _ in range(trainer.steps_left - 1):
        trainer.step()
        # A row of a part, which the next batch has not moved away from.
        if 1 < trainer.log.last_epoch == trainer.fractional_epoch:
            break
    assert 0 < trainer.figures.train.samples < len(prepared.train)
    record = TrainingRecord(experiment, TrainerState.of(trainer, prepared.pipeline), prepared)
    found = rows(CurvesTable().text(record))
    epochs = [float(row["epoch"]) for row in found]
    assert epochs == sorted(set(epochs))
    last = found[-1]
    assert (int(last["train_samples"]), int(last["test_samples"])) == (3500, 1500)
    assert float(last["train_loss"]) == pytest.approx(record.figures.train.loss)
    assert last["learning_rate"] == f"{trainer.learning_rate:g}"
    assert last["place"] == record.state.place_text == trainer.place.text
    assert [row["place"] for row in found if "." not in row["epoch"]] == ["0", "1"]


@pytest.mark.parametrize("name", NAMES)
def test_metrics_agree_with_those_of_the_predictions(name: str, records: dict[str, TrainingRecord]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    record = records[name]
    found = {
        (row["split"], row["of"], row["metric"]): float(row["value"])
        for row in rows(MetricsTable().text(record))
    }
    predicted = rows(PredictionsTable(samples="both").text(record))
    assert record.data is not None
    assert len(predicted) == record.data.data.samples
    test = [row for row in predicted if row["split"] == "test"]
    if record.is_regression:
        truth, guess = ([float(row[key]) for row in test] for key in ("body_mass_g", "predicted body_mass_g"))
        assert found["test", "body_mass_g", "r2"] == pytest.approx(metrics.r2_score(truth, guess), abs=1e-6)
        return
    truth, guess = ([row[key] for row in test] for key in ("true", "predicted"))
    names = record.class_names
    assert found["test", "", "accuracy"] == pytest.approx(metrics.accuracy_score(truth, guess))
    theirs = metrics.precision_recall_fscore_support(truth, guess, labels=list(names), zero_division=0)
    for number, label in enumerate(names):
        for metric, values in zip(("precision", "recall", "f1", "samples"), theirs, strict=True):
            assert found["test", label, metric] == pytest.approx(values[number])
    for row in test[:5]:
        assert row["predicted"] == max(names, key=lambda label: float(row[label]))


def test_predictions_stand_beside_the_raw_columns(records: dict[str, TrainingRecord]) -> None:
    record = records["classes"]
    (first, *_) = rows(PredictionsTable(samples="train").text(record))
    assert first["island"] in ("Biscoe", "Dream", "Torgersen")
    assert 1_699_999_000 < float(first["seen"]) < 1_700_001_000
    assert record.data is not None
    assert first["row"] == str(record.data.train_index[0] + 1)


def test_a_prediction_names_the_row_of_the_file_though_rows_were_left_out(tmp_path: Path) -> None:
    file = tmp_path / "gaps.csv"
    cells = ["" if number % 3 == 1 else str(number / 7) for number in range(60)]
    lines = [f"{cell},{number * number},{'ab'[number % 2]}" for number, cell in enumerate(cells)]
    file.write_text("\n".join(["gap,x,kind", *lines]))
    table = read_table(file)
    experiment = with_dataset(
        Experiment(layers=(Dense(3),)), TableFile.of(table, TableSchema(("gap", "x"), "kind"))
    )
    found = rows(PredictionsTable(samples="both").text(learned(experiment, 1)))
    assert len(found) == 40
    for row in found:
        cell, square, kind = lines[int(row["row"]) - 1].split(",")
        assert (float(row["gap"]), row["x"], row["true"]) == (pytest.approx(float(cell)), square, kind)


def test_no_name_is_a_formula(records: dict[str, TrainingRecord], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrainingRecord, "class_names", ("=A1", "+B2", "c"))
    found = rows(PredictionsTable().text(records["classes"]))
    assert {row["predicted"] for row in found} <= {"'=A1", "'+B2", "c"}
    assert {"'=A1", "'+B2"} <= set(found[0])
    assert "'=A1" in {row["of"] for row in rows(MetricsTable().text(records["classes"]))}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "line", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_one_whole_page(name: str, records: dict[str, TrainingRecord]) -> None:
    text = HtmlModelCard().text(records[name])
    parser = _Tags()
    parser.feed(text)
    assert parser.open == []
    for heading in (
        "Data",
        "Network",
        "Training",
        "How well it predicts",
        "Mistakes",
        "How to use it",
        "Origin",
    ):
        assert heading in parser.texts
    assert ("Confusion on the test samples" in parser.texts) is (name != "values")
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("<svg") == 2
    markdown = MarkdownModelCard().text(records[name])
    assert "## How to use it" in markdown
    assert "def predict(" in markdown


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_moves_the_predictions_and_how_sure_they_are(
    name: str, records: dict[str, TrainingRecord]
) -> None:
    text, record = MarkdownModelCard().text(records[name]), records[name]
    assert record.data is not None
    _, section = text.split("## Why it predicts so, and how sure it is\n")
    section, _ = section.split("\n## ", 1)
    if name != "images":
        named = (
            record.data.pipeline.inputs.names_out
            if name == "points"
            else record.data.pipeline.inputs.names_in
        )
        assert all(each in section.replace("\\", "") for each in named)
    assert ("expected calibration error" in section) is (name != "values")


def test_a_card_has_the_very_numbers_of_the_preprocessing(records: dict[str, TrainingRecord]) -> None:
    for name in ("classes", "values"):
        record, text = records[name], MarkdownModelCard().text(records[name])
        assert record.model.pipeline is not None
        inputs, outputs = record.model.pipeline.inputs, record.model.pipeline.outputs
        assert isinstance(inputs, TableInputs)
        scaled = [*inputs.columns, *(outputs.columns if isinstance(outputs, ValueOutputs) else ())]
        for column in scaled:
            shown = next(
                line for line in text.splitlines() if line.startswith(f"| {column.name} ".replace("_", r"\_"))
            )
            found = re.findall(r"(?:minus|divided by) ([-+.\de, ]+\d)", shown)
            if not any(column.shifts):
                assert not found
                continue
            minus, divided = found
            assert tuple(map(float, minus.split(", "))) == column.shifts
            assert tuple(np.float32(divided.split(", "))) == tuple(np.float32(column.scales))
    seen = next(line for line in text.splitlines() if line.startswith("| seen "))
    assert re.search(r"minus 1\d{9}(\.\d+)?, divided by", seen), seen


def test_a_card_says_what_augmentation_does_or_leaves_it_out(records: dict[str, TrainingRecord]) -> None:
    record = records["images"]
    assert "Augment" not in MarkdownModelCard().text(record)
    moved = Augmentation(shift=2, rotate=10.0, noise=0.05, flip=True)
    changed = replace(record, experiment=record.experiment.with_training(augmentation=moved))
    row = "| Augmentation | shift 2 px, rotate 10°, noise 0.05, flip left and right |"
    assert row in MarkdownModelCard().text(changed).splitlines()


def test_names_with_the_signs_of_the_format_stay_texts(records: dict[str, TrainingRecord]) -> None:
    assert "<h1>Two | moons &lt;b&gt;</h1>" in HtmlModelCard().text(records["points"])
    assert MarkdownModelCard().text(records["points"]).startswith("# Two \\| moons \\<b\\>\n")


@pytest.mark.parametrize("kind", list(REPORTS), ids=lambda kind: kind.kind)
def test_without_data_a_sentence_or_what_is_known(
    kind: type[Report], records: dict[str, TrainingRecord], tmp_path: Path
) -> None:
    record = TrainingRecord(records["classes"].experiment, records["classes"].state, None)
    path = tmp_path / f"x{kind.suffix}"
    if kind in (PredictionsTable, MetricsTable):
        with pytest.raises(SettingError, match="The data are missing, so nothing can be predicted"):
            kind().write(record, path)
        assert not path.exists()
    else:
        kind().write(record, path)
        assert path.stat().st_size > 50


def test_curves_are_drawn_without_what_is_not_finite() -> None:
    epoch = np.arange(2_000.0)
    values = np.where(epoch % 3 == 0, np.nan, np.sin(epoch / 300))
    svg = curve_svg(epoch, {"training": values, "test": np.full(2_000, np.nan)}, "Loss")
    (line,) = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}polyline")
    points = line.get("points", "").split()
    assert 300 < len(points) <= 400
    assert "nan" not in svg
    assert curve_svg(epoch, {"training": np.full(2_000, np.nan)}, "Loss") == ""
    assert curve_svg(epoch[:0], {"training": epoch[:0]}, "Loss") == ""
    assert "<polyline" in curve_svg(epoch[:1], {"training": np.ones(1)}, "Loss")


@pytest.mark.parametrize(
    "preset", [each for each in presets() if each.experiment.encoding.tokens], ids=lambda each: each.short
)
def test_every_table_of_texts_has_a_line_for_each_row(preset: Preset) -> None:
    """Also where a class is the end of a line."""
    whole = prepare(preset.experiment)
    data = replace(
        whole,
        **{name: getattr(whole, name).head(40) for name in ("train", "test")},
        **{name: getattr(whole, name)[:40] for name in ("train_index", "test_index")},
    )
    state = TrainerState.of(make_trainer(preset.experiment, data), whole.pipeline)
    record = TrainingRecord(preset.experiment, state, data)
    for kind in (each for each in REPORTS if each.suffix == ".csv"):
        text = kind().text(record)
        found = list(csv.reader(io.StringIO(text)))
        assert len({len(row) for row in found}) == 1
        assert len(found) == len(text.splitlines()), kind.title


def test_texts_are_reported_token_by_token() -> None:
    """Each that is counted has a row; the numbers of tokens are names, which have no R²."""
    record = learned(preset_named("repeat"), 1)
    assert record.data is not None
    truth, counted = record.data.test.labels, record.data.test.labels >= 0
    predicted = record.model.network.predict(record.data.test.inputs).argmax(axis=-1)
    found = rows(PredictionsTable().text(record))
    assert len(found) == counted.sum()
    assert [int(row["position"]) for row in found] == (np.nonzero(counted)[1] + 1).tolist()
    right = np.array([row["true"] == row["predicted"] for row in found])
    np.testing.assert_array_equal(right, (truth == predicted)[counted])
    scores = {
        row["metric"]: float(row["value"])
        for row in rows(MetricsTable().text(record))
        if row["split"] == "test" and not row["of"]
    }
    assert scores["accuracy"] == pytest.approx(right.mean())
    assert "r2" not in scores
    assert f"of {counted.sum():,} test tokens" in MarkdownModelCard().text(record)


@pytest.mark.parametrize("report", [CurvesTable(), PredictionsTable(samples="both"), MetricsTable()])
def test_where_a_test_is_sealed_what_is_measured_is_called_validation(report: Report) -> None:
    sealed = learned(Experiment(dataset=Moons(samples=120), layers=(Dense(4),), sealed=0.2))
    text = report.text(sealed)
    assert "validation" in text
    assert "test" not in text
