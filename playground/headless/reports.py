"""The lines that commands print: losses, scores, confusion."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.experiment.experiment import Experiment
    from core.experiment.prepare import PreparedData
    from core.train.figures import Figure
    from core.train.tasks import Task
    from core.train.trainer import Trainer


def print_line(text: str) -> None:
    """Write a line to standard output. What reads it may end early; the command goes on, and writes its files."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        drop_output()


def print_columns(lines: Sequence[Sequence[str]], right: Collection[int] = ()) -> None:
    """Write lines of equally many texts below each other; the columns of `right` end at the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        texts = (
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        print_line("  ".join(texts).rstrip())


def print_note(text: str) -> None:
    """Write a line to standard error, beside the output that others read."""
    sys.stderr.write(f"numpynet: {text}\n")


def drop_output() -> None:
    """Send what is still written to standard output nowhere: what reads it has enough, as `head` does.

    Python would complain about the closed pipe once more when it closes the stream.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def print_training(
    experiment: Experiment, trainer: Trainer, prepared: PreparedData, *, stopped: bool
) -> None:
    """Print the figures that the window shows at rest, and how well the test samples are predicted."""
    from core.io.number_text import held_text

    figures = trainer.measure()
    state = "stopped at epoch" if stopped else "epoch"
    engine = " and ".join(sorted(trainer.engines)) or trainer.engine
    count = f"{trainer.network.parameter_count:,} parameters"
    print_line(f"{experiment.name}: {state} {figures.place.text}, {count}, trained by {engine}")
    held = experiment.held_name
    width = max(len(held), len("train")) + 1
    print_line(f"{'train':{width}} {figure_line(trainer.task, figures.train)}")
    print_line(f"{held:{width}} {figure_line(trainer.task, figures.test)}")
    print_line(test_report(prepared, trainer))
    for note in _notes(experiment, prepared, trainer):
        print_note(held_text(note, held))
    if prepared.sealed is not None:
        print_line(sealed_line(prepared, trainer))


def sealed_line(prepared: PreparedData, trainer: Trainer) -> str:
    """ "test: 89.0 %, ±6.1 by luck, opened at epoch 120", or how many rows are sealed."""
    if trainer.opened is not None:
        return f"test: {trainer.opened.text(trainer.task.score)}"
    count = 0 if prepared.sealed is None else prepared.sealed.count
    return f"test: {count:,} samples, sealed; numpynet evaluate PROJECT --open-test opens it"


def _notes(experiment: Experiment, prepared: PreparedData, trainer: Trainer) -> Iterator[str]:
    """What makes the figures of a file better or worse than they look."""
    import numpy as np

    numbers, labels = trainer.test_predictions, prepared.test.labels
    if experiment.dataset.sources and prepared.data.form == "row":
        rows = np.column_stack(
            (prepared.data.inputs, prepared.data.targets.reshape(prepared.data.samples, -1))
        )
        learned = {row.tobytes() for row in rows[prepared.train_index]}
        if twice := sum(row.tobytes() in learned for row in rows[prepared.test_index]):
            yield f"{twice:,} of {len(labels):,} test samples equal one that was learned from, and are easier by it"
    if prepared.encoding.classes and numbers is not None and labels.ndim == numbers.ndim == 1:
        names = prepared.data.class_names or tuple(map(str, range(prepared.encoding.classes)))
        for place, name in enumerate(names):
            if (count := int((labels == place).sum())) and not (numbers[labels == place] == place).any():
                yield f"None of the {count:,} test samples of {name} is recognized"


def figure_line(task: Task, figure: Figure) -> str:
    """ "loss 0.0273  accuracy 98.0 %", as the window writes them."""
    from core.io.number_text import loss_text

    return f"loss {loss_text(figure.loss)}  {task.score.name} {task.score.text(figure.score)}"


def test_report(prepared: PreparedData, trainer: Trainer) -> str:
    """Report on all test samples, which the trainer has measured: `class_report`, `value_report` or `text_report`."""
    if prepared.encoding.tokens:
        return text_report(prepared, trainer)
    labels, numbers = prepared.truth_of(prepared.test), trainer.test_predictions
    if prepared.encoding.classes and numbers is not None:
        names = prepared.data.class_names or tuple(map(str, range(prepared.encoding.classes)))
        return class_report(numbers, labels, names)
    values = prepared.pipeline.decode(trainer.network.predict(prepared.test.inputs)).values
    report = value_report(values, labels, trainer.figures.test.score)
    if prepared.data.form != "sequence":
        return report
    from core.train.baselines import forecasts

    others = forecasts(prepared.data, prepared.train_index, prepared.test_index)
    told = ", ".join(f"{each.title} {prepared.task.score.text(each.r2)}" for each in others)
    return f"{report}\nR² of others: {told}" if told else report


def text_report(prepared: PreparedData, trainer: Trainer) -> str:
    """Perplexity of a network on the test texts, and the loss of counts of the last tokens."""
    import math

    from core.io.number_text import loss_text, percent_text, rounded_text
    from core.train.baselines import ngrams

    labels, nats = prepared.test.labels, trainer.figures.test.loss
    counted = ngrams(prepared.train, prepared.test, prepared.data.vocabulary)
    others = [f"{each.title} {loss_text(each.nats)}" for each in counted]
    if math.isfinite(prepared.data.floor):
        others.append(f"who knows the rule {loss_text(prepared.data.floor)}")
    perplexity = rounded_text(math.exp(min(nats, 100.0)), 4)
    text = f"perplexity {perplexity}  {loss_text(nats / math.log(2))} bits a token"
    if (labels[:, 0] < 0).all() and trainer.test_predictions is not None:
        # A question comes first.
        right = (trainer.test_predictions == labels) | (labels < 0)
        text += f"  whole answers right {percent_text(right.all(axis=1).mean(), 1)}"
    return f"{text}\nloss of others: {', '.join(others)}"


def class_report(predicted: NDArray[Any], true: NDArray[Any], names: Sequence[str]) -> str:
    """The confusion matrix with precision, recall and accuracy; both arguments are class numbers (n,)."""
    import numpy as np

    from core.train.metrics import ClassificationMatrix

    # One-hot rows, so that classes without predictions keep their lines.
    rows = np.eye(len(names))
    return str(ClassificationMatrix(class_names=names).fit(rows[predicted], rows[true]))


def value_report(predicted: NDArray[Any] | None, true: NDArray[Any], r2: float | None = None) -> str:
    """Errors of values (n, outputs), in the target's own units, and R², if that is not given."""
    import numpy as np

    from core.io.number_text import number_text, rounded_text
    from core.train.metrics import mean_absolute_error, mean_squared_error, r2_score

    assert predicted is not None
    lines = [
        f"MAE   {rounded_text(mean_absolute_error(true, predicted), 6)}",
        f"RMSE  {rounded_text(np.sqrt(mean_squared_error(true, predicted)), 6)}",
    ]
    # One value has no variance to explain.
    if len(true) < 2:
        return "\n".join(lines)
    return "\n".join([*lines, f"R²    {number_text(r2_score(true, predicted) if r2 is None else r2, 3)}"])
