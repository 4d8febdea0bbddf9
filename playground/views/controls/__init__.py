"""Small widgets that every panel is made of; their colours come from the stylesheet alone."""

from __future__ import annotations

from playground.views.controls.chips import Chip, ChipGroup
from playground.views.controls.combos import ChoiceCombo, ValueCombo
from playground.views.controls.flow_layout import FlowLayout
from playground.views.controls.labels import CalmLabel, Captioned, SectionTitle, StatTile
from playground.views.controls.slider import LabeledSlider
from playground.views.controls.stepper import Stepper
from playground.views.controls.toast import Toast

__all__ = [
    "CalmLabel",
    "Captioned",
    "Chip",
    "ChipGroup",
    "ChoiceCombo",
    "FlowLayout",
    "LabeledSlider",
    "SectionTitle",
    "StatTile",
    "Stepper",
    "Toast",
    "ValueCombo",
]
