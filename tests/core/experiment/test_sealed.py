"""A sealed test: rows that nothing of a run reads before it is opened."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pytest

from core.data.dataset import Data, DataError
from core.data.datasets import (
    DATASETS,
    Blobs,
    Dataset,
    Iris,
    Moons,
    Painted,
    PaintedPoints,
    Sunspots,
    TableFile,
)
from core.data.datasets.file_dataset import FileDataset
from core.data.datasets.image_folder_dataset import ImageFolder
from core.data.datasets.mnist import Digits
from core.data.datasets.playground_points import Plane as PointsPlane
from core.data.datasets.series_file_dataset import SeriesFile, windows_in
from core.data.datasets.text_datasets import TextFile
from core.data.datasets.toy_sequences import Waves
from core.data.images.read_folder import ImageChoice, ImageSet
from core.data.label_corrections import LabelCorrections
from core.data.seal import Seal
from core.data.tables.column_hints import find_hints
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormats, Table
from core.data.tables.table_schema import TableSchema, TableTask
from core.data.texts import Text
from core.data.train_test_split import train_test_split
from core.diagnose.doctor import examine
from core.experiment.adapt import recommended
from core.experiment.change import begun, changed
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, open_test, prepare, sealed_key
from core.experiment.presets import preset_files
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_experiment, load_project, save_project
from core.explain.counterfactual import Goal
from core.formats import EXPORTERS
from core.formats.exporter import Exporter
from core.inspect import fog
from core.inspect.explanations import AttributionWish
from core.inspect.snapshot import PARTS, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Embedding, Flatten, Layer
from core.predict.row_columns import row_columns
from core.probes.ablation import ablate
from core.probes.baselines import fit_baselines
from core.probes.cross_validation import cross_validate
from core.probes.gradient_check import check_gradients
from core.probes.loss_landscape import loss_landscape
from core.probes.rate_range import rate_range_test
from core.probes.subject import Subject
from core.reports import REPORTS, TrainingRecord
from core.runs.run import data_text
from core.train.opening import Opening

SHARE: Final = 0.25
PRESETS: Final = [
    path
    for path in preset_files()
    for dataset in [load_experiment(path).dataset]
    if dataset.missing_download() is None and dataset.can_seal
]
_ASKED: Final = {
    "attribution": AttributionWish(),
    "what_if": Goal(),
    "dependence": (0, 0),
    "certainty": -1,
    "neuron": ((0,), 0),
    "top_patches": (0, 0),
    "reconstructions": (4, True),
    "latent": ((0, 1), True),
    "saliency": "gradient",
    "flow": 0.5,
    "pruning": 0.5,
}
_NOT_COMPARED: Final = ("seconds", "train_seconds", "test_seconds", "rest")
"""Times, and the rows that corrections count by: those of all that the file holds."""
_CHANCE: Final = re.compile(rb'"weights": "[^"]*"')
"""What safetensors says of a file, in an order by chance."""


def hidden(count: int, gap: int | None = None) -> list[int]:
    """The sealed ones of so many rows."""
    return list(Seal(SHARE, 0).divide(count, gap)[1].tolist())


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


def table_of(folder: Path, text: str, formats: ColumnFormats | None = None) -> Table:
    """A table in a file of always the same name, and digest."""
    path = folder / "rows.csv"
    path.write_text(text)
    return dataclasses.replace(read_table(path, formats=formats), sha256="0" * 64)


def rows_of(missing: str, task: TableTask) -> Callable[[Path, bool], Dataset]:
    """A table of numbers, categories and gaps; what is bad has others, extremes, and words among numbers."""

    def made(folder: Path, bad: bool) -> Dataset:
        rng = np.random.default_rng(1)
        rows = [
            [
                f"{rng.normal():.3f}",
                "xyz"[row % 3],
                "" if row % 5 == 0 else f"{rng.normal():.3f}",
                str(row % 2),
            ]
            for row in range(48)
        ]
        clean = _csv(rows)
        for place, row in enumerate(hidden(48) if bad else ()):
            rows[row] = [
                ["1e300", "new", "-7e36", "9"],
                ["", "", "1", ""],
                ["words", "newer", "1", "5e37"],
                ["0.1234567890123", "x", "3e5", "0"],
            ][place % 4]
        table = table_of(folder, clean)
        formats = ColumnFormats(dict(table.formats.by_name))
        table = table_of(folder, _csv(rows), formats)
        return TableFile.of(table, TableSchema(("a", "b", "c"), "y", task, missing), Seal(SHARE, 0))

    return made


def _csv(rows: list[list[str]]) -> str:
    return "\n".join(["a,b,c,y", *map(",".join, rows)])


def series(folder: Path, bad: bool) -> Dataset:
    """Months of two years; what is bad has extremes, gaps, and years that do not go on."""
    rows = [[str(1900 + row), f"{np.sin(row):.3f}"] for row in range(80)]
    clean = "\n".join(["year,value", *map(",".join, rows)])
    table = table_of(folder, clean)
    first = hidden(*windows_in(80, 6, 2))[0]
    for row in range(first, 80) if bad else ():
        rows[row] = ["5", "" if row % 3 else "1e37"]
    text = "\n".join(["year,value", *map(",".join, rows)])
    table = table_of(folder, text, ColumnFormats(dict(table.formats.by_name)))
    fields = {"header": True, "columns": table.formats.text, "window": 6, "horizon": 2}
    made = SeriesFile(table.path, table.sha256, "value", "value", seal=Seal(SHARE, 0), **fields)
    made.remember(table)
    return made


def text_of(samples_are: Any, tokens: Any) -> Callable[[Path, bool], Dataset]:
    """Lines or a running text of letters or words; what is bad has others."""

    def made(_: Path, bad: bool) -> Dataset:
        words = [f"{'abcdefg'[n % 7]}{'aeiou'[n % 5]}{'lmnr'[n % 4]}" for n in range(200)]
        if samples_are == "lines":
            for row in hidden(200) if bad else ():
                words[row] = "ÅßЖ"
        elif bad:
            words = [word if n < 155 else "Жqü" for n, word in enumerate(words)]
        text = Text("text.txt", "0" * 64, ("\n" if samples_are == "lines" else " ").join(words))
        choices = {"samples_are": samples_are, "tokens": tokens, "context": 8, "seal": Seal(SHARE, 0)}
        dataset = TextFile(text.path, text.sha256, **choices)
        dataset.remember(text)
        return dataset.under(Seal()).under(Seal(SHARE, 0))

    return made


def folder_of_images(folder: Path, bad: bool) -> Dataset:
    """Images of two classes; what is bad is white, and of a third class."""
    rng = np.random.default_rng(3)
    images, labels = rng.integers(0, 99, (40, 8, 8, 1)).astype(np.uint8), np.arange(40) // 20
    names = ("cat", "dog", "zebra")[: 2 + bad]
    if bad:
        images[hidden(40)], labels[hidden(40)] = 255, 2
    found = ImageSet(
        str(folder), ImageChoice(8), "0" * 64, images, labels, names, found=(20,) * len(names), failures=()
    )
    return ImageFolder.of(found)


def generated(dataset: Dataset) -> Callable[[Path, bool], Dataset]:
    """A kind of dataset that makes its samples."""
    return lambda _folder, bad=False: dataset


DATA: Final = {
    "points": generated(Moons(samples=60)),
    "values of points": generated(PointsPlane(samples=60)),
    "iris": generated(Iris()),
    "dropped gaps": rows_of("drop", "classification"),
    "filled gaps": rows_of("fill", "classification"),
    "gaps of their own": rows_of("category", "regression"),
    "images": folder_of_images,
    "digits": generated(Digits(samples=100)),
    "series": series,
    "waves": generated(Waves(samples=100)),
    "lines of letters": text_of("lines", "letters"),
    "lines of words": text_of("lines", "words"),
    "letters": text_of("text", "letters"),
    "words": text_of("text", "words"),
}


def learned(dataset: Dataset) -> Experiment:
    """A small network for data of which some are sealed."""
    experiment = begun(dataset, seal=Seal(SHARE))
    info = experiment.dataset.info()
    layers: tuple[Layer, ...] = (Dense(4, activation="tanh"),)
    if info.form == "tokens":
        layers = (Embedding(info.vocabulary, 4), *layers)
    elif info.form != "row":
        layers = (Flatten(), *layers)
    return experiment.replace(layers=layers)


def plain(value: Any) -> Any:
    """What can be compared: arrays as bytes."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict | MappingProxyType):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if (fields := getattr(value, "__dataclass_fields__", None)) is not None:
        return {name: plain(getattr(value, name)) for name in fields if name not in _NOT_COMPARED}
    return value if isinstance(value, bytes) else repr(value)


