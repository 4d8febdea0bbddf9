"""Trials and values of settings as short texts."""

from __future__ import annotations

import json
from typing import Any

from ..nn import LAYERS
from ..spec.notation import specs_to_text
from .trial import Trial


def trial_text(trial: Trial) -> str:
    """ "Trial 12: 0.03, 4, seed 2": its number and values."""
    values = (short_value(value) for _, value in trial.settings)
    return f"Trial {trial.shown_number}: {', '.join((*values, f'seed {trial.seed}'))}"


def short_value(value: Any) -> str:
    """A value as a caption: a number with four digits, a kind by its name, layers in words."""
    if isinstance(value, dict):
        return str(value.get("kind", ""))
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        return specs_to_text(tuple(LAYERS.make(part) for part in value)) or "none"
    return f"{value:.4g}" if isinstance(value, float) else value_text(value)


def value_text(value: Any) -> str:
    """A value as a short text: "0.01", "adam", "sgd momentum=0.9"."""
    if isinstance(value, dict):
        return " ".join(
            [str(value.get("kind", "")), *(f"{k}={value_text(v)}" for k, v in value.items() if k != "kind")]
        )
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value)
