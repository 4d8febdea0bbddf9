"""Widgets shared by the panels; the stylesheet alone colors them."""

from __future__ import annotations

from playground.views.widgets.boxes import FlowLayout
from playground.views.widgets.chips import Chip, ChipGroup, Segments
from playground.views.widgets.combos import ChoiceCombo, ValueCombo
from playground.views.widgets.labels import Captioned, SectionTitle, StatTile
from playground.views.widgets.slider import LabeledSlider
from playground.views.widgets.stepper import Stepper
from playground.views.widgets.toast import Toast

__all__ = [
    "Captioned",
    "Chip",
    "ChipGroup",
    "ChoiceCombo",
    "FlowLayout",
    "LabeledSlider",
    "SectionTitle",
    "Segments",
    "StatTile",
    "Stepper",
    "Toast",
    "ValueCombo",
]
