"""A sealed test: rows that nothing of a run reads before it is opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import core.experiment.prepare as preparing
from core.data.dataset import Data, DataError
from core.data.datasets import DATASETS, Blobs, Iris, Moons, Painted, PaintedPoints, Sunspots, TableFile
from core.data.datasets.mnist import Digits
from core.data.label_corrections import LabelCorrections
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.data.train_test_split import seal, train_test_split
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, open_test, prepare, sealed_key
from core.experiment.presets import preset_files
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_experiment, load_project, save_project
from core.explain.counterfactual import Goal
from core.formats.page.exporter import InteractivePage
from core.inspect.explanations import AttributionWish
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.probes.ablation import ablate
from core.probes.baselines import fit_baselines
from core.probes.cross_validation import cross_validate
from core.probes.gradient_check import check_gradients
from core.probes.loss_landscape import loss_landscape
from core.probes.rate_range import rate_range_test
from core.probes.subject import Subject
from core.reports import REPORTS, TrainingRecord

PRESETS: Final = [
    path
    for path in preset_files()
    for dataset in [load_experiment(path).dataset]
    if dataset.missing_download() is None and dataset.can_seal
]
_QUICK: Final = ("03_moons", "07_hills", "08_iris", "19_sunspots")
_SMALL: Final = 2_000
_PARTS: Final = {"attribution": AttributionWish(), "what_if": Goal(), "dependence": (0, 0), "certainty": -1}
_TIMES: Final = ("seconds", "train_seconds", "test_seconds")


def _marked(path: Path) -> Any:
    slow = pytest.mark.slow(reason="73 s of all: trained, drawn, probed and written twice")
    return pytest.param(path, marks=() if path.stem in _QUICK else (slow,), id=path.stem)


def poisoned(data: Data, rows: Any) -> Data:
    """The same data, in some rows of which nothing is a number, a token or a class."""
    made = object.__new__(Data)
    made.__dict__.update(data.__dict__)
    for name in ("inputs", "targets", "years"):
        if (array := getattr(data, name)) is not None:
            array = array.copy()
            array[rows] = np.nan if array.dtype.kind == "f" else np.iinfo(array.dtype).max
            made.__dict__[name] = array
    return made


def plain(value: Any) -> Any:
    """What can be compared: arrays as bytes."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if (fields := getattr(value, "__dataclass_fields__", None)) is not None:
        return {name: plain(getattr(value, name)) for name in fields if name not in _TIMES}
    return value if isinstance(value, bytes) else repr(value)


