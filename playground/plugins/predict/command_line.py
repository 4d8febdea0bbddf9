"""`numpynet predict` predicts new rows or images, `numpynet evaluate` says how well."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser, option
from playground.cli.options import add_force, add_reading
from playground.headless.destinations import check_destination
from playground.headless.failure import HeadlessError, check_there, sentences, sheet_note
from playground.headless.reports import (
    class_report,
    figure_line,
    print_line,
    print_note,
    sealed_line,
    test_report,
    value_report,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.data.pipeline import Pipeline, Predictions
    from core.data.tables.table import TableColumn
    from core.formats import TrainedModel
    from core.predict import RawSamples


def _run_predict(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "predict",
        "Predict new rows or images with a trained model, as a CSV with a line for each.",
        """examples:
  numpynet predict penguins.nnplay new.csv -o predictions.csv
  numpynet predict digits.nnplay scan1.png scan2.png

Rows are read as those that the model learned from; a row that lacks a value has an empty line.
""",
    )
    option(parser, "MODEL", MODEL_HELP, type=Path)
    option(parser, "DATA", "a table, or images and folders of images", type=Path, nargs="+")
    option(parser, "-o, --output OUT", "write there instead of standard output, which is -", type=Path)
    option(parser, "--with-columns", "write the model's columns before each prediction", action="store_true")
    option(
        parser,
        "--invert",
        "take light for dark in images: for black on white, where the model learned from white on black",
        action="store_true",
    )
    option(
        parser,
        "--inputs",
        "for a model without preprocessing, as of PyTorch: numbers of rows and bytes of images go in as they are",
        choices=("as-is",),
    )
    add_force(parser)
    add_reading(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        as_is = options.inputs == "as-is"
        changes = {"with_inputs": options.with_columns, "invert": options.invert, "as_is": as_is}
        changes["force"] = options.force
        predict(options.model, options.data, options.output, options.header, options.sheet, **changes)

    return exit_code(work)


def _run_evaluate(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "evaluate",
        "Print how well a trained model predicts a table that has the targets, or its own test samples.",
        """examples:
  numpynet evaluate penguins.nnplay
  numpynet evaluate penguins.nnplay others.csv
  numpynet evaluate penguins.nnplay --open-test

