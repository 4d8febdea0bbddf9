"""Everything that can be made of a training, over every preset and every task: documents, predictions, probes, files.

A few steps are trained on a few samples: what is asked is that it is made, or refused in a sentence, and never that it
is good. Presets of large images are marked slow.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from core.data.batches import Samples
from core.data.datasets import DATASETS
from core.data.pipeline import SeriesInputs, TokenInputs
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.presets import preset_files
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_experiment, load_project, measured, save_project
from core.explain.attribution import mean_contributions
from core.explain.dependence import dependence_columns, partial_dependence
from core.explain.prediction import Prediction, why_not
from core.formats import EXPORTERS, Exporter
from core.formats.page.exporter import _facts
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.io.number_text import loss_text
from core.nn import Dense
from core.predict.prediction_table import PredictionTable
from core.predict.raw_samples import RawSamples, read_samples
from core.predict.row_columns import encode_row, row_columns
from core.probes.ablation import ablate
from core.probes.baselines import fit_baselines
from core.probes.cross_validation import cross_validate
from core.probes.gradient_check import check_gradients
from core.probes.learning_curve import learning_curve
from core.probes.loss_landscape import loss_landscape
from core.probes.overfit_batch import overfit_batch
from core.probes.rate_range import rate_range_test
from core.probes.subject import Subject
from core.reports import REPORTS, Report, TrainingRecord
from core.reports.model_card import MarkdownModelCard
from core.reports.tables import CurvesTable, MetricsTable
from core.runs.run import run_row
from core.runs.trial import TrialResult
from core.train.tasks import TASKS
from core.train.warm_start import continue_training
from playground.headless.reports import figure_line
from playground.training.edit_effects import moved_inputs
from tests.core.experiment.on_data import with_chosen_task, with_dataset

SAMPLES: Final = 40
LARGE: Final = ("mnist", "digits")
"""In the names of those whose networks take seconds."""


def _cases() -> dict[str, Experiment]:
    found = {path.stem: load_experiment(path) for path in preset_files()}
    for kind in TASKS.names():
        task = TASKS.make(kind)
        for name in ("spirals", "plane", "iris", "digits"):
            dataset = DATASETS.make(name)
            if not task.why_not(dataset.info()):
                made = Experiment(dataset=dataset, features=("x1", "x2", "x1_x2", "sin_x1"), layers=_LAYERS)
                found[f"{kind} of {name}"] = with_chosen_task(with_dataset(made, dataset), task)
    return found


_LAYERS: Final = (Dense(4, "tanh"),)
CASES: Final = _cases()


def names(*slow: str) -> list[ParameterSet]:
    """All cases; those with such a word in their name are marked slow."""
    marks = {name: [pytest.mark.slow] if any(word in name for word in slow) else [] for name in CASES}
    return [pytest.param(name, marks=mark, id=name) for name, mark in marks.items()]


@dataclass(frozen=True)
class Made:
    """A training of a few steps on a few samples."""

    experiment: Experiment
    prepared: PreparedData
    state: TrainerState
    record: TrainingRecord

    @property
    def subject(self) -> Subject:
        return Subject.of(self.experiment, self.prepared, self.state)


def _few(samples: Samples) -> Samples:
    return samples.head(SAMPLES)


@lru_cache(maxsize=1)
def made_of(name: str) -> Made:
    experiment = CASES[name]
    assert find_problems(experiment) == ()
    whole = prepare(experiment)
    prepared = replace(
        whole,
        train=_few(whole.train),
        test=_few(whole.test),
        train_index=whole.train_index[:SAMPLES],
        test_index=whole.test_index[:SAMPLES],
        train_points=whole.train_points[:SAMPLES],
        test_points=whole.test_points[:SAMPLES],
        held=None,
    )
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    state = TrainerState.of(trainer, prepared.pipeline)
    return Made(experiment, prepared, state, TrainingRecord(experiment, state, prepared))


def _document(report: Report, made: Made, folder: Path) -> None:
    assert report.text(made.record).strip()


def _export(exporter: Exporter, made: Made, folder: Path) -> None:
    exporter.write(made.record.model, path := folder / f"made{exporter.suffix}")
    assert path.exists()


def _rows(made: Made, folder: Path) -> None:
    """What the dialog of new rows shows: its columns, a typed row, and the table that it saves."""
    pipeline, data = made.prepared.pipeline, made.prepared.data
    if isinstance(pipeline.inputs, TokenInputs | SeriesInputs):
        read_samples(pipeline, [folder / "rows.csv"])
    columns = row_columns(pipeline, data)
    split = made.record.split("test")
    values = split.raw
    if columns and not isinstance(values, dict):
        values = {column.name: np.asarray(values)[:, place] for place, column in enumerate(columns)}
    if columns:
        assert encode_row(columns, [column.written(values[column.name][0]) for column in columns]) is not None
    samples = RawSamples(values, np.ones(len(split.rows), bool))
    text = PredictionTable(made.record.model, samples, with_inputs=True)
    text.write_file(folder / "rows.csv", lambda share: None)
    assert len((folder / "rows.csv").read_text(encoding="utf-8").splitlines()) > 1


def _why(made: Made, folder: Path) -> None:
    prepared, network = made.prepared, made.record.model.network
    if reason := why_not(prepared):
        raise ValueError(reason)
    if dependence_columns(prepared):
        mean_contributions(network, prepared)
        row = int(prepared.test_index[0])
        prediction = Prediction.to(network, prepared.encoding, prepared.test.inputs[0])
        partial_dependence(network, prepared, prediction, 0, row)


def _one_unit_more(made: Made, folder: Path) -> None:
    old, layers = made.experiment, list(made.experiment.layers)
    found = next(((at, layer) for at, layer in enumerate(layers) if isinstance(layer, Dense)), None)
    if found is None:
        raise ValueError("There is no Dense layer")
    layers[found[0]] = found[1].replace(units=found[1].units + 1)
    new = old.replace(layers=tuple(layers))
    if find_problems(new):
        raise ValueError("Another width does not fit")
    before, after = (make_trainer(each, made.prepared, evaluate=False) for each in (old, new))
    made.state.restore(before)
    continue_training(before, after, "One unit more", moved_inputs(old, new))
    first = next((at for at, weights in enumerate(before.network.weights) if "kernel" in weights), None)
    if first is not None:
        kernel = before.network.weights[first]["kernel"]
        kept = after.network.weights[first]["kernel"][..., : kernel.shape[-1]]
        np.testing.assert_array_equal(kept, kernel)


def _one_number(made: Made, folder: Path) -> None:
    """Loss and score of a moment at rest are one text wherever they stand."""
    experiment, prepared = made.experiment, made.prepared
    score = experiment.task.score
    trainer = measured(experiment, made.state, prepared)
    trainer.step()
    figures = trainer.measure()
    assert not figures.train.is_part
    assert not figures.test.is_part

    def texts(*pairs: tuple[float, float]) -> list[str]:
        return [text for loss, value in pairs for text in (loss_text(loss), score.text(value))]

    wanted = texts(*((each.loss, each.score) for each in (figures.train, figures.test)))
    state = TrainerState.of(trainer, prepared.pipeline)
    save_project(folder / "figures.nnplay", experiment, state)
    opened = load_project(folder / "figures.nnplay")[1]
    assert opened is not None
    record = TrainingRecord(experiment, opened, prepared)
    rows = {tuple(row[:3]): row[3] for row in csv.reader(MetricsTable().text(record).splitlines())}
    report = [
        float(rows[split, "", name] or "nan") for split in ("train", "test") for name in ("loss", score.key)
    ]
    card = [
        line.strip("| ").split(" | ")[2:]
        for line in MarkdownModelCard().text(record).splitlines()
        if line.startswith(("| all | loss |", f"| all | {score.key} |"))
    ]
    (curves,) = list(csv.DictReader(CurvesTable().text(record).splitlines()))[-1:]
    assert curves.pop("place") == figures.place.text
    ends = {name: float(curves[name] or "nan") for name in curves}
    facts = dict(_facts(record.model, prepared))
    taken = SnapshotTaker(trainer, prepared, 1, experiment, examines=False).take(SnapshotRequest()).figures
    reopened = measured(experiment, opened, prepared)
    run = run_row(experiment, "", TrialResult.of_state(opened, 0, 1.0))
    shown = {
        "snapshot": texts(*((each.loss, each.score) for each in (taken.train, taken.of("test")))),
        "metrics": texts((report[0], report[1]), (report[2], report[3])),
        "card": [card[0][0], card[1][0], card[0][1], card[1][1]],
        "curves": texts(
            *((ends[f"{split}_loss"], ends[f"{split}_{score.key}"]) for split in ("train", "test"))
        ),
        "page": [*wanted[:2], facts.get("Test loss", "–"), facts.get(f"Test {score.name}", "–")],
        "evaluate": [
            *wanted[:2],
            *figure_line(trainer.task, reopened.figures.test)[5:].split(f"  {score.name} "),
        ],
        "project": texts(*((each.loss, each.score) for each in (opened.figures.train, opened.figures.test))),
        "run": texts((run.train_loss, run.train_score), (run.test_loss, run.test_score)),
    }
    assert {name: found for name, found in shown.items() if found != wanted} == {}, wanted
    assert taken.key(1, "test") == opened.figures.key(1, "test") == reopened.figures.key(1, "test")


PROBES: Final[dict[str, Callable[[Made, Path], object]]] = {
    "gradients": lambda made, _: check_gradients(made.subject),
    "ablation": lambda made, _: ablate(made.subject),
    "baselines": lambda made, _: fit_baselines(made.prepared, budget=0.0),
    "more data": lambda made, _: learning_curve(made.experiment, made.prepared, epochs=1, budget=0.0),
    "folds": lambda made, _: cross_validate(made.experiment, made.prepared, folds=2, epochs=1, budget=0.0),
    "landscape": lambda made, _: loss_landscape(made.subject, points=3),
    "overfit": lambda made, _: overfit_batch(made.subject, steps=2),
    "rates": lambda made, _: rate_range_test(made.subject, steps=2),
}
WAYS: Final[dict[str, Callable[[Made, Path], object]]] = {
    **{f"report {kind}": partial(_document, REPORTS.make(kind)) for kind in REPORTS.names()},
    **{f"export {kind}": partial(_export, EXPORTERS.make(kind)) for kind in EXPORTERS.names()},
    "predict": _rows,
    "why": _why,
    "one unit more": _one_unit_more,
    "figures": _one_number,
}


def _check(name: str, ways: Mapping[str, Callable[[Made, Path], object]], folder: Path) -> None:
    made, faults = made_of(name), []
    for way, make in ways.items():
        try:
            make(made, folder)
        except ValueError as error:
            # A sentence, and none of numpy's.
            if not str(error)[:1].isupper() or "shape" in str(error):
                faults.append(f"{way}: {error!r}")
        except Exception as error:
            faults.append(f"{way}: {error!r}")
    assert faults == []


@pytest.mark.parametrize("name", names(*LARGE))
def test_everything_is_made_of_a_training_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    _check(name, WAYS, tmp_path)


@pytest.mark.filterwarnings("ignore:The number of unique classes:UserWarning")
@pytest.mark.parametrize("name", names(*LARGE, "repeat", "names", "grokking", "sums", "tf_", "0", "of plane"))
def test_every_probe_answers_or_refuses_in_a_sentence(name: str, tmp_path: Path) -> None:
    _check(name, PROBES, tmp_path)
