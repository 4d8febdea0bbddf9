"""What a head of attention looks at, with its numbers filled in, as rich text for labels."""

from __future__ import annotations

import html
from typing import Final

import numpy as np

from core.data.pipeline import TokenInputs
from core.experiment.prepare import PreparedData
from core.inspect.attention import HeadTrace
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.microscope.formulas import factor, number

_TERMS: Final = 3
_ROWS: Final = 6


def head_formula(trace: HeadTrace, prepared: PreparedData, sample: int) -> str:
    """Query, key, score and look of the position that is looked at most, then the scores of the next ones."""

    def named(position: int) -> str:
        return place_text(position, prepared, sample)

    order = np.argsort(-trace.looks, kind="stable").tolist()
    best, size = order[0], len(trace.query)
    products = trace.query * trace.keys[best]
    largest = np.argsort(-np.abs(products), kind="stable")[:_TERMS].tolist()
    terms = [f"{factor(trace.query[place])}·{factor(trace.keys[best, place])}" for place in largest]
    dots = " + …" if size > _TERMS else ""
    score, total = (
        trace.scores[best],
        float(np.exp(trace.scores[np.isfinite(trace.scores)] - trace.scores[best]).sum()),
    )
    lines = [
        f"Head {trace.head + 1} at {named(trace.position)}, looks most at {named(best)}.",
        f"query <i>q</i> = <i>x</i>·W<sub>q</sub> + b<sub>q</sub> of {named(trace.position)} = {_vector(trace.query)}",
        f"key <i>k</i> = <i>x</i>·W<sub>k</sub> + b<sub>k</sub> of {named(best)} = {_vector(trace.keys[best])}",
        f"score = <i>q</i> · <i>k</i> / √{size} = ({' + '.join(terms)}{dots}) / √{size} = <b>{number(score)}</b>",
        f"look = exp(score) / Σ exp(scores) = 1 / {number(total)} = <b>{percent_text(trace.looks[best], 1)}</b>",
    ]
    lines += [
        f"{named(at)}: score {number(trace.scores[at])}, look {percent_text(trace.looks[at], 1)}"
        for at in order[1:_ROWS]
        if np.isfinite(trace.scores[at])
    ]
    if trace.is_muted:
        lines.append("Muted: the network goes on without it.")
    return "<br>".join(lines)


def place_text(position: int, prepared: PreparedData, sample: int) -> str:
    """“a”, place 5; of a series "place 5"."""
    inputs, own = prepared.pipeline.inputs, prepared.test.inputs[sample]
    if isinstance(inputs, TokenInputs) and position < len(own):
        return f"“{html.escape(inputs.shown[int(own[position])])}”, place {position + 1}"
    return f"place {position + 1}"


def _vector(values: Array) -> str:
    shown = ", ".join(number(value) for value in values[:4].tolist())
    return f"({shown}{', …' if len(values) > 4 else ''})"