def everything(experiment: Experiment, folder: Path) -> dict[str, Any]:
    """What training, measuring, reports, the page, explanations and probes give of an experiment."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.start_history()
    for _ in range(3):
        trainer.step()
    trainer.measure()
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    record = TrainingRecord(experiment, TrainerState.of(trainer, prepared.pipeline), prepared)
    subject = Subject.of_trainer(experiment, prepared, trainer)
    page = folder / "page.html"

    def written() -> bytes:
        InteractivePage().write(record.model, page)
        # The order of what safetensors says of a file is by chance.
        return re.sub(rb'"weights": "[^"]*"', b"", page.read_bytes())

    jobs: dict[str, Callable[[], Any]] = {
        "weights": trainer.network.state_dict,
        "scores": lambda: trainer.figures,
        "snapshot": lambda: taker.take(SnapshotRequest(grid=12, pixels=12, parts=_PARTS)),
        "page": written,
        "columns": lambda: prepared.deviations,
        "raw": lambda: prepared.raw_test_samples(9),
        **{kind.kind: lambda kind=kind: kind().text(record) for kind in REPORTS},
    }
    if prepared.data.samples * prepared.train.inputs[0].size < 64 * _SMALL:
        jobs |= {
            "ablation": lambda: ablate(subject),
            "gradients": lambda: check_gradients(subject),
            "landscape": lambda: loss_landscape(subject, points=5),
            "rates": lambda: rate_range_test(subject),
            "baselines": lambda: fit_baselines(prepared, names=("linear", "neighbors")),
            "folds": lambda: cross_validate(experiment, prepared, folds=2, epochs=1),
        }
    found = {}
    for name, job in jobs.items():
        try:
            found[name] = plain(job())
        except (ValueError, IndexError, NotImplementedError) as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


@pytest.mark.parametrize("path", [_marked(path) for path in PRESETS])
def test_nothing_reads_the_sealed_rows(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = load_experiment(path).replace(sealed=0.2)
    data = experiment.dataset.load(experiment.data_seed)
    rows = seal(data, experiment.sealed, experiment.data_seed)
    clean = everything(experiment, tmp_path)
    # Which rows are sealed depends on all classes; all else goes without them.
    monkeypatch.setattr(preparing, "seal", lambda *_: rows)
    bad = poisoned(data, rows[1])
    monkeypatch.setattr(type(experiment.dataset), "load", lambda *_: bad)
    found = everything(experiment, tmp_path)
    assert [name for name in clean if found[name] != clean[name]] == []


@pytest.mark.parametrize("path", [_marked(path) for path in PRESETS])
def test_the_parts_are_disjoint_and_an_opened_test_fits_the_network(path: Path) -> None:
    experiment = load_experiment(path).replace(sealed=0.2)
    data = experiment.dataset.load(experiment.data_seed)
    rest, sealed = seal(data, 0.2, experiment.data_seed)
    prepared = prepare(experiment)
    assert not np.intersect1d(rest, sealed).size
    assert prepared.data.samples == len(rest)
    assert prepared.sealed is not None
    assert prepared.sealed.count == len(sealed)
    assert len(sealed) == pytest.approx(
        data.samples - data.train_samples if data.train_samples else 0.2 * data.samples, abs=1
    )
    if data.gap is not None:
        assert sealed.min() - rest.max() == data.gap + 1
    np.testing.assert_array_equal(
        data.inputs[prepared.loaded_rows(np.arange(len(rest)))], prepared.data.inputs
    )
    opening = open_test(experiment, prepared, make_trainer(experiment, prepared))
    assert opening.samples == len(sealed)
    assert np.isfinite(opening.loss)


def test_without_a_seal_nothing_changes_and_files_say_nothing() -> None:
    experiment = Experiment(dataset=Blobs())
    assert "sealed" not in experiment.to_json()
    assert Experiment.from_json(experiment.replace(sealed=0.2).to_json()).sealed == 0.2
    assert prepare(experiment).sealed is prepare(experiment).rest is None
    assert (experiment.held_name, experiment.replace(sealed=0.2).held_name) == ("test", "validation")


def test_what_is_known_is_not_sealed() -> None:
    points = PaintedPoints.of_array(np.array([(x / 10, x / 20, x % 2) for x in range(-5, 5)]))
    painted = Experiment(dataset=Painted(points=points), sealed=0.2)
    assert prepare(painted).sealed is None
    assert painted.held_name == "test"
    assert [kind for kind in DATASETS if kind.tests_on_training and kind.can_seal] == []


def test_the_makers_test_is_the_sealed_one_and_their_training_samples_are_divided() -> None:
    inputs = np.arange(40, dtype=np.float32).reshape(20, 2)
    data = Data(inputs, np.arange(20) % 2, "classes", train_samples=14)
    rest, sealed = seal(data, 0.1, 0)
    assert (rest.tolist(), sealed.tolist()) == (list(range(14)), list(range(14, 20)))
    kept = data.without(rest)
    assert kept.train_samples == 0
    assert sorted(np.concatenate(train_test_split(kept, 0.5, 0)).tolist()) == list(range(14))
    assert Experiment(dataset=Digits(size="70k", samples=60_000), sealed=0.1).held_name == "validation"


def test_corrections_count_by_rows_of_the_loaded_data() -> None:
    experiment = Experiment(dataset=Iris(), sealed=0.2)
    rest, sealed = seal(experiment.dataset.load(0), 0.2, 0)
    shown, hidden, gone = int(rest[7]), int(sealed[3]), int(sealed[4])
    corrections = LabelCorrections.of([[shown, 2], [hidden, 2], [gone, None]])
    prepared = prepare(experiment.replace(corrections=corrections))
    assert prepared.data.targets[7] == 2
    assert prepared.data.row_numbers(np.array([7])) == shown + 1
    assert prepared.sealed is not None
    opened = prepared.sealed.open()
    assert len(opened) == len(sealed) - 1
    assert opened.labels[3] == 2
    with pytest.raises(ValueError, match=r"row must be below 150, got 150"):
        prepare(experiment.replace(corrections=LabelCorrections.of([[150, 0]])))


def test_a_class_of_two_stays_whole() -> None:
    inputs = np.arange(40, dtype=np.float32).reshape(20, 2)
    data = Data(inputs, np.r_[np.zeros(18, int), 1, 1], "classes")
    rest, sealed = seal(data, 0.3, 0)
    assert (data.targets[rest] == 1).sum() == 2
    assert len(sealed) == 6


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_the_end_of_a_series_is_sealed_however_short_it_is(share: float) -> None:
    whole = Sunspots(window=12).load(0)
    for count in (2 * (whole.gap or 0) + 3, 200, whole.samples):
        rest, sealed = seal(whole.take(slice(0, count)), share, 0)
        assert sealed[-1] == count - 1
        assert rest[-1] + (whole.gap or 0) + 1 == sealed[0]
        train_test_split(whole.take(rest), 0.5, 0)


def test_too_few_samples_to_seal_some_are_a_problem_with_a_fix() -> None:
    few = Moons(samples=20).load(0).take(np.arange(3))
    with pytest.raises(DataError, match="too few samples to seal some: 4 are needed, got 3"):
        seal(few, 0.2, 0)
    experiment = Experiment(dataset=Sunspots(window=12), sealed=0.2)
    short = experiment.dataset.load(0).take(np.arange(30))
    before = find_problems(experiment)
    with pytest.raises(DataError):
        prepare(experiment, short)
    problem, *others = find_problems(experiment)
    assert tuple(others) == before
    assert "too few samples to seal some" in problem.sentence
    assert [fix.experiment.sealed for fix in problem.fixes] == [0.0]
    assert len(find_problems(problem.fixes[0].experiment)) == len(before)


def test_gaps_are_filled_in_by_what_is_left_also_in_the_sealed_rows(tmp_path: Path) -> None:
    def made(name: str, poison: Any) -> Experiment:
        numbers = np.random.default_rng(0).normal(size=(100, 2)).round(3)
        numbers[poison] = 1e6
        lines = [f"{a},{'' if row % 4 == 0 else b},{row % 2}" for row, (a, b) in enumerate(numbers)]
        path = tmp_path / name
        path.write_text("\n".join(["a,b,y", *lines]))
        choice = TableSchema(("a", "b"), "y", "classification", "fill")
        return Experiment(dataset=TableFile.of(read_table(path), choice), sealed=0.2)

    clean = prepare(made("a.csv", []))
    assert clean.rest is not None
    assert clean.sealed is not None
    sealed = np.setdiff1d(np.arange(100), clean.rest)
    other = prepare(made("b.csv", sealed))
    np.testing.assert_array_equal(other.train.inputs, clean.train.inputs)
    assert other.data.raw == clean.data.raw
    lacking = clean.sealed.open().inputs[sealed % 4 == 0, 1]
    learned = clean.train.inputs[clean.loaded_rows(clean.train_index) % 4 == 0, 1]
    assert set(lacking.tolist()) == set(learned.tolist())


def test_other_data_keep_the_seal() -> None:
    assert changed(Experiment(sealed=0.2), dataset=Iris()).own.sealed == 0.2


def test_a_run_opens_once_and_another_one_is_told_that_it_looks_again(tmp_path: Path) -> None:
    experiment = Experiment(dataset=Moons(samples=60), sealed=0.2)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    opening = open_test(experiment, prepared, trainer)
    assert (opening.place, opening.samples, opening.look) == ("1", 12, 1)
    trainer.run_epoch()
    assert open_test(experiment, prepared, trainer) is opening
    path = tmp_path / "a.nnplay"
    save_project(path, experiment, TrainerState.of(trainer, prepared.pipeline))
    _, state = load_project(path)
    assert state is not None
    assert state.opened == opening
    again = make_trainer(experiment, prepared)
    again.openings = state.openings
    assert open_test(experiment, prepared, again).look == 2
    assert len(again.openings) == 2


def test_the_same_rows_have_the_same_key_whatever_is_learned_of_them() -> None:
    experiment = Experiment(dataset=Moons(), sealed=0.2)
    assert sealed_key(experiment) == sealed_key(experiment.replace(train_share=0.5, seed=4))
    for other in ({"sealed": 0.1}, {"data_seed": 1}, {"dataset": Moons(noise=0.3)}):
        assert sealed_key(experiment.replace(**other)) != sealed_key(experiment)
    # Of the same flowers, others are sealed; of Moons another seed makes other points.
    for dataset, same in ((Iris(), True), (Moons(), False)):
        keys = {sealed_key(Experiment(dataset=dataset, sealed=0.2, data_seed=seed)) for seed in range(2)}
        assert len(keys) == 2
        assert (len({key.partition("-")[0] for key in keys}) == 1) is same


def test_nothing_is_opened_where_nothing_is_sealed() -> None:
    experiment = Experiment(dataset=Moons(samples=60))
    prepared = prepare(experiment)
    with pytest.raises(ValueError, match="nothing is sealed"):
        open_test(experiment, prepared, make_trainer(experiment, prepared))
