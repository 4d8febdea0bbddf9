"""The model card: what was learned from which data, how well, and how to use it.

Mitchell et al., 2019: Model cards for model reporting.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..data.augmentation import Augmentation
from ..data.pipeline import CategoryColumn, FittedColumn, ImageInputs, PointInputs, TableInputs, ValueOutputs
from ..experiment.prepare import PreparedData
from ..explain.attribution import mean_contributions
from ..explain.certainty import reliability
from ..explain.dependence import dependence_columns
from ..explain.prediction import why_not
from ..formats import Npz, loading_code
from ..io.number_text import held_text, loss_text, percent_text, rounded_text
from ..io.sentence import in_sentence
from ..spec import SettingError, Spec
from ..train.metrics import confusion_matrix
from .curve_drawing import curve_svg
from .document import Block, Code, Figure, Section, Table, Text, to_html, to_markdown
from .report import REPORTS, Report, TrainingRecord
from .tables import metrics

_MAX_MISTAKES = 12
_MAX_CLASSES = 30
_MOVED = (
    "How far each column moves the prediction from that to the average row, by integrated gradients: the mean size "
    "over test samples."
)
_CLOSE = ("°", "%")
"""Units that stand beside the number without a space."""


@REPORTS.register()
class HtmlModelCard(Report):
    """One HTML file."""

    kind = "html_model_card"
    title = "Model card (.html)"
    noun = "card"
    summary = "Data, network, training, curves, confusion, mistakes and how to load it, in one file"
    suffix = ".html"
    group = "Report"

    def text(self, record: TrainingRecord) -> str:
        return to_html(record.experiment.name, model_card(record))


@REPORTS.register()
class MarkdownModelCard(Report):
    """A Markdown file, as model hubs show it."""

    kind = "markdown_model_card"
    title = "Model card (.md)"
    noun, mark = "card", ""
    summary = "The same in Markdown, as GitHub and Hugging Face show it"
    suffix = ".md"
    group = "Report"

    def text(self, record: TrainingRecord) -> str:
        return to_markdown(record.experiment.name, model_card(record))


def model_card(record: TrainingRecord) -> list[Section]:
    """The sections; those that need the data are left out where they are missing."""
    held = record.experiment.held_name
    found = [
        Section("Data", tuple(_data(record))),
        Section("Network", (_network(record),)),
        Section("Training", tuple(_training(record))),
    ]
    if record.data is not None:
        found.append(Section("How well it predicts", tuple(_scores(record))))
        if not record.is_regression and len(record.class_names) <= _MAX_CLASSES:
            found.append(Section(f"Confusion on the {held} samples", (_confusion(record),)))
        found.append(Section("Mistakes", tuple(_mistakes(record))))
        if reasons := _reasons(record, record.data):
            found.append(reasons)
    found.append(Section("How to use it", tuple(_usage(record))))
    found.append(Section("Origin", (_origin(record),)))
    return found


def _data(record: TrainingRecord) -> Iterator[Block]:
    experiment, pipeline = record.experiment, record.model.pipeline
    dataset = experiment.dataset
    rows = [("Dataset", dataset.label), ("Kind", dataset.title)]
    if dataset.citation:
        rows.append(("Source", dataset.citation))
    if sha256 := record.model.data_sha256:
        rows.append(("SHA-256", sha256))
    if record.data is not None:
        data = record.data
        rows.append(("Samples", data.split_text))
        rows.append(("Split", f"seed {experiment.data_seed}"))
        if data.sealed is not None:
            opened, score = record.state.opened, experiment.task.score
            told = "nobody has looked" if opened is None else opened.text(score)
            rows.append(("Test", f"{data.sealed.count:,} samples, sealed before all else; {told}"))
        if data.held is not None:
            rows.append(("Set apart", f"{len(data.held):,} training samples, to calibrate by"))
    if experiment.corrections:
        rows.append(("Corrections", f"{len(experiment.corrections):,} labels changed or samples dropped"))
    if record.class_names:
        rows.append(("Classes", ", ".join(record.class_names[:_MAX_CLASSES])))
    yield Table((), tuple(rows))
    inputs = None if pipeline is None else pipeline.inputs
    if isinstance(inputs, TableInputs):
        yield Table(("Column", "Unit", "Preprocessing"), tuple(map(_column_row, inputs.columns)))
    elif isinstance(inputs, PointInputs):
        yield Text(f"Inputs: {', '.join(inputs.features)} of points (x1, x2).")
    elif isinstance(inputs, ImageInputs):
        parts = [f"Images of {' x '.join(map(str, inputs.shape))}, from 0 to {_exact(inputs.high)}"]
        parts += ["divided by that"] if inputs.high != 1.0 else []
        parts += ["inverted"] if inputs.inverted else []
        parts += filter(None, [_scaled((inputs.shift,), (inputs.scale,))])
        yield Text(f"{', '.join(parts)}.")
    outputs = None if pipeline is None else pipeline.outputs
    if isinstance(outputs, ValueOutputs) and any(map(_scaled_of, outputs.columns)):
        learned = tuple((column.name, column.unit, _scaled_of(column)) for column in outputs.columns)
        yield Table(("Value to predict", "Unit", "Learned as"), learned)


def _column_row(column: FittedColumn) -> tuple[str, str, str]:
    parts = [_scaled_of(column) or "as it is"]
    if isinstance(column, CategoryColumn):
        parts = [f"one of {', '.join(column.categories)}", *filter(None, [_scaled_of(column)])]
    fill = getattr(column, "fill", None)
    if fill is not None:
        parts.append(f"gaps become {_exact(fill) if isinstance(fill, float) else fill}")
    return column.name, getattr(column, "unit", ""), "; ".join(parts)


def _scaled_of(column: FittedColumn) -> str:
    return _scaled(column.shifts, column.scales)


def _scaled(shifts: Sequence[float], scales: Sequence[float]) -> str:
    """The scaling in words, with the very numbers that it uses; "" if none."""
    if not any(shifts) and all(scale == 1.0 for scale in scales):
        return ""
    divisors = (_exact(np.float32(scale)) for scale in scales)
    return f"minus {', '.join(map(_exact, shifts))}, divided by {', '.join(divisors)}"


def _exact(value: float | np.floating[Any]) -> str:
    """A number in the fewest digits that are read as this one again.

    "%g" writes 1.7e+09 for 1700000012.345 and for 1700000400.
    """
    number = value if isinstance(value, np.floating) else np.float64(value)
    short = not number or 1e-4 <= abs(number) < 1e16
    write = np.format_float_positional if short else np.format_float_scientific
    return write(number, trim="-")


def _network(record: TrainingRecord) -> Block:
    network = record.model.network
    rows = [
        (
            layer.title,
            _settings_text(layer),
            " x ".join(map(str, shape)),
            f"{sum(a.size for a in arrays.values()):,}",
        )
        for layer, shape, arrays in zip(network.layers, network.shapes, network.weights, strict=True)
    ]
    return Table(("Layer", "Settings", "Output", "Numbers"), tuple(rows))


def _settings_text(spec: Spec) -> str:
    """The settings that differ from their defaults, and the size."""
    parts = []
    for item in spec.settings():
        value = getattr(spec, item.name)
        if value != item.default or item.name in ("units", "filters"):
            number = _exact(value) if item.type == "float" else value
            shown = value.title if isinstance(value, Spec) else number
            unit = item.unit if item.unit in _CLOSE else f" {item.unit}".rstrip()
            parts.append(
                in_sentence(item.label) if shown is True else f"{in_sentence(item.label)} {shown}{unit}"
            )
    return ", ".join(parts)


def _training(record: TrainingRecord) -> Iterator[Block]:
    config, history = record.experiment.training, record.history
    rows = [("Epochs", record.state.place_text), ("Seed", str(record.experiment.seed))]
    for item in config.settings():
        value = getattr(config, item.name)
        if isinstance(value, Augmentation):
            if value.active:
                rows.append(("Augmentation", _settings_text(value)))
        elif isinstance(value, Spec):
            details = _settings_text(value)
            rows.append((item.label, f"{value.title}{f' ({details})' if details else ''}"))
        elif value not in (None, (), ""):
            rows.append((item.label, str(value)))
    yield Table((), tuple(rows))
    score = record.experiment.task.score.title
    for name, train, test in (
        ("Loss", history.drawn_loss, history.test_loss),
        (score, history.train_accuracy, history.test_accuracy),
    ):
        if svg := curve_svg(history.epoch, {"training": train, "test": test}, f"{name} over the epochs"):
            yield Figure(svg, f"{name} over the epochs")
    if record.state.numbers.get("marks"):
        changes = (
            (record.model.place_text_at(epoch), str(text)) for epoch, text in record.state.numbers["marks"]
        )
        yield Table(("Epoch", "Change while training"), tuple(changes))


def _scores(record: TrainingRecord) -> Iterator[Block]:
    train, test = ({metric[:2]: metric[2] for metric in metrics(record, name)} for name in ("train", "test"))
    rows = [
        (
            of or "all",
            metric.replace("_", " "),
            *(_score(record, of, metric, found.get((of, metric))) for found in (train, test)),
        )
        for of, metric in dict.fromkeys([*test, *train])
        if not of or len(record.class_names) <= _MAX_CLASSES
    ]
    yield Table(("Of", "Metric", "Training", held_text("Test", record.experiment.held_name)), tuple(rows))


def _score(record: TrainingRecord, of: str, metric: str, value: float | None) -> str:
    if value is None:
        return ""
    if not of and metric == "loss":
        return loss_text(value)
    score = record.experiment.task.score
    return score.text(value) if not of and metric == score.key else rounded_text(value, 4)


def _confusion(record: TrainingRecord) -> Block:
    names, split = record.class_names, record.split("test")
    counts = confusion_matrix(split.targets, split.predicted, len(names))
    rows = tuple((name, *map(str, row)) for name, row in zip(names, counts.tolist(), strict=True))
    return Table(("true, predicted →", *names), rows)


def _mistakes(record: TrainingRecord) -> Iterator[Block]:
    split, held = record.split("test"), record.experiment.held_name
    if record.is_regression:
        errors = np.abs(split.predicted - split.targets).max(axis=1)
        worst = np.argsort(-errors, kind="stable")[:_MAX_MISTAKES]
        rows = [
            (
                str(split.rows[i]),
                _values(split.targets[i]),
                _values(split.predicted[i]),
                _digits(errors[i], 4),
            )
            for i in worst
        ]
        yield Text(f"The {held} samples with the largest errors.")
        yield Table(("Row", "True", "Predicted", "Error"), tuple(rows))
        return
    assert split.probabilities is not None
    wrong = np.flatnonzero(split.predicted != split.targets)
    of, place = ("samples", []) if split.positions is None else ("tokens", ["Position"])
    if not len(wrong):
        yield Text(f"None of the {len(split.rows):,} {held} {of}.")
        return
    certainty = split.probabilities[np.arange(len(split.rows)), split.predicted]
    worst = wrong[np.argsort(-certainty[wrong], kind="stable")][:_MAX_MISTAKES]
    names = record.class_names
    yield Text(f"{len(wrong):,} of {len(split.rows):,} {held} {of}; those that it was most certain of:")
    places = [[] if split.positions is None else [str(split.positions[i])] for i in worst]
    yield Table(
        ("Row", *place, "True", "Predicted", "Certainty"),
        tuple(
            (
                str(split.rows[i]),
                *at,
                names[split.targets[i]],
                names[split.predicted[i]],
                percent_text(certainty[i], 1),
            )
            for i, at in zip(worst, places, strict=True)
        ),
    )


def _reasons(record: TrainingRecord, data: PreparedData) -> Section | None:
    """Explanation of the predictions and their uncertainty; None where neither can be given."""
    if why_not(data) or data.data.vocabulary:
        return None
    blocks: list[Block] = []
    if dependence_columns(data):
        unit = " %" if data.encoding.classes else ""
        factor = 100.0 if unit else 1.0
        rows = mean_contributions(record.model.network, data)
        blocks.append(Text(held_text(_MOVED, record.experiment.held_name)))
        blocks.append(
            Table(
                ("Column", "Moves the prediction by"),
                tuple((name, f"{rounded_text(factor * size)}{unit}") for name, size in rows),
            )
        )
    split = record.split("test")
    if split.probabilities is not None:
        # Of two classes the probability of the second, as on the page Why; of more that of the predicted one.
        chosen = np.ones_like(split.predicted) if data.encoding.classes == 2 else split.predicted
        said = split.probabilities[np.arange(len(split.rows)), chosen]
        error = reliability(said, split.targets == chosen).error
        blocks.append(
            Text(
                f"Probabilities are off by {percent_text(error, 1)} on average "
                f"(expected calibration error, {data.held_name} samples)."
            )
        )
    return Section("Why it predicts so, and how sure it is", tuple(blocks)) if blocks else None


def _values(row: np.ndarray) -> str:
    return ", ".join(_digits(value, 6) for value in row)


def _digits(value: float, count: int) -> str:
    """A number with so many digits, and all of those before its point."""
    digits = max(count, math.ceil(math.log10(abs(value) + 1))) if 1 <= abs(value) < 1e15 else count
    return f"{value:.{digits}g}"


def _usage(record: TrainingRecord) -> Iterator[Block]:
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in record.experiment.name) or "network"
    yield Text("Exported as NumPy's .npz, this program predicts from raw samples:")
    try:
        yield Code("Python", loading_code(Npz(), Path(f"{name}.npz"), record.model.description))
    except SettingError as error:
        yield Text(f"There is none: {error}.")


def _origin(record: TrainingRecord) -> Block:
    rows = (
        ("Program", record.model.program),
        ("Environment", f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.platform()}"),
        ("SHA-256 of the weights", record.model.weights_sha256),
    )
    return Table((), rows)
