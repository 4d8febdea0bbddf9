"""What a recurrent unit does at a position, with its numbers filled in, as rich text for labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.inspect.recurrent import GATES, CellTrace
from playground.views.microscope.formulas import factor, number

_LETTERS: Final[Mapping[str, str]] = {
    "state": "h", "keep": "z", "reset": "r", "candidate": "g", "input": "i", "forget": "f", "output": "o",
}  # fmt: skip


def cell_formula(trace: CellTrace, place: str) -> str:
    """Each gate with the parts of its sum, then the state that they make of the one before."""
    lines = [f"Unit {trace.unit + 1} at {place}; its state before was {number(trace.before)}."]
    values = dict(zip(GATES[trace.kind], map(float, trace.values), strict=True))
    parts = zip(values.items(), trace.from_input.tolist(), trace.from_state.tolist(), strict=True)
    for (name, value), own, before in parts:
        letter, bend = f"<i>{_LETTERS[name]}</i>", "tanh" if name in ("state", "candidate") else "σ"
        resets = trace.kind == "gru" and name == "candidate"
        reset, filled = ("<i>r</i>·", f"{factor(values['reset'])}·") if resets else ("", "")
        label = "" if name == "state" else f"{name} "
        lines.append(
            f"{label}{letter} = {bend}(inputs + {reset}state before) = "
            f"{bend}({number(own)} + {filled}{factor(before)}) = <b>{number(value)}</b>"
        )
    cell_before, cell = trace.cells
    if trace.kind == "gru":
        keep = values["keep"]
        lines.append(
            f"state <i>h</i> = <i>z</i>·before + (1 − <i>z</i>)·<i>g</i> = {number(keep)}·{factor(trace.before)} + "
            f"{number(1 - keep)}·{factor(values['candidate'])} = <b>{number(trace.after)}</b>"
        )
    elif trace.kind == "lstm":
        lines += [
            f"cell <i>c</i> = <i>f</i>·before + <i>i</i>·<i>g</i> = {number(values['forget'])}·{factor(cell_before)} + "
            f"{number(values['input'])}·{factor(values['candidate'])} = <b>{number(cell)}</b>",
            f"state <i>h</i> = <i>o</i>·tanh(<i>c</i>) = {number(values['output'])}·tanh({number(cell)}) = "
            f"<b>{number(trace.after)}</b>",
        ]
    return "<br>".join(lines)
