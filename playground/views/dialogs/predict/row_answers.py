"""What the network says about one row, as texts."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.pipeline import Answers, Pipeline, ValueOutputs
from core.data.pipeline.columns import NumberColumn
from core.io.number_text import percent_text, rounded_text

_DIGITS = 4


@dataclass(frozen=True)
class RowAnswer:
    """A label with its probability in `detail`, or values with their units.

    `number` is the class's, None for values; `shares` are (class, probability) in the order of the classes.
    """

    text: str
    detail: str = ""
    number: int | None = None
    shares: tuple[tuple[str, float], ...] = ()


def row_answers(pipeline: Pipeline, answers: Answers) -> list[RowAnswer]:
    """The answers (n,) row by row."""
    if answers.numbers is None or answers.probabilities is None:
        assert answers.values is not None
        columns = pipeline.outputs.columns if isinstance(pipeline.outputs, ValueOutputs) else ()
        return [RowAnswer(_value_text(columns, values)) for values in answers.values.tolist()]
    names = tuple(getattr(pipeline.outputs, "names", ()))
    found = []
    for number, shares in zip(answers.numbers.tolist(), answers.probabilities.tolist(), strict=True):
        pairs = tuple(zip(names, shares, strict=True))
        found.append(RowAnswer(names[number], percent_text(shares[number]), number, pairs))
    return found


def _value_text(columns: tuple[NumberColumn, ...], values: list[float]) -> str:
    texts = []
    for column, value in zip(columns, values, strict=True):
        name = f"{column.name} " if len(values) > 1 else ""
        texts.append(f"{name}{rounded_text(value, _DIGITS)} {column.unit}".strip())
    return ", ".join(texts)