def everything(experiment: Experiment, folder: Path) -> dict[str, Any]:
    """What is fitted, shown, suggested and exported of an experiment, by everybody who does."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.start_history()
    for _ in range(3):
        trainer.step()
    trainer.measure()
    dataset, data = experiment.dataset, prepared.data
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    record = TrainingRecord(experiment, TrainerState.of(trainer, prepared.pipeline), prepared)
    subject = Subject.of_trainer(experiment, prepared, trainer)

    def exported(kind: type[Exporter]) -> list[bytes]:
        path = folder / f"model{kind.suffix}"
        exporter = kind()
        exporter.write(record.model, path)
        found = [_CHANCE.sub(b"", each.read_bytes()) for each in exporter.files(path)]
        return [
            *found,
            *(exporter.program(path, record.model.description, each).encode() for each in exporter.languages),
        ]

    jobs: dict[str, Callable[[], Any]] = {
        "experiment": lambda: [experiment.to_json(), find_problems(experiment), sealed_key(experiment)],
        "dataset": lambda: [
            dataset.offered_columns,
            dataset.known_rows,
            dataset.info(),
            data_text(experiment, data),
        ],
        "prepared": lambda: [data, prepared.pipeline, prepared.plane, prepared.train, prepared.test],
        "places": lambda: [prepared.train_points, prepared.test_points, prepared.deviations],
        "columns": lambda: row_columns(prepared.pipeline, data),
        "raw": lambda: prepared.raw_test_samples(9),
        "advice": lambda: recommended(experiment),
        "weights": trainer.network.state_dict,
        "scores": lambda: trainer.figures,
        "snapshot": lambda: taker.take(SnapshotRequest(grid=6, pixels=6)),
        "doctor": lambda: examine(trainer, prepared, experiment),
        "ablation": lambda: ablate(subject),
        "gradients": lambda: check_gradients(subject),
        "landscape": lambda: loss_landscape(subject, points=3),
        "rates": lambda: rate_range_test(subject),
        "baselines": lambda: fit_baselines(prepared, names=("linear", "neighbors")),
        "folds": lambda: cross_validate(experiment, prepared, folds=2, epochs=1),
        **{kind.kind: lambda kind=kind: exported(kind) for kind in EXPORTERS},
        **{kind.kind: lambda kind=kind: kind().text(record) for kind in REPORTS},
        **{
            f"part {kind.kind}": lambda kind=kind: taker.take_part(kind, _ASKED.get(kind.kind, 1))
            for kind in PARTS
        },
    }
    if isinstance(dataset, TableFile):
        jobs["hints"] = lambda: find_hints(dataset.content(), dataset.choice)
    found = {}
    for name, job in jobs.items():
        try:
            found[name] = plain(job())
        except (ValueError, IndexError, KeyError, AttributeError, TypeError, NotImplementedError) as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


def poison(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be a number, a token or a class in the sealed samples of what is made."""
    data = experiment.dataset.load(experiment.data_seed)
    classes = data.targets if data.labels == "classes" else None
    parts = experiment.seal.divide(data.samples, data.gap, data.train_samples, classes)
    bad = poisoned(data, parts[1])
    monkeypatch.setattr(type(experiment.dataset), "load", lambda *_: bad)
    # Which are sealed depends on the classes, which the makers have told; all else goes without them.
    monkeypatch.setattr(Seal, "divide", lambda *_: parts)