A test that was sealed is opened once for each run: the project keeps what it told, and says it again.
""",
    )
    option(parser, "MODEL", MODEL_HELP, type=Path)
    option(parser, "DATA", "a table with the column that is predicted", type=Path, nargs="?")
    option(
        parser,
        "--open-test",
        "open the sealed test, and keep in the project what it tells",
        action="store_true",
    )
    add_reading(parser)
    options = parser.parse_args(arguments)
    files = [options.data] if options.data else []
    if options.open_test and files:
        parser.error("--open-test is for a project's own samples, not for a table")
    return exit_code(
        lambda: evaluate(options.model, files, options.header, options.sheet, opens=options.open_test)
    )


def predict(
    model_file: Path,
    files: Sequence[Path],
    output: Path | None,
    header: bool | None = None,
    sheet: str = "",
    with_inputs: bool = False,
    invert: bool = False,
    as_is: bool = False,
    force: bool = False,
) -> None:
    """Write a CSV of predictions, one line for each row or image, to `output`, or to standard output for None and "-".

    A row that lacks a value and an image that cannot be read have an empty prediction, so that the lines stay beside
    the rows. Raises `HeadlessError` for such images and for cells that are no numbers, after all others are predicted.
    `as_is`: the model has no preprocessing, and takes the numbers as they are. `force`: `output` may be any file.
    """
    from core.data.pipeline import ImageInputs
    from core.io.csv_rows import csv_text
    from core.nn.blas_threads import one_thread
    from core.predict import PredictionTable

    if output == Path("-"):
        output = None
    model, pipeline = _opened(model_file, as_is)
    samples = _read(pipeline, files, header, sheet)
    if invert:
        if not isinstance(pipeline.inputs, ImageInputs):
            raise HeadlessError("--invert is for images, and this model takes rows")
        samples = samples.inverted(pipeline.inputs)
    table = PredictionTable(model, samples, with_inputs)
    if output is not None:
        check_destination(output, (model_file, *files), mark=csv_text([table.header]), force=force)
    if output is None:
        lines = io.StringIO()
        with sentences("The rows cannot be predicted"), one_thread():
            table.write(lines)
        sys.stdout.write(lines.getvalue())
    else:
        with sentences(f"{output} cannot be written"), one_thread():
            table.write_file(output)
        print_line(f"wrote {output}: {len(samples):,} predictions")
    _print_notes(samples)
    if samples.failures:
        count = f"{len(samples.failures):,} of {len(samples):,} images"
        raise HeadlessError(f"{count} cannot be read and have no prediction; the others have")
    if samples.refused:
        count = f"{samples.refused:,} of {len(samples):,} rows"
        raise HeadlessError(f"{count} cannot be read and have no prediction; the others have")


def _print_notes(samples: RawSamples) -> None:
    """On standard error, beside the CSV."""
    for place, reason in samples.failures.items():
        print_note(f"{samples.names[place]}: {reason}")
    if samples.lacking and not samples.failures:
        print_note(f"{samples.lacking:,} of {len(samples):,} rows lack a value and have no prediction")
    for note in samples.notes:
        print_note(note)


def evaluate(
    model_file: Path,
    files: Sequence[Path],
    header: bool | None = None,
    sheet: str = "",
    *,
    opens: bool = False,
) -> None:
    """Print how well the model predicts a table that has the targets, or its own test samples."""
    from core.nn.blas_threads import one_thread
    from core.predict import predict_samples

    check_there(model_file)
    if not files:
        _evaluate_test(model_file, opens=opens)
        return
    model, pipeline = _opened(model_file)
    target = _target(pipeline)
    samples = _read(pipeline, files, header, sheet, target)
    if samples.table is None:
        raise HeadlessError(
            "Images have no targets beside them; evaluate a table, or the project's own test samples"
        )
    with sentences("The rows cannot be predicted"), one_thread():
        predictions = predict_samples(model, samples)
    report, rows = _compared(files[0], pipeline, predictions, samples, target)
    print_line(f"{files[0].name}: {rows:,} of {samples.table.rows:,} rows\n{report}")
    _print_notes(samples)


def _compared(
    path: Path, pipeline: Pipeline, predictions: Predictions, samples: RawSamples, target: str
) -> tuple[str, int]:
    """The scores of the rows whose targets are known, and the number of these rows."""
    import numpy as np

    assert samples.table is not None
    column = samples.table.column(target)
    known = ~_missing(column)[samples.complete]
    if not known.any():
        raise HeadlessError(f"{path.name} has no row with a value of {target} and all that the model needs")
    if predictions.numbers is not None:
        true = _class_numbers(pipeline, column)[samples.complete][known]
        _check_classes(path, pipeline, column, true)
        return class_report(predictions.numbers[known], true, _class_names(pipeline)), len(true)
    if column.numbers is None or predictions.values is None:
        raise HeadlessError(f"{path.name}: {target} must be numbers, got {column.type}")
    values = column.numbers[samples.complete][known][:, np.newaxis]
    return value_report(predictions.values[known], values), len(values)


def _evaluate_test(model_file: Path, *, opens: bool = False) -> None:
    """The project's own test samples; one that `opens` keeps what the sealed test told."""
    from core.experiment.change import asides_entry, load_asides
    from core.experiment.prepare import open_test, prepare
    from core.experiment.project_file import SUFFIX, TrainerState, measured
    from core.nn.blas_threads import one_thread
    from playground.headless.destinations import Destination
    from playground.headless.proving import UNPROVEN, trained_project

    if model_file.suffix.lower() != SUFFIX:
        raise HeadlessError(f"{model_file} holds no samples; name a table to evaluate it on")
    experiment, state = trained_project(model_file)
    if state is None:
        raise HeadlessError(f"{model_file.name} has no weights; train it first")
    with sentences(f"{model_file} cannot be opened"), one_thread():
        prepared = prepare(experiment)
        trainer = measured(experiment, state, prepared)
    if opens and prepared.sealed is None:
        raise HeadlessError(f"{model_file.name} has no sealed test; train it with --sealed")
    figure, held = trainer.figures.test, experiment.held_name
    print_line(f"{experiment.name}: {figure.samples:,} {held} samples, {figure_line(trainer.task, figure)}")
    with one_thread():
        print_line(test_report(prepared, trainer))
    if opens and trainer.opened is None:
        if state.trained is not None:
            raise HeadlessError(f"{model_file.name} was changed after its training; train it first")
        with one_thread(), sentences("The test cannot be opened"):
            open_test(experiment, prepared, trainer)
        trained, asides = TrainerState.of(trainer, prepared.pipeline), asides_entry(load_asides(model_file))
        Destination(model_file, None).write(experiment, trained, UNPROVEN, **asides)
    if prepared.sealed is not None:
        print_line(sealed_line(prepared, trainer))


