"""Losses, moments of a run and numbers of samples as people read them, everywhere in the same form.

Scores are written by their task: see `Score.text`. Positions on an axis: see `epoch_text`.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from .number_text import number_text, power_text

_DECIMALS: Final = 4


def loss_text(value: float) -> str:
    """A loss: 0.0273, 1.5000; 1.23 × 10⁻⁵ where four decimals would say nothing, 12,345; a dash if it is not known."""
    if value and abs(value) < 10**-_DECIMALS:
        return power_text(value)
    return "0" if value == 0 else number_text(value, _DECIMALS)


def place_text(epoch: int, step: int = 0, steps: int = 1) -> str:
    """Finished epochs, and batches of the next one: "368", or "368 + 3/35"; after its last batch it is finished."""
    if step >= steps > 0:
        epoch, step = epoch + 1, 0
    return f"{epoch:,} + {step:,}/{steps:,}" if step else f"{epoch:,}"


def part_text(samples: int, of: int) -> str:
    """Of how many samples a figure is: "" of all, "of 250" of a part, "samples unknown" for 0."""
    if not samples:
        return "samples unknown"
    return f"of {samples:,}" if samples < of else ""


HeldName = Literal["test", "validation"]
"""What the samples are called that training does not see: the second where others are sealed for the test."""
_WORDS: Final = "testing: validation; test: validation"
"""Words of texts about the test, and what stands for them; "test~: validation~" would be where letters follow."""


def held_text(text: str, held: HeldName) -> str:
    """A text about test samples, as it is said where those are for validation.

    >>> held_text("Test loss: of 45 for testing", "validation")
    'Validation loss: of 45 for validation'
    """
    for pair in () if held == "test" else _WORDS.split("; "):
        old, new = pair.replace("~", "").split(": ")
        end = r"(?=\w)" if "~" in pair else "" if old.endswith("-") else r"(?!\w)"
        kept = {old: new, old.capitalize(): new.capitalize()}
        parts = re.split(rf"(?<![A-Za-z])({'|'.join(kept)}){end}", text)
        text = "".join(kept.get(part, part) if at % 2 else part for at, part in enumerate(parts))
    return text


def held_word(held: HeldName) -> str:
    """What these samples are called where people read it: "test", "validation"."""
    return held_text("test", held)