def only_prepared(experiment: Experiment) -> Any:
    """All that is known of the samples of an experiment."""
    prepared = prepare(experiment)
    return plain([prepared.data, prepared.pipeline, prepared.plane, prepared.train, prepared.test])


@pytest.mark.parametrize("kind", DATA)
def test_what_is_sealed_decides_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It trains others for some milliseconds.
    monkeypatch.setattr(fog, "_REST_SLICE_SECONDS", 60.0)
    experiment = learned(DATA[kind](tmp_path, bad=False))
    clean = everything(experiment, tmp_path)
    other = learned(DATA[kind](tmp_path, bad=True))
    if not isinstance(other.dataset, FileDataset):
        poison(other, monkeypatch)
    found = everything(other, tmp_path)
    assert [name for name in clean if found[name] != clean[name]] == []


def opened(kind: str, folder: Path, bad: bool) -> Opening:
    """What an untrained network tells of a sealed test."""
    experiment = learned(DATA[kind](folder, bad))
    prepared = prepare(experiment)
    return open_test(experiment, prepared, make_trainer(experiment, prepared))


@pytest.mark.parametrize("kind", DATA)
def test_an_opened_test_is_measured_or_refused_with_a_sentence(kind: str, tmp_path: Path) -> None:
    assert np.isfinite(opened(kind, tmp_path, False).loss)
    refused = {
        "images": "None of the sealed samples has a class",
        "series": "value cannot be a series: 17 of its 25 values are missing",
        **dict.fromkeys(
            ("dropped gaps", "filled gaps", "gaps of their own"), r"must be finite numbers, got 1e\+300"
        ),
    }
    if kind not in refused:
        assert np.isfinite(opened(kind, tmp_path, True).loss)
        return
    with pytest.raises(ValueError, match=refused[kind]):
        opened(kind, tmp_path, True)