def _opened(model_file: Path, as_is: bool = False) -> tuple[TrainedModel, Pipeline]:
    from core.formats import load_model
    from core.formats.trained_experiment import as_is_pipeline

    check_there(model_file)
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    if as_is and model.pipeline is not None:
        raise HeadlessError(f"{model_file} has preprocessing of its own; leave out --inputs as-is")
    if as_is:
        model = replace(model, pipeline=as_is_pipeline(model.network))
    if model.pipeline is None:
        raise HeadlessError(
            f"{model_file} does not say how rows become inputs; predict with --inputs as-is if they are its inputs"
        )
    return model, model.pipeline


def _read(
    pipeline: Pipeline, files: Sequence[Path], header: bool | None, sheet: str, target: str = ""
) -> RawSamples:
    from core.data.tables.table import TableError
    from core.predict import read_samples

    for file in files:
        check_there(file)
    with sentences(f"{files[0]} cannot be opened"):
        samples = read_samples(pipeline, files, header, target, sheet)
        table = samples.table
        if target and table is not None and target not in table:
            sentence = f"{files[0].name} lacks the column {target!r}, whose values the model predicts"
            raise TableError(sentence, table.sheets, table.sheet, bare=header is None and not table.header)
    if note := sheet_note(files[0], table, sheet):
        print_note(note)
    return samples


def _target(pipeline: Pipeline) -> str:
    from core.data.pipeline import ClassOutputs

    outputs = pipeline.outputs
    name = (
        outputs.target if isinstance(outputs, ClassOutputs) else next(iter(getattr(outputs, "names", ())), "")
    )
    if not name:
        raise HeadlessError("The model does not say which column it predicts; evaluate its own test samples")
    return name


def _class_names(pipeline: Pipeline) -> tuple[str, ...]:
    from core.data.pipeline import ClassOutputs

    assert isinstance(pipeline.outputs, ClassOutputs)
    return pipeline.outputs.names


def _missing(column: TableColumn) -> NDArray[np.bool_]:
    if column.numbers is None and column.codes is None:
        raise HeadlessError(f"{column.name} cannot be compared. {column.hint}")
    return column.absent


def _class_numbers(pipeline: Pipeline, column: TableColumn) -> NDArray[Any]:
    """The class of every row (rows,), -1 for none."""
    import numpy as np

    places = {name: place for place, name in enumerate(_class_names(pipeline))}
    assert column.codes is not None
    numbers = np.array(
        [places.get(name, places.get(_number_text(name), -1)) for name in column.categories] + [-1]
    )
    found: NDArray[Any] = numbers[column.codes]
    return found


def _number_text(text: str) -> str:
    """A number as classes are named by it: "1" for "1.0"."""
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def _check_classes(path: Path, pipeline: Pipeline, column: TableColumn, true: NDArray[Any]) -> None:
    if len(true) and (true < 0).any():
        names = ", ".join(_class_names(pipeline))
        unknown = [name for name in column.categories if name not in _class_names(pipeline)]
        raise HeadlessError(f"{path.name}: {column.name} must be one of {names}, got {unknown[0]!r}")


PREDICT = Command(
    "predict", "MODEL DATA", "predict new rows or images with a trained model", _run_predict, after="train"
)
EVALUATE = Command(
    "evaluate",
    "MODEL [DATA]",
    "say how well it predicts a table with targets, or its own test samples",
    _run_evaluate,
    after="predict",
)
