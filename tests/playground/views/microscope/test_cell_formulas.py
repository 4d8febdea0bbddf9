"""The formula of a recurrent unit has the numbers of its trace."""

from __future__ import annotations

import numpy as np

from core.inspect.recurrent import CellTrace
from playground.views.microscope.cell_formulas import cell_formula


def test_the_gates_and_the_state_of_a_gru_are_written_out() -> None:
    sums = np.array([0.5, -1.0, 0.25]), np.array([0.1, -0.2, -0.5])
    values = np.array([0.65, 0.23, 0.13])
    text = cell_formula(CellTrace("gru", 1, 4, *sums, values, -0.4, -0.21), "“a”, place 5")
    assert text.startswith("Unit 2 at “a”, place 5; its state before was −0.40.")
    assert "keep <i>z</i> = σ(inputs + state before) = σ(0.50 + 0.10) = <b>0.65</b>" in text
    assert "tanh(inputs + <i>r</i>·state before) = tanh(0.25 + 0.23·(−0.50)) = <b>0.13</b>" in text
    assert "= 0.65·(−0.40) + 0.35·0.13 = <b>−0.21</b>" in text


def test_those_of_an_lstm_and_of_a_plain_one_too() -> None:
    four = np.array([0.5, 1.0, -0.5, 0.2])
    text = cell_formula(CellTrace("lstm", 0, 0, four, 0 * four, four, 0.1, 0.3, (0.6, 0.7)), "place 1")
    assert (
        "cell <i>c</i> = <i>f</i>·before + <i>i</i>·<i>g</i> = 1.00·0.60 + 0.50·(−0.50) = <b>0.70</b>" in text
    )
    assert "<i>o</i>·tanh(<i>c</i>) = 0.20·tanh(0.70) = <b>0.30</b>" in text
    one = np.array([0.5])
    plain = cell_formula(CellTrace("simple_rnn", 0, 0, one, -one, 0 * one, 0.0, 0.0), "place 1")
    assert plain.endswith("<i>h</i> = tanh(inputs + state before) = tanh(0.50 + (−0.50)) = <b>0</b>")
