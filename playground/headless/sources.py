"""Find the experiment that a command names: a preset, an experiment, a project, its text, a table, or images."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tqdm import tqdm

from core.data.datasets import SCALINGS, ImageFolder, TableFile
from core.data.datasets.text_datasets import TextFile
from core.data.images.class_folders import empty_folders
from core.data.images.read_folder import ImageChoice, guess_choice, read_folder
from core.data.seal import NO_SEAL, Seal
from core.data.tables.column_hints import find_hints
from core.data.tables.read_table import TABLE_SUFFIXES, is_table, read_table
from core.data.tables.table import ColumnFormat, ColumnFormats, Table, TableError, table_suffix
from core.data.tables.table_schema import (
    TableSchema,
    TableTask,
    guess_missing,
    guess_schema,
    guess_task,
    tasks_of,
)
from core.data.texts import guess_text, is_text_file, read_text
from core.experiment.adapt import with_enough_steps, with_own_layers
from core.experiment.change import begun
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files, preset_named
from core.experiment.problems import find_problems
from core.experiment.project_file import SUFFIX, TrainerState, load_project
from core.experiment.short_text import experiment_from_text, is_short_text
from core.experiment.stack_problems import Problem
from core.nn import LAYERS
from core.optim import OPTIMIZERS, Adam
from playground.headless.failure import HeadlessError, check_there, sentences, sheet_note
from playground.headless.reports import print_note

_LAYERS = "dense 16 relu, dense 8 relu"
_LEARNING_RATE = 0.01
_BAR = "{desc}: {percentage:3.0f}%"
_SHOWN_FAILURES = 5
_SHOWN_COLUMNS = 10
_OTHER_KINDS = {
    "images": "--image-size and its like are for a folder of images",
    "table": "A target and its like are chosen for a table, such as data.csv",
    "text": "--lines, --context and their like are for a text, such as data.txt",
}


@dataclass(frozen=True)
class DataChoices:
    """Options of a table, from `size` on of a folder of images, and from `samples_are` on of a text.

    None and "" are found by evidence.
    """

    target: str = ""
    features: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    task: str = ""
    missing: str = ""
    scaling: str = ""
    formats: tuple[tuple[str, str], ...] = ()
    header: bool | None = None
    sheet: str = ""
    size: int | None = None
    colors: str = ""
    fit: str = ""
    limit: int | None = None
    samples_are: str = ""
    words: bool = False
    context: int | None = None
    characters: int | None = None

    @property
    def kinds(self) -> set[str]:
        """The kinds of data that something is chosen of."""
        names = [field.name for field in dataclasses.fields(self)]
        first, second = names.index("size"), names.index("samples_are")
        groups = {"table": names[:first], "images": names[first:second], "text": names[second:]}
        usual = DataChoices()
        return {
            kind
            for kind, group in groups.items()
            if any(getattr(self, name) != getattr(usual, name) for name in group)
        }

    def check_for(self, source: str, kind: str = "") -> None:
        """Raise `HeadlessError` for choices of another kind of data than "table", "images" or "text"."""
        for other in sorted(self.kinds - {kind}):
            raise HeadlessError(f"{_OTHER_KINDS[other]}, not for {source}")


@dataclass(frozen=True)
class Changes:
    """Change of any experiment; None keeps it."""

    layers: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    train_share: float | None = None
    sealed: float | None = None
    seed: int | None = None
    data_seed: int | None = None
    engine: str | None = None

    @property
    def seal(self) -> Seal:
        """Which rows of a file are sealed."""
        return Seal(self.sealed, self.data_seed or 0) if self.sealed else NO_SEAL


def preset_names() -> list[str]:
    """The short names of all presets."""
    return [path.stem.lstrip("0123456789_") for path in preset_files()]


def find_experiment(
    source: str, choices: DataChoices, changes: Changes
) -> tuple[Experiment, TrainerState | None]:
    """The experiment, and the state of its training if it is a trained project and still fits."""
    path = Path(source)
    if table_suffix(path) in (SUFFIX, *TABLE_SUFFIXES):
        check_there(path)
    with sentences(f"{source} cannot be opened"):
        if is_text_file(path) and "table" not in choices.kinds:
            choices.check_for(source, "text")
            return _changed(_on_text(path, choices, changes.seal), changes), None
        if is_table(path):
            choices.check_for(source, "table")
            return _changed(_on_table(path, choices, changes.seal), changes), None
        is_text = is_short_text(source)
        # A text can be too long to be looked for as a name.
        if not is_text and path.is_dir() and source not in preset_names():
            choices.check_for(source, "images")
            return _changed(_on_images(path, choices, changes.seal), changes), None
        choices.check_for(source)
        if is_text:
            experiment, state = experiment_from_text(source), None
        elif path.suffix.lower() in (SUFFIX, ".json") or path.exists():
            experiment, state = load_project(path)
        else:
            experiment, state = preset_named(source), None
        changed = _changed(experiment, changes)
        return changed, state if _goes_on(experiment, changed) else None


def _goes_on(before: Experiment, after: Experiment) -> bool:
    """Whether a training goes on after changes: only the optimizer, its learning rate and the engine may differ."""
    training = before.training
    return after.with_training(optimizer=training.optimizer, engine=training.engine) == before


def _on_table(path: Path, choices: DataChoices, seal: Seal) -> Experiment:
    formats = ColumnFormats({name: ColumnFormat.parse(text) for name, text in choices.formats})
    table = read_table(path, header=choices.header, formats=formats, sheet=choices.sheet)
    if note := sheet_note(path, table, choices.sheet):
        print_note(note)
    named = (*choices.features, *choices.ignored, *dict(choices.formats), choices.target)
    _check_names(path, table, named, bare=choices.header is None and not table.header)
    # What is sealed decides no column, task or hint.
    seen = table.part(seal.divide(table.rows)[0]) if seal else table
    schema = _schema(path, seen, choices)
    experiment = draft = begun(TableFile.of(table, schema, seal), seal=seal)
    if own := with_own_layers(draft.replace(layers=LAYERS.parse(_LAYERS)), draft):
        rate = min(_LEARNING_RATE, own.training.optimizer.learning_rate)
        experiment = own.with_training(optimizer=Adam(learning_rate=rate))
    _print_notes(path, seen, schema, choices)
    scaling = choices.scaling or ("minmax" if table.sample_shape else "standardize")
    return experiment.replace(scaling=SCALINGS.make(scaling))


def _on_text(path: Path, choices: DataChoices, seal: Seal) -> Experiment:
    text = read_text(path, choices.characters or TextFile.setting("most").default)
    guessed = guess_text(text.text)
    dataset = TextFile.of(
        text,
        samples_are=choices.samples_are or guessed.samples_are,
        tokens="words" if choices.words else "letters",
        context=choices.context or guessed.context,
        most=choices.characters or TextFile.setting("most").default,
    )
    experiment = begun(dataset, seal=seal)
    count = experiment.dataset.info().vocabulary
    what = "lines" if dataset.samples_are == "lines" else "running text"
    print_note(
        f"{path.name}: read as {what} of {dataset.tokens}, {count:,} different, of which the network sees "
        f"{dataset.context} at once; a --target reads it as a table"
    )
    return experiment


def _on_images(folder: Path, choices: DataChoices, seal: Seal) -> Experiment:
    guessed, invert = guess_choice(folder, ImageChoice())
    choice = ImageChoice(
        choices.size or guessed.size,
        choices.colors == "color" if choices.colors else guessed.color,
        choices.fit or guessed.fit,
        choices.limit or guessed.limit,
    )
    with tqdm(total=1.0, desc=f"reading {folder.name}", bar_format=_BAR, leave=False, disable=None) as bar:

        def show(done: float) -> None:
            bar.update(done - bar.n)

        images = read_folder(folder, choice, show)
    dataset = ImageFolder.of(images, choices.colors == "ink" if choices.colors else invert)
    colors = "in colour" if choice.color else "in grey, dark on bright" if dataset.invert else "in grey"
    count = f"{len(images.labels):,} images of {len(images.class_names)} classes"
    print_note(f"{folder}: {count}, read as {choice.size} x {choice.size} {colors}")
    for name, reason in images.failures[:_SHOWN_FAILURES]:
        print_note(f"{folder / name}: {reason}")
    if images.failures:
        failed = len(images.failures)
        print_note(f"{failed:,} of {failed + len(images.labels):,} images cannot be read and are left out")
    if empty := empty_folders(folder, images.class_names):
        print_note(f"{folder}: no images in {', '.join(empty)}")
    return with_enough_steps(begun(dataset, seal=seal), len(images.labels))


def _schema(path: Path, table: Table, choices: DataChoices) -> TableSchema:
    if not choices.target and choices.task != "none":
        names = ", ".join(column.name for column in table.columns if tasks_of(column))
        raise HeadlessError(
            f"Choose the column of {path.name} to predict by --target, or --no-target: {names}"
        )
    if choices.target and choices.task == "none":
        raise HeadlessError("--no-target and --target exclude each other")
    guessed = guess_schema(dataclasses.replace(table, proposed_target=choices.target))
    known = (*guessed.features, guessed.target) if choices.task == "none" else guessed.features
    features = choices.features or tuple(
        column.name for column in table.columns if column.name in known and column.name not in choices.ignored
    )
    features = tuple(name for name in features if name != choices.target)
    task = choices.task or guess_task(table.column(choices.target))
    missing = choices.missing or guess_missing(table, features, choices.target)
    return TableSchema(features, choices.target, cast(TableTask, task), missing)


def _print_notes(path: Path, table: Table, schema: TableSchema, choices: DataChoices) -> None:
    labelled = dataclasses.replace(schema, features=()).rows(table)
    left_out = int(labelled.sum() - schema.rows(table).sum())
    if left_out:
        print_note(
            f"{path.name}: {left_out:,} of {table.rows:,} rows lack a value and are left out; --missing fill keeps them"
        )
    if gaps := schema.gaps(table):
        usual = "a category of their own" if schema.missing == "category" else "the most frequent category"
        print_note(
            f"{path.name}: {gaps:,} missing values are filled in by the mean or {usual}; --missing drop leaves out "
            "their rows"
        )
    for hint in find_hints(table, schema):
        if hint.kind == "leak":
            print_note(f"{path.name}: {hint.sentence}; --ignore {hint.columns[0]} leaves it out")
    used = {*schema.features, schema.target, *choices.ignored}
    unused = [column.name for column in table.columns if column.name not in used]
    if unused and not choices.features:
        shown = ", ".join(unused[:_SHOWN_COLUMNS]) + (", ..." if len(unused) > _SHOWN_COLUMNS else "")
        print_note(f"{path.name}: not learned from, since they hold texts or number the rows: {shown}")


def _check_names(path: Path, table: Table, names: Sequence[str], bare: bool) -> None:
    known = [column.name for column in table.columns]
    for name in names:
        if name and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
            sentence = f"{path.name} has no column called {name!r}; {hint}"
            raise TableError(sentence, table.sheets, table.sheet, bare=bare)


def _changed(experiment: Experiment, changes: Changes) -> Experiment:
    given = {name: value for name, value in vars(changes).items() if value is not None}
    if "layers" in given:
        text = given.pop("layers")
        # Semicolons as in the documentation, since commas end options in some shells; JSON is left alone.
        layers = LAYERS.parse(text if text.lstrip().startswith("[") else text.replace(";", ","))
        experiment = experiment.replace(layers=layers)
    optimizer, rate = given.pop("optimizer", None), given.pop("learning_rate", None)
    training = experiment.training
    if optimizer is not None and optimizer != training.optimizer.kind:
        made = OPTIMIZERS.make(optimizer)
        training = training.replace(optimizer=made)
    if rate is not None:
        training = training.replace(optimizer=training.optimizer.replace(learning_rate=rate))
    if "batch_size" in given:
        training = training.replace(batch_size=given.pop("batch_size"))
    if "engine" in given:
        training = training.replace(engine=given.pop("engine"))
    if given.get("sealed") and not experiment.dataset.can_seal:
        raise HeadlessError(f"{experiment.dataset.label} has no samples that could be sealed: all are known")
    return experiment.replace(training=training, **given)


def check_runnable(experiment: Experiment) -> None:
    """Raise `HeadlessError`, with a way out, if the experiment cannot be trained."""
    problems = find_problems(experiment)
    if problems:
        raise HeadlessError(f"{experiment.name} cannot run: {_problem_text(problems[0])}")


def _problem_text(problem: Problem) -> str:
    """The sentence and, if files are missing, the command that downloads them."""
    wanted = [fix.download for fix in problem.fixes if fix.download]
    return f"{problem.sentence}; fetch it by: numpynet download {wanted[0]}" if wanted else problem.sentence
