"""The settings of earlier versions, in an INI file; no content is an error."""

from __future__ import annotations

from pathlib import Path

from playground.model.preferences import read_old_settings
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target

_SEED = """[view]
theme_mode=dark
reduced_motion=true
title="a \\"quoted\\" one"

[files]
recent=@Variant(\\0\\0\\0\\x7f)
last_folder=@@home
"""


def _seeds() -> list[bytes]:
    return [_SEED.encode()]


def _read(path: Path) -> None:
    values, foreign = read_old_settings(path)
    if not values and not foreign:
        raise EmptySettingsError("it has no settings that can be read")


class EmptySettingsError(ValueError):
    """The reader passes over a file that is not text."""


TARGET = Target("old_settings", ".conf", _seeds, mutate_text, _read, (EmptySettingsError,))
