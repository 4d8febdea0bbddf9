"""Formula patterns filled with symbols and numbers."""

from __future__ import annotations

import pytest

from core.nn import ELU, LeakyReLU, MaxPooling2D
from playground.views.microscope.pattern import filled, setting_texts


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("tanh({x})", "tanh(−2)"),
        ("max({slope}·{x}, {x})", "max(0.1·(−2), −2)"),
        ("{x} · σ({x})", "−2 · σ(−2)"),
        ("1 / (1 + exp(−{x}))", "1 / (1 + e<sup>−(−2)</sup>)"),
        ("{x} if {x} > 0 & so on", "−2 if −2 &gt; 0 &amp; so on"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_fields_are_filled_and_signs_bracketed_where_two_would_meet(pattern: str, text: str) -> None:
    assert filled(pattern, {"x": "−2", "slope": "0.1"}) == text


def test_a_field_without_a_value_leaves_all_out() -> None:
    assert filled("{x} + {y}", {"x": "1"}) is None


def test_settings_that_are_numbers_can_be_fields() -> None:
    assert setting_texts(LeakyReLU(0.25)) == {"negative_slope": "0.25"}
    assert setting_texts(ELU()) == {"alpha": "1"}
    assert setting_texts(MaxPooling2D()) == {}