def test_what_nobody_could_know_is_zeros_as_a_category_and_wrong_as_a_class_or_a_letter(
    tmp_path: Path,
) -> None:
    sealed = hidden(40)
    lines = [f"{row / 7:.2f},{'new' if row == sealed[0] else 'xy'[row % 2]},{row % 2}" for row in range(40)]
    lines[sealed[1]] = "1,x,9"
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["a,b,y", *lines]))
    dataset = TableFile.of(read_table(path), TableSchema(("a", "b"), "y"), Seal(SHARE))
    experiment = Experiment(dataset=dataset, sealed=SHARE)
    prepared = prepare(experiment)
    assert prepared.pipeline.inputs.names_out == ("a", "b=x", "b=y")
    assert prepared.data.class_names == ("0", "1")
    assert prepared.sealed is not None
    samples, unknown = prepared.sealed.open()
    assert (len(samples), unknown) == (9, 1)
    assert samples.inputs[0, 1:].tolist() == [0, 0]
    trainer = make_trainer(experiment, prepared)
    opening = open_test(experiment, prepared, trainer)
    assert opening.samples == 10
    assert opening.score == pytest.approx(trainer.evaluate(samples).score * 9 / 10)
    assert opened("lines of letters", tmp_path, True).score == 0


def test_all_forms_of_data_are_walked_over(tmp_path: Path) -> None:
    def form(dataset: Dataset) -> tuple[str, str]:
        return dataset.info().form, dataset.info().labels

    walked = {form(made(tmp_path, bad=False)) for made in DATA.values()}
    assert {form(kind()) for kind in DATASETS if kind.can_seal} <= walked


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_no_preset_reads_what_is_sealed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = load_experiment(path).replace(sealed=SHARE)
    whole, clean = experiment.dataset.load(experiment.data_seed), prepare(experiment)
    assert clean.sealed is not None
    rest, sealed = clean.data.rest, whole.hidden(experiment.seal).rest
    assert not np.intersect1d(rest, sealed).size
    assert clean.sealed.count == len(sealed)
    np.testing.assert_array_equal(whole.inputs[rest], clean.data.inputs)
    opening = open_test(experiment, clean, make_trainer(experiment, clean))
    assert opening.samples == len(sealed)
    assert np.isfinite(opening.loss)
    before = only_prepared(experiment)
    poison(experiment, monkeypatch)
    assert only_prepared(experiment) == before


def test_without_a_seal_nothing_changes_and_files_say_nothing() -> None:
    experiment = Experiment(dataset=Blobs())
    assert "sealed" not in experiment.to_json()
    assert Experiment.from_json(experiment.replace(sealed=0.2).to_json()).sealed == 0.2
    assert prepare(experiment).sealed is prepare(experiment).data.rest is None
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
    kept, apart = data.seen(Seal(0.1)), data.hidden(Seal(0.1))
    assert (kept.rest.tolist(), apart.rest.tolist()) == (list(range(14)), list(range(14, 20)))
    assert kept.train_samples == 0
    assert sorted(np.concatenate(train_test_split(kept, 0.5, 0)).tolist()) == list(range(14))
    assert Experiment(dataset=Digits(size="70k", samples=60_000), sealed=0.1).held_name == "validation"


def test_corrections_count_by_rows_of_the_loaded_data() -> None:
    experiment = Experiment(dataset=Iris(), sealed=0.2)
    rest, sealed = Seal(0.2).divide(150, classes=Iris().load(0).targets)
    shown, hidden, gone = int(rest[7]), int(sealed[3]), int(sealed[4])
    corrections = LabelCorrections.of([[shown, 2], [hidden, 2], [gone, None]])
    prepared = prepare(experiment.replace(corrections=corrections))
    assert prepared.data.targets[7] == 2
    assert prepared.data.row_numbers(np.array([7])) == shown + 1
    assert prepared.sealed is not None
    opened, _ = prepared.sealed.open()
    assert len(opened) == len(sealed) - 1
    assert opened.labels[3] == 2
    with pytest.raises(ValueError, match=r"row must be below 150, got 150"):
        prepare(experiment.replace(corrections=LabelCorrections.of([[150, 0]])))


def test_too_few_samples_to_seal_some_are_a_problem_with_a_fix() -> None:
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


def test_gaps_of_sealed_rows_are_filled_in_by_what_was_learned_from(tmp_path: Path) -> None:
    prepared = prepare(learned(DATA["filled gaps"](tmp_path, False)))
    assert prepared.sealed is not None
    lacking = np.array(hidden(48)) % 5 == 0
    opened = prepared.sealed.open()[0].inputs[lacking, -1]
    trained = prepared.train.inputs[prepared.loaded_rows(prepared.train_index) % 5 == 0, -1]
    assert set(opened.tolist()) == set(trained.tolist())


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
